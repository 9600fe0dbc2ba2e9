# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # $root and $install are the reader's
# Functions of run.sh, test.sh and .ci/run: what must be installed, and building it.  POSIX sh, read with `.`; $root is
# the top of the tree.  Talks on standard error only.  Set $install to "no" to list what is missing instead.
# Return codes are the program's: 5 nothing can run here (yet), 70 the build failed.

say() {
	printf '%s\n' "$*" >&2
}

# The one list of what is needed.  Group : package on Debian and Ubuntu : on Fedora : on Arch, - where there is none :
# what it is : how to see that it is there.
# build is what every command needs, test what the tests need beside it; exporter, browser and emulator are for three
# tests that are skipped without them, lint for those of style and for the preset clang, release for release.sh.  Where
# Chart.js has no package the report goes without charts.
setup_needs() {
	cat <<'END'
build:cmake:cmake:cmake:CMake 3.22 or newer (CMAKE=PATH names one):find_cmake
build:gcc:gcc:gcc:a C11 compiler:cc --version
build:g++:gcc-c++:gcc:a C++17 compiler:c++ --version
build:ninja-build:ninja-build:ninja:Ninja or make:ninja --version || make --version
build:pkg-config:pkgconf-pkg-config:pkgconf:pkg-config:pkg-config --version
build:libhdf5-dev:hdf5-devel:hdf5:HDF5, with headers:pkg-config --exists hdf5-serial || pkg-config --exists hdf5
build:libssl-dev:openssl-devel:openssl:OpenSSL's libcrypto, with headers:pkg-config --exists libcrypto
build:libsleef-dev:sleef-devel:-:SLEEF, with headers:pkg-config --exists sleef || test -e /usr/include/sleef.h
build:libbenchmark-dev:google-benchmark-devel:benchmark:Google Benchmark, with headers:pkg-config --exists benchmark
build:libjansson-dev:jansson-devel:jansson:jansson, with headers:pkg-config --exists jansson
build:libxml2-dev:libxml2-devel:libxml2:libxml2, with headers:pkg-config --exists libxml-2.0
build:libseccomp-dev:libseccomp-devel:libseccomp:libseccomp, with headers:pkg-config --exists libseccomp
build:libhwloc-dev:hwloc-devel:hwloc:hwloc, with headers:pkg-config --exists hwloc
build:libjs-chart.js:-:-:Chart.js 3:has_chart_js
test:libcmocka-dev:libcmocka-devel:cmocka:cmocka 1.1.5 or newer, with headers:pkg-config --atleast-version=1.1.5 cmocka
exporter:python3-venv:python3:python:Python 3.11 or newer with venv:/usr/bin/python3 -c 'import ensurepip, venv'
browser:chromium:chromium:chromium:Chromium:chromium --version
emulator:gcc-aarch64-linux-gnu:-:-:a cross compiler for NEON and SVE:aarch64-linux-gnu-gcc --version
emulator:libc6-dev-arm64-cross:-:-:the C library of that architecture:test -e /usr/aarch64-linux-gnu/lib/crt1.o
emulator:qemu-user:-:-:qemu, to run NEON and SVE on this CPU:qemu-aarch64 --version
release:dpkg-dev:-:-:what reads the libraries that a program needs:dpkg-shlibdeps --version
release:file:-:-:what tells kinds of files apart:file --version
release:lintian:-:-:the checker of Debian packages:lintian --version
lint:clang:clang:clang:clang:clang --version && clang++ --version
lint:clang-format:clang-tools-extra:clang:clang-format:clang-format --version
lint:clang-tidy:clang-tools-extra:clang:clang-tidy:clang-tidy --version
lint:shellcheck:ShellCheck:shellcheck:shellcheck:shellcheck --version
END
}

# Of the system that os-release(5) names: $system, its name; $names, whose packages it has, "" if that is not known;
# $column, where setup_needs has them; $installs, the command that installs them.  $OS_RELEASE: another file.
find_system() {
	for release in ${OS_RELEASE:-/etc/os-release /usr/lib/os-release}; do
		[ ! -r "$release" ] || break
	done
	system=$(sed -n 's/^PRETTY_NAME=//p' "$release" 2>/dev/null | tr -d '"')
	system=${system:-This system}
	like=$(sed -n 's/^ID\(_LIKE\)\{0,1\}=//p' "$release" 2>/dev/null | tr -s "\"'\n" ' ')
	names='Debian and Ubuntu' column=2 installs='apt-get update && apt-get install --no-install-recommends'
	case " $like " in
	*' debian '* | *' ubuntu '*) ;;
	*' fedora '*) names=Fedora column=3 installs='dnf install' ;;
	*' arch '*) names=Arch column=4 installs='pacman -S --needed' ;;
	*) command -v apt-get >/dev/null 2>&1 || names='' column=0 installs='' ;;
	esac
}

# $CHART_JS: another file.
has_chart_js() {
	[ "$column" -ne 2 ] || [ -e "${CHART_JS:-/usr/share/javascript/chart.js/chart.min.js}" ]
}

# $cmake: a CMake that is new enough, the system's if it is: the first in PATH may be a stub of a version manager.
find_cmake() {
	for cmake in ${CMAKE:-/usr/bin/cmake cmake}; do
		cmake_version=$("$cmake" --version 2>/dev/null | sed -n '1s/^cmake version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
		# shellcheck disable=SC2086 # two numbers
		[ -n "$cmake_version" ] && set -- $cmake_version && [ $(($1 * 100 + $2)) -ge 322 ] && return 0
	done
	return 1
}

# What of groups $* is not there, a line each: package (- for none), what it is.
setup_missing() {
	setup_needs | while IFS=: read -r group debian fedora arch what probe; do
		case " $* " in *" $group "*) ;; *) continue ;; esac
		eval "$probe" >/dev/null 2>&1 && continue
		case $column in
		2) package=$debian ;;
		3) package=$fedora ;;
		4) package=$arch ;;
		*) package=- ;;
		esac
		printf '  %-22s %s\n' "$package" "$what"
	done
}

# Runs $* as root, by sudo if need be.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# Makes the folder $1 and sees that files can be written in it.
setup_folder() {
	mkdir -p "$1" 2>/dev/null && (: >"$1/.writable") 2>/dev/null && rm -f "$1/.writable" && return 0
	say "Nothing can be written in $1: name a folder of your own with --build."
	return 70
}

# Installs the packages $* with apt-get; what it says goes into packages.log in $dir, by default build.
setup_install() {
	log=${dir:=$root/build}/packages.log
	options='-q -y --no-install-recommends -o DPkg::Lock::Timeout=120'
	setup_folder "$dir" || return
	as_root true || return 5
	say "Installing them with apt-get (log: $log) ..."
	start=$(date +%s)
	# shellcheck disable=SC2086 # options are words
	if ! { as_root apt-get -q update &&
		as_root env DEBIAN_FRONTEND=noninteractive apt-get install $options "$@"; } >"$log" 2>&1 </dev/null; then
		tail -n 15 "$log" >&2
		return 5
	fi
	say "Installed in $(($(date +%s) - start)) s."
}

# Says what of a list of setup_missing no package has, and how to install the packages $2...; returns 5.
setup_advise() {
	case $1 in
	*'  - '*) say "$system has no package, as far as known, for what stands beside -: install it by other means." ;;
	esac
	shift
	[ $# -eq 0 ] || say "Nothing was installed. As root: $installs $*"
	return 5
}

# Sees to it that what groups $* need is there.
setup_packages() {
	find_system
	missing=$(setup_missing "$@")
	[ -n "$missing" ] || return 0
	groups=$*
	# shellcheck disable=SC2046 # package names are words
	set -- $(printf '%s\n' "$missing" | awk '$1 != "-" && !seen[$1]++ { print $1 }')
	say "Gatemark needs what is missing here${names:+ ($names packages)}:"
	say "$missing"
	if [ "$column" -ne 2 ]; then
		setup_advise "$missing" "$@"
		return
	fi
	if ! command -v apt-get >/dev/null 2>&1; then
		say "This system has no apt-get: install them by its own means, then run this again."
		return 5
	fi
	if [ "$install" = no ] || { [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; }; then
		setup_advise "$missing" "$@"
		return
	fi
	setup_install "$@" || {
		say "Could not install them. As root: $installs $*"
		return 5
	}
	# shellcheck disable=SC2086 # groups are words
	missing=$(setup_missing $groups)
	[ -z "$missing" ] && return 0
	say "Installed, but still not found, or too old in this system's packages:"
	say "$missing"
	return 5
}

# Copies the build's lines into the log $1 and says on standard error how far it is, in steps of a tenth.
build_progress() {
	tenth=0
	while IFS= read -r line; do
		printf '%s\n' "$line"
		case $line in
		*' Built target '*) continue ;; # make says so again each time
		'['*/*']'*) # Ninja: [12/180]
			done=${line#[}
			total=${done#*/}
			done=${done%%/*}
			total=${total%%]*} ;;
		'['*%']'*) # make: [  7%]
			done=${line#[}
			done=$(printf '%s' "${done%%\%*}" | tr -d ' ')
			total=100 ;;
		*) continue ;;
		esac
		[ $((10 * done / total)) -gt "$tenth" ] 2>/dev/null || continue
		tenth=$((10 * done / total))
		say "  $((10 * tenth)) %"
	done >>"$1"
}

# Makes $dir the folder $1 that --build names, as a whole path.
setup_dir() {
	[ -n "$1" ] || { say "--build takes a folder"; return 2; }
	case $1 in
	/*) dir=$1 ;;
	*) dir=$PWD/$1 ;;
	esac
	[ ! -d "$dir" ] || [ "$(cd "$dir" && pwd -P)" != "$(cd "$root" && pwd -P)" ] ||
		{ say "--build names the source tree itself: give it a folder of its own"; return 2; }
}

# Configures preset $1 in $dir and builds the targets $2.. or all.  Does nothing that is already done.
setup_build() {
	preset=$1
	shift
	log=$dir/build.log
	start=$(date +%s)
	setup_folder "$dir" || return
	find_cmake || return 5
	tests=ON
	[ -z "$(setup_missing test)" ] || tests=OFF # only to build what needs none
	if ninja --version >/dev/null 2>&1; then
		CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja} # of a new build folder; one that is there keeps its own
		export CMAKE_GENERATOR
	fi
	if ! (cd "$root" && "$cmake" --preset "$preset" -B "$dir" -DGM_TESTS="$tests") >"$log" 2>&1 </dev/null; then
		tail -n 25 "$log" >&2
		say "Configuring failed; all of it is in $log"
		return 70
	fi
	say "Building in $dir ..."
	if ! { "$cmake" --build "$dir" --parallel "$(getconf _NPROCESSORS_ONLN)" ${1:+--target "$@"} 2>&1 </dev/null ||
		echo "build failed"; } | { build_progress "$log"; [ "$(tail -n 1 "$log")" != "build failed" ]; }; then
		tail -n 40 "$log" | sed '$d' >&2
		say "The build failed; all of it is in $log"
		return 70
	fi
	say "Built in $(($(date +%s) - start)) s."
}

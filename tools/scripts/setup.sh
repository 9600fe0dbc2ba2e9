# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # $root and $install are the reader's
# Functions of run.sh, test.sh and .ci/run: what must be installed, and building it.  POSIX sh, read with `.`; $root is
# the top of the tree.  Talks on standard error only.  Set $install to "no" to list what is missing instead.
# Return codes are the program's: 5 nothing can run here (yet), 70 the build failed.

say() {
	printf '%s\n' "$*" >&2
}

# The one list of what is needed.  Group : Debian and Ubuntu package : what it is : how to see that it is there.
# build is what every command needs, test what the tests need beside it; exporter, browser and emulator are for three
# tests that are skipped without them, lint for those of style and for the preset clang.
setup_needs() {
	cat <<'END'
build:cmake:CMake 3.22 or newer (CMAKE=PATH names one):find_cmake
build:gcc:a C11 compiler:cc --version
build:g++:a C++17 compiler:c++ --version
build:ninja-build:Ninja or make:ninja --version || make --version
build:pkg-config:pkg-config:pkg-config --version
build:libhdf5-dev:HDF5, with headers:pkg-config --exists hdf5-serial || pkg-config --exists hdf5
build:libssl-dev:OpenSSL's libcrypto, with headers:pkg-config --exists libcrypto
build:libsleef-dev:SLEEF, with headers:pkg-config --exists sleef || test -e /usr/include/sleef.h
build:libbenchmark-dev:Google Benchmark, with headers:pkg-config --exists benchmark
build:libjansson-dev:jansson, with headers:pkg-config --exists jansson
build:libxml2-dev:libxml2, with headers:pkg-config --exists libxml-2.0
build:libseccomp-dev:libseccomp, with headers:pkg-config --exists libseccomp
build:libhwloc-dev:hwloc, with headers:pkg-config --exists hwloc
test:libcmocka-dev:cmocka, with headers:pkg-config --exists cmocka
build:libjs-chart.js:Chart.js 3:test -e /usr/share/javascript/chart.js/chart.min.js
exporter:python3-venv:Python 3.11 or newer with venv:/usr/bin/python3 -c 'import ensurepip, venv'
browser:chromium:Chromium:chromium --version
emulator:gcc-aarch64-linux-gnu:a cross compiler for NEON and SVE:aarch64-linux-gnu-gcc --version
emulator:libc6-dev-arm64-cross:the C library of that architecture:test -e /usr/aarch64-linux-gnu/lib/crt1.o
emulator:qemu-user:qemu, to run NEON and SVE on this CPU:qemu-aarch64 --version
lint:clang:clang:clang --version && clang++ --version
lint:clang-format:clang-format:clang-format --version
lint:clang-tidy:clang-tidy:clang-tidy --version
lint:shellcheck:shellcheck:shellcheck --version
END
}

# $cmake: a CMake that is new enough, the system's if it is: the first in PATH may be a stub of a version manager.
find_cmake() {
	for cmake in ${CMAKE:-/usr/bin/cmake cmake}; do
		version=$("$cmake" --version 2>/dev/null | sed -n '1s/^cmake version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
		# shellcheck disable=SC2086 # two numbers
		[ -n "$version" ] && set -- $version && [ $(($1 * 100 + $2)) -ge 322 ] && return 0
	done
	return 1
}

# What of groups $* is not there, a line each: package, what it is.
setup_missing() {
	setup_needs | while IFS=: read -r group package what probe; do
		case " $* " in *" $group "*) ;; *) continue ;; esac
		eval "$probe" >/dev/null 2>&1 || printf '  %-17s %s\n' "$package" "$what"
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
	say "Nothing can be written in $1: copy the tree to a folder of your own and run it there."
	return 70
}

# Installs the packages $* with apt-get; what it says goes into build/packages.log.
setup_install() {
	log=$root/build/packages.log
	options='-q -y --no-install-recommends -o DPkg::Lock::Timeout=120'
	setup_folder "$root/build" || return
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

# Sees to it that what groups $* need is there.
setup_packages() {
	missing=$(setup_missing "$@")
	[ -n "$missing" ] || return 0
	# shellcheck disable=SC2046 # package names are words
	set -- "$@" -- $(printf '%s\n' "$missing" | awk '{ print $1 }')
	groups=
	while [ "$1" != -- ]; do
		groups="$groups $1"
		shift
	done
	shift
	say "Gatemark needs what is missing here (Debian and Ubuntu packages):"
	say "$missing"
	if ! command -v apt-get >/dev/null 2>&1; then
		say "This system has no apt-get: install them by its own means, then run this again."
		return 5
	fi
	if [ "$install" = no ] || { [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; }; then
		say "Nothing was installed. As root: apt-get update && apt-get install --no-install-recommends $*"
		return 5
	fi
	setup_install "$@" || {
		say "Could not install them. As root: apt-get update && apt-get install --no-install-recommends $*"
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

# Configures and builds preset $1 in build/$1, the targets $2.. or all.  Does nothing that is already done.
setup_build() {
	preset=$1
	shift
	dir=$root/build/$preset
	log=$dir/build.log
	start=$(date +%s)
	setup_folder "$dir" || return
	find_cmake || return 5
	tests=ON
	pkg-config --exists cmocka || tests=OFF # only to build what needs none
	if ninja --version >/dev/null 2>&1; then
		CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja} # of a new build folder; one that is there keeps its own
		export CMAKE_GENERATOR
	fi
	if ! (cd "$root" && "$cmake" --preset "$preset" -DGM_TESTS="$tests") >"$log" 2>&1 </dev/null; then
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

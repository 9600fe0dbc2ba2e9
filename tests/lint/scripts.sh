#!/bin/sh
# SPDX-License-Identifier: MIT
# scripts.sh ROOT - tools/run.sh and tools/test.sh on machines made of stubs: a PATH in which only the commands named
# here exist, and of a system that its os-release names, so that nothing is installed or built.  Each row of a test says
# which machine, what is typed, the exit code and what must be said.
set -eu
root=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tree/tools/scripts"
cp "$root/tools/run.sh" "$root/tools/test.sh" "$work/tree/tools/"
cp "$root/tools/scripts/setup.sh" "$work/tree/tools/scripts/"
failed=0
passed=0

# A machine: a folder of commands.  What the scripts take for granted, then stubs NAME=BODY.
machine() {
	rm -rf "${work:?}/bin" "$work/tree/build" "$work/chart.js"
	mkdir -p "$work/bin"
	for command in sh sed awk tr tail mkdir rm date dirname cat env true; do
		ln -s "$(command -v "$command")" "$work/bin/$command"
	done
	for stub in "$@"; do
		printf '#!/bin/sh\n%s\n' "${stub#*=}" >"$work/bin/${stub%%=*}"
		chmod +x "$work/bin/${stub%%=*}"
	done
}

# What system the machine says it is: lines of os-release(5).
system() {
	printf '%s\n' "$@" >"$work/os-release"
}

# want CODE TEXT SCRIPT [ARGUMENT..]; TEXT is a pattern of the shell
want() {
	code=$1
	text=$2
	script=$3
	shift 3
	got=0
	said=$(cd "$work" && PATH=$work/bin CMAKE=cmake OS_RELEASE=$work/os-release CHART_JS=$work/chart.js \
		sh "tree/tools/$script" "$@" 2>&1 </dev/null) || got=$?
	case $got/$said in
	"$code/"*$text*) passed=$((passed + 1)) ;;
	*)
		failed=$((failed + 1))
		printf '%s %s: wanted exit %s and "%s", got exit %s:\n%s\n' "$script" "$*" "$code" "$text" "$got" "$said" ;;
	esac
}

# shellcheck disable=SC2016 # for the stubs
cmake_new='cmake=case $1 in
--version) echo "cmake version 3.22.1" ;;
--build) printf "[1/2] one\n[2/2] two\n" ;;
esac'
cmake_old='cmake=echo "cmake version 3.21.9"'
# shellcheck disable=SC2016
cmake_unconfigured='cmake=case $1 in
--version) echo "cmake version 4.0.0" ;;
*) echo "CMake Error: toy"; exit 1 ;;
esac'
# shellcheck disable=SC2016
cmake_unbuilt='cmake=case $1 in
--version) echo "cmake version 3.30.0" ;;
--build) echo "toy.c:1: error"; exit 2 ;;
esac'
# shellcheck disable=SC2016
cmake_configured='cmake=case $1 in
--version) echo "cmake version 3.25.1" ;;
*) echo "configured: $*"; exit 1 ;;
esac'
tools="cc= c++= ninja= pkg-config= getconf=echo@2 id=echo@1000 uname=echo@x"
ready() { # a machine with the CMake $1, every other command and Chart.js
	machine "$@"
	: >"$work/chart.js"
	for stub in $tools; do
		printf '#!/bin/sh\n%s\n' "$(printf '%s' "${stub#*=}" | tr @ ' ')" >"$work/bin/${stub%%=*}"
		chmod +x "$work/bin/${stub%%=*}"
	done
}

# without TEXT SCRIPT [ARGUMENT..]: ends with 5, and TEXT is not said.
without() {
	unwanted=$1
	shift
	want 5 '' "$@"
	case $said in
	*$unwanted*)
		failed=$((failed + 1))
		printf '%s: unwanted "%s":\n%s\n' "$*" "$unwanted" "$said" ;;
	esac
}

# Nothing is installed elsewhere than on Debian: the packages are named as that system names them.
other_systems() {
	system 'PRETTY_NAME="Fedora Linux 44"' ID=fedora
	want 5 '(Fedora packages)*gcc-c++*hdf5-devel*google-benchmark-devel*As root: dnf install cmake gcc gcc-c++' run.sh
	want 5 'As root: dnf install*sleef-devel*libcmocka-devel' test.sh
	without 'cross compiler' test.sh
	without '-dev ' run.sh
	system 'ID="rocky"' 'ID_LIKE="rhel centos fedora"'
	want 5 'As root: dnf install cmake' run.sh
	system 'PRETTY_NAME="Arch Linux"' ID=arch
	want 5 '  -  *SLEEF, with headers*Arch Linux has no package*for what stands beside -*As root: pacman' run.sh
	want 5 '(Arch packages)*As root: pacman -S --needed cmake gcc ninja pkgconf hdf5' run.sh
	want 5 'pacman -S --needed*benchmark*cmocka' test.sh --no-install
	system ID=manjaro 'ID_LIKE=arch'
	want 5 'pacman -S' run.sh
	system 'PRETTY_NAME="openSUSE Leap 16"' 'ID="opensuse-leap"' 'ID_LIKE="suse opensuse"'
	want 5 'what is missing here:*  -  *a C11 compiler*openSUSE Leap 16 has no package, as far as known' run.sh
	without 'As root' run.sh
	rm "$work/os-release"
	want 5 'This system has no package, as far as known' run.sh
	system 'PRETTY_NAME=Pop!_OS' ID=pop 'ID_LIKE="ubuntu debian"'
	want 5 '(Debian and Ubuntu packages)' run.sh
}

machine id='echo 1000'
system 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"' ID=debian
want 0 'Usage: sh tools/run.sh' run.sh --help
want 0 'Usage: sh tools/test.sh' test.sh -h
want 2 'There is no preset toy' test.sh --preset toy
want 2 '--preset takes a name' test.sh --preset
want 2 '-L takes a label' test.sh -R bits -L
want 2 '-L takes a label' test.sh -L quick
want 2 'There is no option --prest' test.sh --prest tsan
want 2 'There is no option --nonsense=1' test.sh -R bits --nonsense=1
want 2 '--build takes a folder' run.sh --full --build
want 2 '--build takes a folder' test.sh --build=
want 2 '--build names the source tree itself' run.sh --build tree/tools/..
want 2 '--build names the source tree itself' test.sh --build="$work/tree"
want 5 'libcmocka-dev' test.sh --no-install -j2 -R 'test_bits' --output-on-failure
want 5 'libhdf5-dev            HDF5, with headers' run.sh --no-install
want 5 'This system has no apt-get' run.sh
without 'libcmocka' run.sh --no-install # what only tests need
other_systems
system 'ID=fedora'
machine id='echo 0' apt-get='echo installed' # a package there
want 5 'dnf install' run.sh
system 'ID=void'
want 5 'Nothing was installed. As root: apt-get update' run.sh --no-install
system 'ID=debian'
machine id='echo 0' apt-get='exit 1'
want 5 'Nothing was installed. As root: apt-get update && apt-get install' run.sh --no-install
machine id='echo 1000' apt-get='exit 1'
want 5 'Nothing was installed' run.sh
want 5 'Nothing was installed' test.sh --preset=dev
machine id='echo 0' apt-get='echo "E: no such mirror"; exit 100'
want 5 'E: no such mirror' run.sh
want 5 'Could not install them. As root: apt-get update' run.sh
machine id='echo 0' apt-get='exit 0'
want 5 'Installed, but still not found' run.sh
machine id='echo 1000' apt-get='exit 0' sudo='echo "sorry" >&2; exit 1'
want 5 'Could not install them' run.sh
ready "$cmake_old"
want 5 'CMake 3.22 or newer' run.sh --no-install
ready "$cmake_unconfigured"
want 70 'Configuring failed; all of it is in' run.sh
want 70 'CMake Error: toy' test.sh
rm "$work/chart.js"
want 5 'libjs-chart.js         Chart.js 3' run.sh
system ID=fedora # has no such package
want 70 'CMake Error: toy' run.sh
system ID=debian
ready "$cmake_unbuilt"
want 70 'toy.c:1: error' run.sh
want 70 'The build failed; all of it is in' test.sh --preset dev
ready "$cmake_new"
: >"$work/tree/build" # in the way, as a read-only tree is
want 70 'Nothing can be written in */build/release: name a folder of your own with --build' run.sh
ready "$cmake_new"
printf '#!/bin/sh\necho "ctest: $*"\n' >"$work/bin/ctest"
chmod +x "$work/bin/ctest"
want 0 'ctest.xml -R bits -j2' test.sh -R bits -j2
want 0 "ctest: --test-dir $work/tree/build/dev --output-on-failure*--output-junit" test.sh --preset dev -L fast
want 0 "ctest: --test-dir $work/my build --*-junit $work/my build/ctest.xml -j2" test.sh --build 'my build' -j2
want 0 'ctest.xml -L fast' test.sh -L fast
ready "$cmake_configured" # what was configured stands in the log
printf '#!/bin/sh\ncase $* in *cmocka*) exit 1 ;; esac\n' >"$work/bin/pkg-config"
want 5 'libcmocka-dev' test.sh --no-install
want 70 '-DGM_TESTS=OFF' run.sh
want 70 "configured: --preset release -B $work/elsewhere -D*Configuring failed" run.sh --build elsewhere
want 70 "all of it is in $work/elsewhere/build.log" run.sh --build="$work/elsewhere"
# one that is too old is none
printf '#!/bin/sh\ncase "$*" in *--atleast-version=1.1.5*) exit 1 ;; esac\n' >"$work/bin/pkg-config"
want 70 '-DGM_TESTS=OFF' run.sh
ready "$cmake_new"
mkdir -p "$work/tree/build/release/bin"
printf '#!/bin/sh\necho "ran: $*"; exit 3\n' >"$work/tree/build/release/bin/gatemark"
chmod +x "$work/tree/build/release/bin/gatemark"
want 3 'ran: run --quick --out x y' run.sh --out 'x y'
mkdir -p "$work/other"
mv "$work/tree/build/release/bin" "$work/other/bin"
want 3 'ran: run --quick --out x' run.sh --build other --out x
mv "$work/other/bin" "$work/tree/build/release/bin"
want 3 'ran: run' run.sh --full --no-install
want 3 '  50 %' run.sh
echo "scripts: $passed passed, $failed failed"
[ "$failed" -eq 0 ]

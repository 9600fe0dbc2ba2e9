#!/bin/sh
# SPDX-License-Identifier: MIT
# Second command on a fresh machine: installs what is missing, builds, and runs every test.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/scripts/setup.sh"

usage() {
	cat <<'END'
Usage: sh tools/test.sh [--no-install] [--preset NAME] [--build DIR] [-L LABEL]
                        [options of ctest]

Installs the Debian or Ubuntu packages that are missing (and says which before it
does so; elsewhere it lists them by the names of Fedora or Arch, and stops), builds
and runs all tests with ctest; results also as JUnit in ctest.xml of the build.

  --no-install    install nothing: where something is missing, list it and stop
  --build DIR     build in DIR (the default is build/NAME of this tree, where the
                  tests on other architectures build in any case)
  --preset NAME   release (the default), clang, dev, asan-ubsan, tsan
  -L LABEL        build and run the tests with one label: fast, slow, faults,
                  emulator, threads, digests or lint (tests/README.md)
  -h, --help      this text

Two tests need more and are skipped without it: the exporter's needs PyTorch
(sh tools/scripts/setup_torch.sh), the report's needs the package chromium.  On x86-64 the
NEON and SVE variants are judged under qemu.

Exit: 0 all passed, 1 a test failed, 2 usage, 5 something is missing, 70 the build failed.
END
}

install=yes
preset=release
dir=
target=
count=$#
while [ "$count" -gt 0 ]; do
	case $1 in
	--no-install) install=no ;;
	--preset=*) preset=${1#--preset=} ;;
	--preset)
		[ "$count" -gt 1 ] || { say "--preset takes a name"; exit 2; }
		shift
		count=$((count - 1))
		preset=$1 ;;
	--build=*) setup_dir "${1#--build=}" || exit ;;
	--build)
		[ "$count" -gt 1 ] || set -- "$1" ''
		setup_dir "$2" || exit
		shift
		count=$((count - 1)) ;;
	-h | --help) usage; exit 0 ;;
	-L) # of ctest, which would build nothing
		[ "$count" -gt 1 ] || set -- "$1" ''
		case $2 in
		fast | slow | faults | emulator | threads | digests | lint) target=tests_$2 ;;
		*) say "-L takes a label: fast, slow, faults, emulator, threads, digests, lint"; exit 2 ;;
		esac
		set -- "$@" "$1" ;;
	-*) # an option of ctest, which takes any word for one
		case ${1%%=*} in
		-[CEINOQRUV] | -LE | -VV | -F[ACS] | -j* | --verbose | --extra-verbose | --debug | --quiet | --progress | \
			--parallel | --output-on-failure | --stop-on-failure | --tests-regex | --exclude-regex | --label-regex | \
			--label-exclude | --tests-information | --union | --rerun-failed | --repeat | --repeat-until-fail | \
			--timeout | --stop-time | --show-only | --schedule-random | --test-load | --max-width | --no-tests | \
			--fixture-exclude-* | --output-log | --no-label-summary | --test-output-*) set -- "$@" "$1" ;;
		*) say "There is no option $1: see sh tools/test.sh --help and ctest --help"; exit 2 ;;
		esac ;;
	*) set -- "$@" "$1" ;;
	esac
	shift
	count=$((count - 1))
done
case $preset in
release | clang | dev | asan-ubsan | tsan) ;;
*) say "There is no preset $preset: release, clang, dev, asan-ubsan, tsan"; exit 2 ;;
esac

groups="build test"
case $preset/$target in
clang/* | */tests_lint) groups="$groups lint" ;;
esac
case $target/$(uname -m)/$(command -v apt-get) in # elsewhere there is no cross compiler, or none of its libraries
/x86_64/?* | tests_emulator/x86_64/?*) groups="$groups emulator" ;;
esac
dir=${dir:-$root/build/$preset}
# shellcheck disable=SC2086 # words
setup_packages $groups || exit
# shellcheck disable=SC2086 # one word or none
setup_build "$preset" $target || exit

# Why a test was skipped stands only in ctest's log.
skipped() {
	awk '/^[0-9]+\/[0-9]+ Test: / { name = $3 } sub(/^skipped: /, "") { print "  " name ": " $0 }' \
		"$dir/Testing/Temporary/LastTest.log"
}

code=0
"${cmake%cmake}ctest" --test-dir "$dir" --output-on-failure --no-tests=error --output-junit "$dir/ctest.xml" "$@" \
	</dev/null || code=1
reasons=$(skipped)
[ -z "$reasons" ] || say "Skipped:
$reasons"
exit "$code"

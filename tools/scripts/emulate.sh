#!/bin/sh
# SPDX-License-Identifier: MIT
# emulate.sh - runs what this machine's CPU lacks under the emulator that its row of impl/base/isa.def names.
# Correctness only: nothing that runs here is ever timed.
#   sh tools/scripts/emulate.sh
#       the ISAs that have an emulator
#   sh tools/scripts/emulate.sh ARCH
#       qemu-user (aarch64): builds the kernels for that architecture and runs their tests there, with all its ISAs; the
#       vocabulary also of ISAs that are for tests alone
#   sh tools/scripts/emulate.sh ISA [options of gatemark check]
#       qemu-user (neon, sve256): builds the kernels and judges the rows on every committed case through the worker
#       protocol
#   sh tools/scripts/emulate.sh ISA [--cases GLOB,..]
#       Bochs (avx512), a whole machine: emulate_bochs.sh; some minutes
# Needs gatemark itself in build/release (tools/run.sh or tools/test.sh build it).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cmake=$(PATH=/usr/bin:$PATH command -v cmake)

fail() {
	echo "emulate: $*" >&2
	exit "${code:-1}"
}

# Says what of the words is no command here.
missing() {
	for word; do
		command -v "$word" >/dev/null 2>&1 || printf '%s ' "$word"
	done
}

# Of each row that has an emulator: ISA or TEST_ISA, its name, the emulator.
emulated() {
	sed -n '/^\(TEST_\)\{0,1\}ISA(/{
		:more
		/)$/!{
			N
			s/\n */ /
			b more
		}
		s/^\([A-Z_]*ISA\)(\([a-z0-9_]*\),.* "\([^"]\{1,\}\)")$/\1 \2 \3/p
	}' "$root/impl/base/isa.def"
}

# Builds for architecture $1: sets $qemu, $triple, $build.
build_for() {
	qemu=qemu-$1
	triple=$1-linux-gnu
	build=$root/build/$1
	lacking=$(missing "$triple-gcc" "$qemu" apt-get)
	[ -z "$lacking" ] || {
		echo "skipped: no ${lacking% } here (packages gcc-$triple, libc6-dev-arm64-cross, qemu-user)"
		exit 77
	}
	mkdir -p "$root/build"
	sh "$here/sysroot.sh"
	configure
	"$cmake" --build "$build" --parallel "$(nproc)" >>"$build.log" 2>&1 ||
		{ tail -n 20 "$build.log" >&2; fail "cannot build; the log is $build.log"; }
}

# Options of CMake.
configure() {
	"$cmake" -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release \
		-DCMAKE_TOOLCHAIN_FILE="$root/tools/cmake/$triple.cmake" "$@" >"$build.log" 2>&1 ||
		{ tail -n 20 "$build.log" >&2; fail "cannot configure; the log is $build.log"; }
}

# The command of emulator $1, qemu-ARCH and options.
command_of() {
	echo "$qemu -L /usr/$triple${1#"$qemu"}"
}

# Tests with emulator $1; the rest: options of ctest.
test_with() {
	configure -DCMAKE_CROSSCOMPILING_EMULATOR="$(command_of "$1" | tr ' ' ';')"
	shift
	"$(dirname "$cmake")/ctest" --test-dir "$build" --output-on-failure --no-tests=error --parallel "$(nproc)" "$@" \
		</dev/null
}

# Emulators of architecture $1 in rows $2.
emulators() {
	emulated | sed -n "s/^$2 [a-z0-9_]* \\(qemu-$1\\( .*\\)\\{0,1\\}\\)\$/\\1/p" | sort -u
}

tests_on() {
	build_for "$1"
	emulators "$1" ISA | while read -r emulator; do
		test_with "$emulator" -LE slow
	done
	emulators "$1" TEST_ISA | while read -r emulator; do
		test_with "$emulator" -R '^test_vec$'
	done
}

# $1: the ISA's emulator; the rest: options of gatemark check.
judge_with() {
	gatemark=${GATEMARK:-$root/build/release/bin/gatemark}
	[ -x "$gatemark" ] || fail "no $gatemark: run tools/run.sh or tools/test.sh first"
	build_for "$(echo "${1#qemu-}" | cut -d' ' -f1)"
	command=$(command_of "$1")
	version=$("$qemu" --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')
	shift
	"$gatemark" check --variants "scalar-oracle*,$isa-*" \
		--executor "$qemu-$version=$command $build/bin/gatemark-worker" "$@"
}

case ${1-} in
'') emulated | sed -n 's/^ISA //p'; exit 0 ;;
-h | --help) sed -n '3,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
isa=$1
shift
emulator=$(emulated | sed -n "s/^ISA $isa //p")
case $emulator in
qemu-*) judge_with "$emulator" "$@" ;;
bochs) sh "$here/emulate_bochs.sh" "$@" ;;
'')
	[ -z "$(emulators "$isa" ISA)" ] || { tests_on "$isa"; exit; }
	code=2 fail "there is no emulator for $isa; there is one for $(emulated | sed -n 's/^ISA \([^ ]*\).*/\1/p' |
		paste -sd, -)" ;;
*) fail "impl/base/isa.def names an emulator that nothing here can run: $emulator" ;;
esac

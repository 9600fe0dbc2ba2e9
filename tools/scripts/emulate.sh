#!/bin/sh
# SPDX-License-Identifier: MIT
# emulate.sh - runs what this machine's CPU lacks under the emulator that its row of impl/base/isa.def names.
# Correctness only: nothing that runs here is ever timed.
#   sh tools/scripts/emulate.sh
#       the ISAs that have an emulator
#   sh tools/scripts/emulate.sh ISA [options of gatemark check]
#       qemu-user (neon): builds the kernels for that architecture, runs their tests there, and judges the rows on every
#       committed case through the worker protocol
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

# Each ISA that has an emulator, and it.
emulated() {
	sed -n 's/^ISA(\([a-z0-9_]*\),.* "\([^"]\{1,\}\)")$/\1 \2/p' "$root/impl/base/isa.def"
}

# Options of gatemark check; $isa, $emulator: qemu-ARCH and its options.
under_qemu() {
	qemu=${emulator%% *}
	machine=${qemu#qemu-}
	triple=$machine-linux-gnu
	emulator="$qemu -L /usr/$triple${emulator#"$qemu"}"
	lacking=$(missing "$triple-gcc" "$qemu" apt-get)
	[ -z "$lacking" ] || {
		echo "skipped: no ${lacking% } here (packages gcc-$triple, libc6-dev-arm64-cross, qemu-user)"
		exit 77
	}
	gatemark=${GATEMARK:-$root/build/release/bin/gatemark}
	[ -x "$gatemark" ] || fail "no $gatemark: run tools/run.sh or tools/test.sh first"
	build=$root/build/$machine
	mkdir -p "$root/build"
	sh "$here/sysroot.sh"
	"$cmake" -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release \
		-DCMAKE_TOOLCHAIN_FILE="$root/tools/cmake/$triple.cmake" \
		-DCMAKE_CROSSCOMPILING_EMULATOR="$(echo "$emulator" | tr ' ' ';')" >"$build.log" 2>&1 ||
		{ tail -n 20 "$build.log" >&2; fail "cannot configure; the log is $build.log"; }
	"$cmake" --build "$build" --parallel "$(nproc)" >>"$build.log" 2>&1 ||
		{ tail -n 20 "$build.log" >&2; fail "cannot build; the log is $build.log"; }
	"$(dirname "$cmake")/ctest" --test-dir "$build" --output-on-failure --no-tests=error -LE slow --parallel "$(nproc)"
	version=$("$qemu" --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')
	"$gatemark" check --variants "scalar-oracle*,$isa-*" \
		--executor "$qemu-$version=$emulator $build/bin/gatemark-worker" "$@"
}

case ${1-} in
'') emulated; exit 0 ;;
-h | --help) sed -n '3,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
isa=$1
shift
emulator=$(emulated | sed -n "s/^$isa //p")
case $emulator in
qemu-*) under_qemu "$@" ;;
bochs) sh "$here/emulate_bochs.sh" "$@" ;;
'') code=2 fail "there is no emulator for $isa; there is one for $(emulated | cut -d' ' -f1 | paste -sd, -)" ;;
*) fail "impl/base/isa.def names an emulator that nothing here can run: $emulator" ;;
esac

#!/bin/sh
# SPDX-License-Identifier: MIT
# emulate.sh - runs what this machine's CPU lacks under an emulator.  Correctness only: nothing that runs here is ever
# timed.
#   sh tools/scripts/emulate.sh neon [options of gatemark check]
#       qemu-user: builds the kernels for aarch64, runs their tests there, and judges the rows on every committed case
#       through the worker protocol
#   sh tools/scripts/emulate.sh avx512 [--cases GLOB,..]
#       Bochs, a whole machine: emulate_bochs.sh; some minutes
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

neon() {
	lacking=$(missing aarch64-linux-gnu-gcc qemu-aarch64 apt-get)
	[ -z "$lacking" ] || {
		echo "skipped: no ${lacking% } here (packages gcc-aarch64-linux-gnu, libc6-dev-arm64-cross, qemu-user)"
		exit 77
	}
	gatemark=${GATEMARK:-$root/build/release/bin/gatemark}
	[ -x "$gatemark" ] || fail "no $gatemark: run tools/run.sh or tools/test.sh first"
	sh "$here/sysroot.sh"
	build=$root/build/neon
	"$cmake" -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release \
		-DCMAKE_TOOLCHAIN_FILE="$root/tools/cmake/aarch64-linux-gnu.cmake" >"$build.log" 2>&1 ||
		{ tail -n 20 "$build.log" >&2; fail "cannot configure; the log is $build.log"; }
	"$cmake" --build "$build" --parallel "$(nproc)" >>"$build.log" 2>&1 ||
		{ tail -n 20 "$build.log" >&2; fail "cannot build; the log is $build.log"; }
	"$(dirname "$cmake")/ctest" --test-dir "$build" --output-on-failure --no-tests=error -LE slow --parallel "$(nproc)"
	version=$(qemu-aarch64 --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')
	"$gatemark" check --variants 'scalar-oracle*,neon*' \
		--executor "qemu-aarch64-$version=qemu-aarch64 -L /usr/aarch64-linux-gnu $build/bin/gatemark-worker" "$@"
}

[ $# -gt 0 ] || { code=2 fail "which ISA? neon or avx512"; }
isa=$1
shift
case $isa in
-h | --help) sed -n '3,/^[^#]/s/^# \{0,1\}//p' "$0" ;;
neon) mkdir -p "$root/build" && neon "$@" ;;
avx512) sh "$here/emulate_bochs.sh" "$@" ;;
*) code=2 fail "there is no emulator for $isa; there is one for neon and one for avx512" ;;
esac

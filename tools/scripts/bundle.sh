#!/bin/sh
# SPDX-License-Identifier: MIT
# bundle.sh x86_64|aarch64 - makes build/bundle/gatemark-bundle-ARCH: one static file with command line, kernels and
# cases, to be copied to a board and checked, timed and chosen there with nothing installed.
#   sh tools/scripts/bundle.sh x86_64|aarch64
# Needs gatemark itself (build/release/bin/gatemark, or GATEMARK=PATH), which packs the cases, jansson as a static
# library, and for aarch64 gcc-aarch64-linux-gnu (tools/scripts/sysroot.sh fetches jansson of that architecture).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=$root/build/bundle
cmake=$(PATH=/usr/bin:$PATH command -v cmake)

fail() {
	echo "bundle: $*" >&2
	exit "${code:-1}"
}

[ $# -eq 1 ] || { code=2 fail "which architecture? x86_64 or aarch64"; }
arch=$1
case $arch in
-h | --help) sed -n '3,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;;
x86_64) compiler=gcc toolchain= ;;
aarch64) compiler=aarch64-linux-gnu-gcc toolchain=$root/tools/cmake/aarch64-linux-gnu.cmake ;;
*) code=2 fail "there is no bundle for $arch; x86_64 and aarch64 are the two" ;;
esac
[ "$(uname -m)" != "$arch" ] || { compiler=cc toolchain=; }
[ "$compiler" != gcc ] || { code=77 fail "skipped: a bundle for x86_64 is made on x86_64, which this is not"; }
command -v "$compiler" >/dev/null 2>&1 || { code=77 fail "skipped: no $compiler here"; }
gatemark=${GATEMARK:-$root/build/release/bin/gatemark}
[ -x "$gatemark" ] || fail "no $gatemark: run tools/run.sh or tools/test.sh first"
[ -z "$toolchain" ] || sh "$here/sysroot.sh"

build=$folder/$arch
packs=$folder/cases.packs
log=$folder/$arch.log
bundle=$folder/gatemark-bundle-$arch
mkdir -p "$folder"
"$gatemark" fixture pack "$root/fixtures" -o "$packs.new"
cmp -s "$packs.new" "$packs" || mv "$packs.new" "$packs"
rm -f "$packs.new"
version=$("$gatemark" fixture verify "$root/fixtures" | sed -n '$s/.*, fixtures //p')
if ! { "$cmake" -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DGM_BUNDLE=ON \
	${toolchain:+"-DCMAKE_TOOLCHAIN_FILE=$toolchain"} -DGM_PACKS="$packs" -DGM_PACKS_VERSION="$version" &&
	"$cmake" --build "$build" --parallel "$(nproc)" --target gatemark-program; } >"$log" 2>&1 </dev/null; then
	tail -n 20 "$log" >&2
	fail "the build failed; all of it is in $log"
fi
cp "$build/bin/gatemark" "$bundle"
"${compiler%gcc}strip" "$bundle" 2>/dev/null || strip "$bundle"
echo "bundle: $(wc -c <"$bundle") bytes, fixtures $version: $bundle"

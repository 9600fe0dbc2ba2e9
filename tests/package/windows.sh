#!/bin/sh
# SPDX-License-Identifier: MIT
# windows.sh FOLDER SOURCE CMAKE BITS - libgatemark, cross-built for Windows in FOLDER without SLEEF, shows functions
# that begin with gm_ alone, moves no vector as if the stack were aligned, and gives under wine what BITS, built from
# bits.c, prints here: the same bits, forward and backward, and the same sentences.  Exit 77 without mingw-w64 or wine.
set -eu
folder=$1
source=$2
cmake=$3
bits=$4
tool=x86_64-w64-mingw32
command -v $tool-gcc >/dev/null || { echo "skipped: no $tool-gcc (package gcc-mingw-w64-x86-64)"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export WINEPREFIX="$work/wine" WINEDEBUG=-all

mkdir -p "$folder"
if ! { "$cmake" -S "$source" -B "$folder" -DCMAKE_TOOLCHAIN_FILE="$source/tools/cmake/$tool.cmake" -DGM_SLEEF=OFF \
	-DCMAKE_C_FLAGS=-Werror && "$cmake" --build "$folder" --parallel 2; } >"$folder/log" 2>&1; then
	tail -n 30 "$folder/log"
	exit 1
fi
failed=0
wrong() {
	echo "$*"
	failed=1
}

# ---- what was built ----

for library in lib/libgatemark.a bin/libgatemark.dll; do
	[ -s "$folder/$library" ] || wrong "no $library"
done
extra=$($tool-nm -g --defined-only "$folder/lib/libgatemark.a" | awk 'NF == 3 && $3 !~ /^gm_/ { print $3 }')
[ -z "$extra" ] || wrong "libgatemark.a exports $extra"
extra=$($tool-objdump -p "$folder/bin/libgatemark.dll" | awk '/Ordinal.Name Pointer/ { names = 1; next }
	names && /^$/ { exit } names && $NF !~ /^gm_/ { print $NF }')
[ -z "$extra" ] || wrong "libgatemark.dll exports $extra"

aligned='vmov(ap[sd]|dqa(32|64)?) .*%[yz]mm.*\(|vmov(ap[sd]|dqa(32|64)?) .*\(.*%[yz]mm'
count() { $tool-objdump -d --no-show-raw-insn "$1" | grep -cE "$aligned" || true; }
echo 'void f(float *p) { __asm__ volatile("vmovaps %%ymm0, 32(%0)" : : "r"(p)); }' >"$work/a.c"
$tool-gcc -c "$work/a.c" -o "$work/a.o"
[ "$(count "$work/a.o")" -eq 1 ] || wrong "self-test: an aligned move was not found"
found=$(count "$folder/bin/libgatemark.dll")
[ "$found" -eq 0 ] || wrong "$found moves want a stack that is aligned"
vectors=$($tool-objdump -d "$folder/bin/libgatemark.dll" | grep -c '%[yz]mm' || true)
[ "$vectors" -gt 1000 ] || wrong "only $vectors instructions have vectors: are there no kernels?"

# ---- what it gives ----

c="$tool-gcc -std=c11 -O1 -Wall -Wextra -Werror -I$source/impl/include $source/tests/package/bits.c"
$c "$folder/lib/libgatemark.a" -o "$work/static.exe"
$c "$folder/lib/libgatemark.dll.a" -o "$work/shared.exe"
cp "$folder/bin/libgatemark.dll" "$work"
"$bits" >"$work/here"
wine=$(command -v wine64 || command -v wine || true)
[ -n "$wine" ] || { [ "$failed" -eq 0 ] && echo "skipped: built and linked, but no wine to run it" && exit 77; exit 1; }
for kind in static shared; do
	"$wine" "$work/$kind.exe" 2>/dev/null | tr -d '\r' >"$work/there" || wrong "$kind: ended with an error"
	[ "$(wc -l <"$work/there")" -ge 28 ] || wrong "$kind: only $(wc -l <"$work/there") lines"
	other=$(grep -Fvxf "$work/here" "$work/there" | head -n 5)
	[ -z "$other" ] || wrong "$kind: not as here: $other"
	[ "$(cut -d ' ' -f 1 "$work/there" | sort -u)" = "$(cut -d ' ' -f 1 "$work/here" | grep -v u10 | sort -u)" ] ||
		wrong "$kind: other variants run there: $(cut -d ' ' -f 1 "$work/there" | sort -u)"
done
wineserver -k 2>/dev/null || true # of this WINEPREFIX
[ "$failed" -eq 0 ] && echo "windows: $(wc -l <"$work/there") lines as here, $vectors vector instructions, none aligned"
exit "$failed"

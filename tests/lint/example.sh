#!/bin/sh
# SPDX-License-Identifier: MIT
# The example at the head of gatemark.h is a whole program: at most 15 lines, compiles as C11 and C++17 without a
# warning, links the library and runs.
#   sh tests/lint/example.sh ROOT CC CXX LIBRARY...
set -eu
root=$1 cc=$2 cxx=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed -n 's/^ \*     \(.*\)/\1/p; /^ \* Conventions/q' "$root/impl/include/gatemark/gatemark.h" >"$work/example.c"
lines=$(grep -c . "$work/example.c")
[ "$lines" -ge 5 ] || { echo "found no example in gatemark.h"; exit 1; }
[ "$lines" -le 15 ] || { echo "the example in gatemark.h has $lines lines, must have at most 15"; exit 1; }
cp "$work/example.c" "$work/example.cpp"
strict="-Wall -Wextra -Wpedantic -Wconversion -Werror -I$root/impl/include"
# shellcheck disable=SC2086 # several words
{
	"$cc" -std=c11 $strict -Wno-missing-field-initializers -o "$work/c" "$work/example.c" "$@"
	"$cxx" -std=c++17 $strict -Wno-missing-field-initializers -o "$work/cpp" "$work/example.cpp" "$@"
}
for program in c cpp; do
	"$work/$program" >"$work/said" || { echo "the example as $program ends with $?"; exit 1; }
	grep -qE '^[a-z0-9]+-[a-z0-9-]+: h = ' "$work/said" ||
		{ echo "the example as $program says: $(cat "$work/said")"; exit 1; }
done
echo "example: $lines lines, C11 and C++17: $(cat "$work/said")"

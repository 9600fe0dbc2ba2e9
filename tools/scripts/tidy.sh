#!/bin/sh
# SPDX-License-Identifier: MIT
# tidy.sh BUILD [FILE..] - clang-tidy (.clang-tidy) over the sources that BUILD compiles outside tests, or over these;
# two minutes on two cores.  BUILD is one of clang, whose flags it understands: build/clang.
# Exit: 0 nothing found, 1 findings, 77 no clang-tidy 14 here.
set -eu
case ${1-} in
-h | --help) sed -n 's/^# \{0,1\}//; 3,5p' "$0"; exit 0 ;;
'') echo "tidy.sh BUILD [FILE..]: see --help"; exit 2 ;;
esac
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$1
shift
have=$(clang-tidy --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p')
[ "$have" = 14 ] || { echo "skipped: clang-tidy 14 is wanted, here is ${have:-none}"; exit 77; }
# shellcheck disable=SC2046 # file names without blanks
[ $# -gt 0 ] || set -- $(sed -n 's/^ *"file": "\(.*\.c\)",*$/\1/p' "$build/compile_commands.json" |
	grep -E "^$root/(impl|reference|fixtures|bench|tools)/" | sort -u)
found=$(printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 clang-tidy -p "$build" --quiet 2>/dev/null) || true
[ -z "$found" ] || { printf '%s\n' "$found"; exit 1; }
echo "tidy: $# files, nothing found"

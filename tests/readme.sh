#!/bin/sh
# SPDX-License-Identifier: MIT
# readme.sh GATEMARK README - the README's table of variants is the program's, and every verb that it names exists.
set -u
gatemark=$1
readme=$2
failed=0

table=$(mktemp)
trap 'rm -f "$table"' EXIT
"$gatemark" list --markdown >"$table" || exit 1
grep '^|' "$table" >"$table.rows"
[ "$(wc -l <"$table.rows")" -ge 9 ] || { echo "the program lists no table"; failed=1; }
# the rows must stand in the README one after another, in this order, with none between
sed -n '/^| variant | ISA/,/^$/p' "$readme" | grep '^|' | diff - "$table.rows" ||
	{ echo "README's table of variants is not that of: gatemark list --markdown"; failed=1; }
rm -f "$table.rows"
# shellcheck disable=SC2013 # verbs are words
for verb in $(sed -n 's/^    gatemark \([a-z]*\).*/\1/p' "$readme" | sort -u); do
	"$gatemark" "$verb" --help >/dev/null || { echo "README names a verb that does not exist: $verb"; failed=1; }
done
[ "$failed" -eq 0 ] && echo "readme: passed"
exit "$failed"

#!/bin/sh
# SPDX-License-Identifier: MIT
# emulated_cases.sh GATEMARK ROOT - emulated_sve256.txt names 60 committed cases, each once, that have between them what
# its head promises: all that any committed case has.  Lists that lack a cell's option, a tail, a regime or batch rows,
# name a case twice or one that is not there must be found.
set -eu
gatemark=$1
list=$2/tests/lint/emulated_sve256.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the cases on stdin have, a line each, of every case ID.
traits() {
	awk '{
		regime = $1
		sub(/.*[.]/, "", regime)
		print "regime " regime
		spec = $1
		sub(/[.].*/, "", spec)
		match(spec, /^[a-z_]*_[A-Z]/)
		cell = substr(spec, 1, RLENGTH - 2)
		count = split(substr(spec, length(cell) + 2), word, "_")
		for (i = 1; i <= count; i++) {
			size = substr(word[i], 2) + 0
			if (word[i] ~ /^N[0-9]/)
				print "batch rows " (size > 8 ? "more" : size)
			else if (word[i] ~ /^[HP][0-9]/)
				print cell " " substr(word[i], 1, 1) " remainder " size % 8
			else if (word[i] !~ /^[TI][0-9]/)
				print cell " " word[i]
		}
	}' | LC_ALL=C sort -u
}

# Says what is wrong with the list on stdin.
judge() {
	LC_ALL=C sort >"$work/list"
	[ "$(wc -l <"$work/list")" -eq 60 ] || echo "the list has $(wc -l <"$work/list") cases, not 60"
	uniq -d "$work/list" | sed 's/^/named twice: /'
	LC_ALL=C comm -23 "$work/list" "$work/all" | sed 's/^/no committed case: /'
	traits <"$work/list" >"$work/has"
	LC_ALL=C comm -13 "$work/has" "$work/wanted" | sed 's/^/none of the list has: /'
}

"$gatemark" list cases --fixtures "$2/fixtures" --json | sed -n 's/^ *"case": "\(.*\)",$/\1/p' |
	LC_ALL=C sort >"$work/all"
traits <"$work/all" >"$work/wanted"
grep -v '^#' "$list" >"$work/committed"
bad=$(judge <"$work/committed")
failed=0
[ -z "$bad" ] || { printf '%s\n' "$bad"; failed=1; }
planted=0
for wrong in '/^rnn_relu.*_drop/d|none of the list has: rnn_relu drop' \
	'/_P4[._]/d|none of the list has: lstm P remainder 4' \
	'/nan_c_0/d|none of the list has: regime nan_c_0' '/_N5_/d|none of the list has: batch rows 5' \
	'/^gru/d|none of the list has: gru D2' '1d|the list has 59 cases, not 60' '2s/^/x/|no committed case: x' \
	'1{p;}|named twice: '; do
	said=$(sed "${wrong%%|*}" "$work/committed" | judge)
	planted=$((planted + 1))
	case $said in
	*"${wrong#*|}"*) ;;
	*) echo "planted ${wrong%%|*}: wanted '${wrong#*|}', said '$said'"; failed=1 ;;
	esac
done
traits=$(wc -l <"$work/wanted")
[ "$traits" -ge 100 ] || { echo "the committed cases have only $traits traits"; failed=1; }
[ "$failed" -ne 0 ] || echo "emulated_cases: 60 cases have all $traits traits that cases have, $planted plants found"
exit "$failed"

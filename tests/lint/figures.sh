#!/bin/sh
# SPDX-License-Identifier: MIT
# figures.sh GATEMARK ROOT - figures on the pages (*.md) are those of the program and of its sources: cases, rows,
# faults, shares of the budget, ulps, constants.  What only a C test knows is compared there
# (tests/reference/documented.h); what was measured carries date and machine on its page.  Wrong figures are planted in
# the end: each must be caught.
set -u
gatemark=$1
root=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

"$gatemark" list cases --json >"$work/cases" || exit 1
"$gatemark" check >"$work/table" 2>&1 || { cat "$work/table"; exit 1; }
find "$root" \( -path "$root/build" -o -path "$root/out" \) -prune -o -name '*.md' -exec cat {} + |
	tr -s '\n ' '  ' >"$work/pages"

sum() { awk -v key="\"$1\":" '$1 == key { n += $2 } END { print n + 0 }' "$work/cases"; }
count() { grep -cE "$1" "$work/cases"; }
worst() { # of a variant, as a share: "0.35"
	awk -v name="$1" '$1 == name && $8 == "%" { printf "%.2f", $7 / 100 }' "$work/table"
}
defined() { # MACRO: its value in the sources
	find "$root/bench" "$root/reference" -name '*.[ch]' -exec sed -nE "s/^#define $1 +([-0-9.ex]+).*/\1/p" {} +
}

cases=$(count '^ *"case":')
unfit="$(sum unfit_rows) rows of $(count '"unfit_rows": [1-9]') cases unfit"
set=$(sed -n '1s/.* //p' "$root/fixtures/MANIFEST.sha256")
torch=$(sed -n 's/^torch=\([0-9]*\.[0-9]*\).*/\1/p' "$root/tools/scripts/setup_torch.sh")
faults=$(grep -rh '^FAULT(' "$root/reference" | wc -l)
ulp=$(awk -F ' *[|] *' '$3 == "poly" && $5 == 3 && $6 > most { most = $6 } END { printf "%.1f", most + 0.04999 }' \
	"$(find "$root/reference" -name ACTIVATIONS.md)")
whole=$(grep -c '^FAULT(' "$root/tests/faults.def")
isas=$("$gatemark" list --markdown | awk -F ' *[|] *' 'NR > 2 && $3 { sub(/_.*/, "", $3); print $3 }' | uniq |
	paste -sd, - | sed 's/,/, /g')
evidence="$cases golden cases from PyTorch $torch, the same bits on $isas, $faults seeded faults rejected,"
evidence="$evidence $whole faults of whole runs tested"
torch_used=$(sed -nE "s/.*PyTorch's own f32 uses ([0-9]+) %.*/0.\1/p" "$work/table")

# What must stand somewhere on the pages.  Rows of the table: those that this CPU can run.
{
	grep -E '^  [a-z0-9_-]+ +[0-9]|unfit|^CHECK' "$work/table" | sed -E 's/ +[0-9]+ s  PASS//'
	cat <<END
fixtures $set
PyTorch $torch
$faults seeded faults
\`faults.def\`, $faults of them
all $cases cases of fixture set $set
own polynomials, at most $ulp ulp
Fixtures $set: $(sum rows | sed -E 's/([0-9])([0-9]{3})$/\1 \2/') rows in $cases cases, $unfit
| \`scalar-plain\`, fixtures $set | $cases | $(worst scalar-plain) |
their u10 rows, fixtures $set | $cases each | $(worst scalar-oracle) |
own float32), fixtures $set | $(count '"torch_used": [0-9]') | $torch_used |
END
} >"$work/want"
# Constants: macro, its value, how the pages say it.
while read -r macro value text; do
	is=$(defined "$macro")
	[ "$is" = "$value" ] || { echo "$macro is $is, not $value: mend \"$text\""; failed=1; }
	echo "$text"
done >>"$work/want" <<'END'
RACE_PROTOCOL 2 The protocol (version 2)
WARM_AGREE 0.03 two medians in a row agree within 3 % (8 at most)
WARM_MOST 8 (8 at most)
RACE_SAMPLE_NS 2000.0 at least 2 us (50 times what reading the clock costs)
QUICK_BLOCK_NS 2.5e6 up to 2.5 ms with `quick`, else 5 ms
BLOCK_NS 5e6 `quick`, else 5 ms
RACE_MOST 20 again, twice (20 in all)
CHUNK_NS 1e6 before and after every millisecond of a block
FEW_BLOCKS 3 fewer than 3 blocks
RESAMPLES 1000 1000 resamples
STATS_CONFIDENCE 0.95 95 % interval
RACE_STEAL_LIMIT 0.05 over 5 % of the time
JUDGE_VERSION 1 Judge version 1.
JUDGE_SAMPLES 16 over S = 16 samples
JUDGE_K 12.0 **allowed** = 12 * scale
JUDGE_UNFIT 1e-3 RMS of s exceeds 1e-3 of its RMS
AMPLIFIED_SAMPLES 8 8 more samples with noise 8 times as large
AMPLIFIED_FACTOR 8.0 with noise 8 times as large
AMPLIFIED_EXCESS 4.0 by more than 4 * 8
GOLDEN_RELATIVE 1e-12 agree to 1e-12 of the tensor's largest magnitude
END

# The README's first screen: what it is for, the evidence, a picture that loads at once, the two commands.
head -n 40 "$root/README.md" | tr -s '\n ' '  ' >"$work/screen"
picture=$(sed -nE 's/.*!\[[^]]*\]\(([^)]*)\).*/\1/p' "$work/screen")
lacks() { # SCREEN: what it does not show
	for text in "gatemark check --plugin" "gatemark run --quick" "gatemark choose" "$evidence" "sh tools/run.sh" \
		"sh tools/test.sh" "![" "<details>"; do
		grep -qF -e "$text" "$1" || echo "not on the first 40 lines of README.md: $text"
	done
}
lacks "$work/screen" >"$work/wrong"
[ "$(wc -c <"$root/${picture:-none}")" -le 150000 ] || echo "README's picture is missing or large" >>"$work/wrong"
sed "s/$whole faults of whole runs/99 faults of whole runs/" "$work/screen" >"$work/planted"
lacks "$work/planted" | grep -q 'of whole runs' || echo "a wrong count of faults was not caught" >>"$work/wrong"

# What a text of pages lacks; and counts of cases in it that are nobody's.
compare() {
	tr -s ' ' <"$work/want" | while IFS= read -r line; do
		grep -qiF -e "${line# }" "$1" || echo "not on any page: ${line# }"
	done
	grep -oE '[0-9]+ (cases|seeded faults)' "$1" | sort -u | while read -r number what; do
		grep -qE "(^|[^0-9])$number $what" "$work/want" || echo "on a page, but not so: $number $what"
	done
}
compare "$work/pages" >>"$work/wrong"
[ -s "$work/wrong" ] && { cat "$work/wrong"; failed=1; }
sed "s/$faults seeded faults/99 seeded faults/; s/ $cases | 0\.[0-9]* |/ $cases | 0.99 |/
	s/1000 resamples/99 resamples/; s/in $cases cases/in 99 cases/" "$work/pages" >"$work/planted"
caught=$(compare "$work/planted" |
	grep -cE "^not.*($faults seeded faults|1000 resamples|\`scalar-plain\`, fix|rows in $cases cases)")
[ "$caught" -eq 4 ] || { echo "of 4 planted figures $caught were caught:"; compare "$work/planted"; failed=1; }
[ "$failed" -eq 0 ] && echo "figures: $(wc -l <"$work/want") passed, 4 planted caught"
exit "$failed"

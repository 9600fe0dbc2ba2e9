#!/bin/sh
# SPDX-License-Identifier: MIT
# report_browser.sh GATEMARK - opens a report in a real browser from disk, in light, dark and narrow, and checks that
# the scripts ran (the captions of both charts are written), that nothing was refused or thrown, and that pictures come
# out.  GM_SCREENSHOTS=DIR keeps the pictures.  Exit 77 with the reason where there is no chromium.
set -eu
gatemark=$1
browser=$(command -v chromium || command -v chromium-browser || true)
if [ -z "$browser" ]; then
	echo "skipped: no chromium"
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pictures=${GM_SCREENSHOTS:-$work}
page_parts=$(cd "$(dirname "$0")/../../tools/report/page" && pwd)

# $1 variant, $2 T, $3 p50 in ns; at T 64 noise has made the intervals endless
bench() {
	low=$3
	high=$3
	[ "$2" -lt 64 ] || low=0 high=${3}00000000
	printf '{"schema":1,"kind":"bench","run":"000000000000000a","problem":"lstm_T%s_N1_I64_H64/fwd",' "$2"
	printf '"variant":"%s","status":"timed","judged":"budget","samples":20,"tainted":0,' "$1"
	printf '"p50_ns":%s.0,"p99_ns":%s.0,"low_ns":%s.0,"high_ns":%s.5}\n' "$3" "$3" "$low" "$high"
}
{
	printf '{"schema":1,"kind":"run","run":"000000000000000a","verb":"bench","gatemark":"0",'
	printf '"time":"2026-01-01T00:00:00Z",'
	echo '"machine":{"cpu":"</script><script>throw 1</script>","fingerprint":"f"}}'
	printf '{"schema":1,"kind":"check","run":"000000000000000a","case":"lstm_T3_N1_I2_H4.init",'
	printf '"problem":"lstm_T3_N1_I2_H4","variant":"scalar","pass":"fwd","status":"pass","class":"f32",'
	echo '"executor":"native","used":0.25,"where":"output","tensors":[]}'
	for T in 1 4 16 64; do
		bench scalar $T $((T * 9000 + 100))
		bench avx2-fused $T $((T * 700 + 900))
	done
	echo '{"schema":1,"kind":"end","run":"000000000000000a","exit_code":0}'
} >"$work/results.jsonl"
"$gatemark" report "$work/results.jsonl" -o "$work/report.html" -q

failed=0
# $1 name, $2 size, $3 one more flag, or none
shoot() {
	timeout 120 "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" \
		--virtual-time-budget=4000 --enable-logging=stderr --window-size="$2" ${3:+"$3"} \
		--screenshot="$pictures/report-$1.png" "file://$work/report.html" 2>"$work/$1.log" || failed=1
	bytes=$(wc -c <"$pictures/report-$1.png" || echo 0)
	if grep -E 'CONSOLE.*(Uncaught|Refused|violates|Error)' "$work/$1.log"; then
		echo "$1: the page complained"
		failed=1
	fi
	[ "$bytes" -gt 20000 ] || { echo "$1: picture of $bytes bytes"; failed=1; }
	echo "$1: $bytes bytes"
}
shoot light 1280,1600 ''
shoot dark 1280,1600 --blink-settings=preferredColorScheme=0
shoot narrow 420,1600 ''
if cmp -s "$pictures/report-light.png" "$pictures/report-dark.png"; then
	echo "dark looks like light"
	failed=1
fi

# The page $1 as the browser has it in the end must have the texts $2...
shows() {
	page=$1
	shift
	timeout 120 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" \
		--virtual-time-budget=4000 --dump-dom "file://$work/$page" >"$work/dom.html" 2>/dev/null || failed=1
	for wanted; do
		grep -qF "$wanted" "$work/dom.html" || { echo "missing in $page: $wanted"; failed=1; }
	done
}
shows report.html 'class="scripted"' 'Chosen: T 1 to 64 avx2-fused' '? scalar-plain' \
	'Right of 1: the chosen variant is faster' '&lt;script&gt;throw 1'

# As a build without Chart.js writes it: another script in its place.
awk -v other="$page_parts/no_chart.js" '
	/^<script>/ && ++scripts == 1 { print "<script>"; while ((getline line <other) > 0) print line; away = 1 }
	away { away = !/<\/script>/; if (!away) print "</script>"; next }
	{ print }' "$work/report.html" >"$work/without.html"
if grep -q 'Chart.js v' "$work/without.html"; then
	echo "Chart.js is still in the page without it"
	failed=1
fi
shows without.html '<html lang="en">' 'No chart: this gatemark was built without Chart.js.' \
	'<details class="numbers" open=""><summary>As a table (all problems)' '&lt;script&gt;throw 1'
[ "$failed" -eq 0 ] && echo "report_browser: passed"
exit "$failed"

#!/bin/sh
# SPDX-License-Identifier: MIT
# compare_py.sh GATEMARK - two benches of different counts: their --benchmark_out files have the same names, and Google
# Benchmark's compare.py matches them.  compare.py: GM_COMPARE, or that of Debian's libbenchmark-tools (the wheel of
# google-benchmark has none).  Its Python: GM_PYTHON, build/venv or python3.  Exit 77 with the reason without it or
# SciPy.
set -eu
gatemark=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bench() { # $1 file, $2... more flags
	file=$1
	shift
	"$gatemark" bench -q --variants='scalar*' --out="$work/out" --benchmark_out="$work/$file" "$@" >/dev/null
}
names() { sed -n 's/^ *"name": "\(.*\)",$/\1/p' "$work/$1" | sort -u; }

bench a.json --problem=rnn_tanh_T1_N1_I8_H8/step --quick
bench b.json --problem=rnn_tanh_T1_N1_I8_H8/step
names a.json >"$work/a"
names b.json >"$work/b"
cmp "$work/a" "$work/b"
grep -q '^rnn_tanh_T1_N1_I8_H8/step/scalar' "$work/a"

compare=${GM_COMPARE:-/usr/share/benchmark/compare.py}
if [ ! -f "$compare" ]; then
	echo "skipped: no $compare: it is in the package libbenchmark-tools"
	exit 77
fi
for python in ${GM_PYTHON:-} "$root/build/venv/bin/python" python3 none; do
	"$python" -c 'import scipy.stats' 2>/dev/null && break
done
if [ "$python" = none ]; then
	echo "skipped: no Python with SciPy, which compare.py needs"
	exit 77
fi
"$python" "$compare" --no-color benchmarks "$work/a.json" "$work/b.json" >"$work/said"
while read -r name; do # a row, and the U test over all its blocks
	grep -q "^$name  *[+-][0-9.]* " "$work/said"
	grep "^${name}_pvalue " "$work/said" | grep 'Repetitions: 30 vs 60$'
done <"$work/a"

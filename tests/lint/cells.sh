#!/bin/sh
# SPDX-License-Identifier: MIT
# cells.sh ROOT - impl/base/cells.def is the one table of cells: the product names a cell nowhere else and keeps nothing
# by cell that does not walk it, and what cannot include it (the exporter) says the same, in the same order.  A line for
# each finding.  First both are tried on what they must find.
set -eu
root=$(cd "$1" && pwd)
table=impl/base/cells.def

# id name gates projected, a line for each row of the table at $1
rows() {
	sed -n 's/^CELL(\([A-Z_]*\), *\([a-z_]*\), *"\([a-z]*\)",.*, *\([^,]*\))$/\1 \2 \3 \4/p' "$1/$table" |
		awk '{ print $1, $2, length($3), /PROJECTED/ ? "projected" : "-" }'
}

# Who names single cells: the public enum, formulas and faults of one cell, an example.
may='^impl/include/gatemark/gatemark[.]h$|^reference/faults/|^reference/judge/readings[.]c$|^bench/plugin_skeleton/'

# Prints "file:line: what" for each second table in the product of the tree at $1.
second() (
	cd "$1"
	ids=$(rows . | awk '{ printf "%s%s", sep, $1; sep = "|" }')
	names=$(rows . | awk '{ printf "%s%s", sep, $2; sep = "|" }')
	# shellcheck disable=SC2016 # awk's
	find impl reference fixtures bench tools -type f \
		\( -name '*.[ch]' -o -name '*.inc' -o -name '*.def' -o -name '*.cc' \) |
		grep -vE "^$table\$" | LC_ALL=C sort | may=$may xargs awk -v ids="$ids" -v names="$names" '
function found(what) { printf "%s:%d: %s: walk impl/base/cells.def\n", FILENAME, FNR, what }
open && !/^#define (CELL|RUN)\(/ { found("a table by cell") }
{
	open = 0
	gsub(/\/\*([^*]|\*[^\/])*\*\//, "")
}
FILENAME ~ ENVIRON["may"] { next }
/\[GM_CELLS\] *= *\{/ { if (/\{ *$/) open = 1; else found("a table by cell") }
{
	text = $0
	gsub(/[A-Za-z0-9_]+/, "<&>", text)
	if (text ~ "<GM_(" ids ")>")
		found("a cell by its id")
	if ($0 ~ "\"(" names ")\"")
		found("a cell by its name")
}'
)

same() { # what, wanted, found
	[ "$2" = "$3" ] || printf '%s: "%s", in cells.def "%s"\n' "$1" "$3" "$2"
}

# Prints what outside of C differs in the tree at $1.
differ() (
	cd "$1"
	file=fixtures/problem.py
	same "$file, GATES" "$(rows . | awk '{ print $2, $3 }' | paste -sd ' ')" \
		"$(sed -n '/^GATES = {$/,/^}$/s/^ *"\([a-z_]*\)": \([0-9]*\),$/\1 \2/p' $file | paste -sd ' ')"
	same "$file, PROJECTED" "$(rows . | awk '/ projected$/ { print $2 }' | paste -sd ' ')" \
		"$(sed -n 's/^PROJECTED = (\(.*\))$/\1/p' $file | tr -d '",')"
)

# A file and what stands in it (| a line), found or not.
planted() {
	cat <<'END'
impl/engine/a.c	int lstm = plan->problem.cell == GM_LSTM;	a cell by its id
tools/app/a.c	x = (GM_GRU);	a cell by its id
impl/core/a.c	if (strcmp(cell, "rnn_relu") == 0)	a cell by its name
reference/model/a.c	static const size_t gates[GM_CELLS] = {1, 1, 4, 3};	a table by cell
bench/shapes/a.c	static const char *const name[GM_CELLS] = {| first,|};	a table by cell
bench/shapes/b.c	static const char *const name[GM_CELLS] = {|#define CELL(id, name, ...) #name,|};	
impl/kernels/a.inc	float *tape = s->tape + GM_LSTM_PLANES * VL; /* of an lstm */	
reference/faults/a.h	enum { GRU = 1u << GM_GRU };	
END
}

# A file, what sed does to it, what is said of it.
altered() {
	cat <<'END'
fixtures/problem.py	s/"gru": 3/"gru": 4/	GATES
fixtures/problem.py	/^    "lstm"/d	GATES
fixtures/problem.py	s/^    "lstm": 4/    "gru": 3,\n&/	GATES
fixtures/problem.py	s/^PROJECTED = ("lstm"/PROJECTED = ("gru"/	PROJECTED
fixtures/problem.py	s/^GATES = {$/GATES = dict(/	GATES
impl/base/cells.def	s/"rzn"/"rz"/	GATES
impl/base/cells.def	/^CELL(RNN_RELU/d	GATES
impl/base/cells.def	s/ | CELL_PROJECTED//	PROJECTED
END
}

self_test() {
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	for file in $table fixtures/problem.py; do
		mkdir -p "$work/$(dirname "$file")"
		cp "$root/$file" "$work/$file"
	done
	mkdir -p "$work/bench" "$work/tools" "$work/reference"
	tab=$(printf '\t')
	planted | while IFS=$tab read -r file text what; do
		mkdir -p "$work/$(dirname "$file")"
		printf '%s\n' "$text" | tr '|' '\n' >"$work/$file"
		said=$(second "$work")
		rm "$work/$file"
		case $said in
		"$file":*": $what: "*) [ -n "$what" ] || echo "self-test: a false finding: $said" ;;
		'') [ -z "$what" ] || echo "self-test: not found: $file: $text" ;;
		*) echo "self-test: $file: $text: $said" ;;
		esac
	done
	altered | while IFS=$tab read -r file change what; do
		sed "$change" "$root/$file" >"$work/$file"
		said=$(differ "$work")
		cp "$root/$file" "$work/$file"
		case $said in
		*"$what: "*) ;;
		*) echo "self-test: not found: $file, $change: $said" ;;
		esac
	done
}

[ "$(rows "$root" | wc -l)" -gt 0 ] || { echo "cells: no row in $table"; exit 1; }
bad=$(self_test; second "$root"; differ "$root")
[ -z "$bad" ] || { printf '%s\n' "$bad"; exit 1; }
echo "cells: $(planted | wc -l) planted and $(altered | wc -l) altered files judged rightly," \
	"$(rows "$root" | wc -l) cells in one table"

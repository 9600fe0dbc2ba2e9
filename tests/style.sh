#!/bin/sh
# SPDX-License-Identifier: MIT
# style.sh ROOT RULES - how the sources look.  RULES is one of
#   lengths   file <= 400 lines, public header <= 300, function <= 40 (kernels 60), parameters <= 6, line <= 120
#   c         clang-format 14, .clang-format        shell   shellcheck        python   ruff, .ruff.toml
# First it plants a violation of each rule in a temporary folder and fails if one is not found.  A line for each
# finding; exit 1 if there are any, 77 with the reason where the tool, in the version whose taste is meant, is missing.
set -eu
export LC_ALL=C
root=$(cd "$1" && pwd)
rules=$2

# What is allowed beyond the limits: rule, file, how often.  The numbers may only fall.
exceptions() {
	cat <<'END'
line fixtures/cases.py 1
line tests/lint/audit_objects.sh 6
line tests/lint/words.sh 3
parameters impl/engine/gradients.c 1
parameters impl/engine/pack.c 1
parameters impl/kernels/tile.inc 1
parameters impl/worker/host.c 1
parameters tests/fixtures/broken_fixtures.c 2
parameters tests/impl/scan_activations.c 1
parameters tests/plugins/base.c 1
parameters tests/tools/result_lines.h 1
END
}

# Files below the current folder that end in one of the words.
sources() {
	for end; do
		find . -path ./build -prune -o -path ./out -prune -o -path ./.git -prune -o -type f -name "*$end" -print
	done | sed 's:^\./::' | sort -u
}

# Prints "rule file line what" for each finding.
lengths() {
	# shellcheck disable=SC2016 # awk's
	sources .c .h .inc .cc .def .S .sh .py .js .css .html .cmake CMakeLists.txt CMakePresets.json .md run | xargs awk '
function found(rule, line, what) {
	printf "%s %s %d %s\n", rule, file, line, what
}
function width(text,    column, k) {
	gsub(/[\200-\277]/, "", text) # a character is one column, however many bytes
	for (column = 0; k = index(text, "\t"); text = substr(text, k + 1))
		column += k - 1 + 4 - (column + k - 1) % 4
	return column + length(text)
}
# Parameters of the last list at the outermost level of a function head.
function parameters(head,    k, c, depth, count, last) {
	gsub(/__attribute__\(\([^)]*\)\)/, "", head)
	for (k = 1; k <= length(head); k++) {
		c = substr(head, k, 1)
		depth += (c == "(") - (c == ")")
		if (c == "(" && depth == 1)
			count = 1
		else if (c == "," && depth == 1)
			last = ++count
		else if (c == ")" && depth == 0)
			last = count
	}
	return last
}
function end_file() {
	if (file ~ /^impl\/include\// && lines > 300)
		found("header", lines, "of at most 300 lines")
	if (file !~ /[.]md$/ && lines > 400)
		found("file", lines, "of at most 400 lines")
}
FNR == 1 {
	if (file != "")
		end_file()
	file = FILENAME
	code = file ~ /[.](c|h|inc|cc)$/
	most = file ~ /^impl\/(kernels|isa)\// ? 60 : 40
	head = start = fence = 0
}
{ lines = FNR }
/^```/ { fence = !fence }
length($0) > 60 && width($0) > 120 && !(file ~ /[.]md$/ && (fence || /^\|/)) && file !~ /_expected[.]def$/ {
	found("line", FNR, "of " width($0) " columns, at most 120")
}
!code { next }
/^\{$/ {
	start = FNR
	if (parameters(head) > 6)
		found("parameters", FNR, parameters(head) " of at most 6")
	head = ""
	next
}
/^\}/ {
	if (start && /^}$/ && FNR - start + 1 > most)
		found("function", start, FNR - start + 1 " lines of at most " most)
	start = 0
}
{ head = start || /^[#}]/ || /^$/ || /;$/ || /^ ?(\/\*|\*|\/\/)/ ? "" : head $0 }
END { end_file() }'
}

# The findings beyond the exceptions on standard input, and exceptions that are no longer needed.
unexpected() {
	exceptions >"$work/exceptions"
	awk -v exceptions="$work/exceptions" '
	FILENAME == exceptions { allowed[$1 " " $2] = $3; next }
	{ count[$1 " " $2]++; text[NR] = $0 }
	END {
		for (k in text) {
			split(text[k], word, " ")
			if (count[word[1] " " word[2]] > allowed[word[1] " " word[2]])
				print word[2] ":" word[3] ": " word[1] substr(text[k], length(word[1] word[2] word[3]) + 3)
		}
		for (k in allowed)
			if (count[k] + 0 < allowed[k])
				print "tests/style.sh: " k ": lower " allowed[k] " to " count[k] + 0
	}' "$work/exceptions" - | sort -t: -k1,1 -k2,2n
}

c() { sources .c .h .inc .cc | xargs clang-format --dry-run -Werror 2>&1 | grep -E 'error|warning' || true; }

shell() { sources .sh run | xargs shellcheck -x -f gcc || true; }

python() {
	sources .py | xargs "$ruff" check --quiet --no-cache --output-format concise || true
	sources .py | xargs "$ruff" format --quiet --no-cache --check --output-format concise || true
}

repeat() { awk -v count="$1" -v text="$2" 'BEGIN { while (count--) print text }'; }

# Rules, what is planted for them where, and how often it must be found.
planted() {
	case $1 in
	lengths)
		plant 0 file impl/a.c "$(repeat 400 '/* */')"
		plant 1 file impl/b.c "$(repeat 401 '/* */')"
		plant 1 header impl/include/gatemark/c.h "$(repeat 301 '/* */')"
		plant 0 function impl/d.c "$(printf 'void d(void)\n{\n%s\n}\n' "$(repeat 38 '	x();')")"
		plant 1 function impl/e.c "$(printf 'void e(void)\n{\n%s\n}\n' "$(repeat 39 '	x();')")"
		plant 0 function impl/kernels/f.inc "$(printf 'void f(void)\n{\n%s\n}\n' "$(repeat 58 '	x();')")"
		plant 1 function impl/kernels/g.inc "$(printf 'void g(void)\n{\n%s\n}\n' "$(repeat 59 '	x();')")"
		plant 0 parameters impl/h.c 'void h(int a, int b, int c, int d, int (*e)(int, int),
	int f)
{
}'
		plant 1 parameters impl/i.c 'static __attribute__((noinline)) void i(int a, int b, int c, int d, int e,
	int f, int g)
{
}'
		plant 0 line tools/j.sh "$(printf '\t%s' "$(repeat 29 1234 | tr -d '\n')")"
		plant 1 line tools/k.sh "$(printf '\t%s5' "$(repeat 29 1234 | tr -d '\n')")"
		plant 0 line README.md "$(printf '| %s' "$(repeat 30 1234 | tr -d '\n')")"
		plant 1 line README.md "$(printf '. %s' "$(repeat 30 1234 | tr -d '\n')")" ;;
	c) plant 1 '' impl/a.c 'int a ;' ;;
	shell) plant 1 '' tools/a.sh "$(printf '#!/bin/sh\nrm -r %s\n' "\$1")" ;;
	python)
		plant 1 '' tests/a.py 'import os'
		plant 1 '' tests/b.py 'b = {  1:2 }' ;;
	esac
}

# plant COUNT RULE FILE TEXT: the rules find COUNT times RULE in that file, and nothing else.
plant() {
	mkdir -p "$work/tree/$(dirname "$3")"
	printf '%s\n' "$4" >"$work/tree/$3"
	said=$(cd "$work/tree" && "$rules")
	rm "$work/tree/$3"
	[ "$(printf '%s\n' "$said" | grep -c "^$2.*$3")" = "$1" ] && [ "$(printf '%s' "$said" | grep -c '')" = "$1" ] ||
		printf 'self-test: %s in %s found %s times:\n%s\n' "$2" "$3" "not $1" "$said"
}

# The tool of the rules in the version whose taste is meant, or exit 77.
need() { # NAME WANTED COMMAND
	have=$("$3" --version 2>/dev/null | tr '\n' ' ' || true)
	case $have in
	*"$2"*) ;;
	*) echo "skipped: $1 $2 is wanted, here is ${have:-none}"; exit 77 ;;
	esac
}

case $rules in
lengths) ;;
c) need clang-format 'version 14.' clang-format ;;
shell) need shellcheck 'version: 0.9' shellcheck ;;
python)
	ruff=$root/build/torch-venv/bin/ruff
	[ -x "$ruff" ] || ruff=ruff
	need ruff 0.17. "$ruff" ;;
*) echo "style.sh ROOT lengths|c|shell|python"; exit 2 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tree"
cp "$root/.clang-format" "$root/.ruff.toml" "$work/tree"
bad=$(planted "$rules")
if [ "$rules" = lengths ]; then
	bad=$bad$(cd "$root" && lengths | unexpected)
else
	bad=$bad$(cd "$root" && "$rules")
fi
[ -z "$bad" ] || { printf '%s\n' "$bad"; exit 1; }
echo "style: $rules: planted violations found, nothing found in the tree"

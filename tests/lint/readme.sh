#!/bin/sh
# SPDX-License-Identifier: MIT
# readme.sh GATEMARK ROOT SKELETON - what the pages (*.md) and helps say can be typed, can be typed.  Commands of
# gatemark are really run, in a scratch folder that holds what they name: a few golden cases, the plug-in SKELETON under
# the names that pages give it, results of a short run.  Commands of scripts are not run: the script must exist and its
# help name every word.  An option on its own must be known to a verb or a script.  Planted faults come last: each must
# be caught.
set -u
gatemark=$1
root=$2
skeleton=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# Commands of a page, one a line: lines of blocks, code spans (also broken across lines), "rerun: ..." of a sample, also
# broken by a backslash.
commands() {
	{
		sed -e ':join' -e '/ \\$/{' -e N -e 's/ \\\n */ /' -e 'b join' -e '}' "$1" |
			sed -nE -e 's/^(    )?((gatemark [a-z]|sh tools\/|build\/torch-venv\/).*)/\2/p' \
				-e 's/.*rerun: (gatemark .*)/\1/p' |
			sed -E 's/ {2,}[^- ].*//; s/ +#.*//'
		awk '/^```/ { block = !block; next } !block' "$1" | awk 'BEGIN { RS = "" } {
			gsub(/\n */, " ")
			while (match($0, /`[^`]+`/)) {
				span = substr($0, RSTART + 1, RLENGTH - 2)
				$0 = substr($0, RSTART + RLENGTH)
				if (span ~ /^(gatemark [-a-z]|sh tools\/|python3 fixtures\/|--[a-z])/) print span
			}
		}'
	} | alternatives | sort -u
}

# "list [cases|shapes]" is three commands; "x86_64|aarch64" two.
alternatives() {
	awk '{
		if (!match($0, / \[?[a-z0-9_]+(\|[a-z0-9_]+)+\]?/)) { print; next }
		before = substr($0, 1, RSTART - 1)
		after = substr($0, RSTART + RLENGTH)
		list = substr($0, RSTART + 1, RLENGTH - 1)
		if (list ~ /^\[/) print before after
		gsub(/[][]/, "", list)
		for (k = split(list, word, "|"); k > 0; k--) print before " " word[k] after
	}'
}

help_of() { # of a script: what it says of itself
	case $1 in
	*.py) cat "$root/$1" ;;
	*) sh "$root/$1" --help ;;
	esac
}

# Lets gatemark run a command; a time that says nothing about the command is cut short.
run_gatemark() {
	command=$(printf '%s\n' "$1" | sed -e 's/^gatemark run/& --quick --shapes tiny/' -e 's/^gatemark bench/& --quick/' \
		-e 's/^gatemark help VERB/gatemark help check/')
	(
		# shellcheck disable=SC2317 # the command calls it
		gatemark() { GATEMARK_FIXTURES=$work/fixtures timeout 60 "$gatemark" "$@"; }
		cd "$work" && eval "$command"
	) >"$work/said" 2>&1 ||
		{ echo "\"$1\" ends with $?:"; tail -n 3 "$work/said"; }
}

try_script() { # COMMAND...: its words
	while [ $# -gt 0 ]; do
		case $1 in tools/*.sh | fixtures/*.py) break ;; esac
		shift
	done
	script=$1
	shift
	[ -f "$root/$script" ] || { echo "there is no $script"; return; }
	help_of "$script" >"$work/help" 2>&1 || echo "$script has no --help"
	for word; do
		case $word in [a-z]*.*) continue ;; esac # a file
		printf '%s' "$word" | grep -qE '^(--)?[a-z]' || continue
		grep -qwF -e "${word%%=*}" "$work/help" || echo "$script does not know ${word%%=*}"
	done
}

# Says what is wrong with each command of a page, if anything.
try() {
	commands "$1" >"$work/commands"
	while IFS= read -r line; do
		case $line in
		gatemark*) run_gatemark "$line" ;;
		--benchmark_*) ;;
		--*) grep -qE -e "${line%%[= ]*}([^a-z-]|\$)" "$work/known" || echo "nothing has an option ${line%%[= ]*}" ;;
		*) # shellcheck disable=SC2086 # its words, none a pattern
			(set -f && try_script $line) ;;
		esac
	done <"$work/commands"
}

# Says where rows of a page's table of variants, on stdin, differ from those of variants.def, $1, column by column.
compare_columns() {
	awk -v rows="$1" '
	BEGIN {
		columns = split("variant ISA strategy activation weights rounding class", name, " ")
		while ((getline line < rows) > 0)
			if (sub(/^VARIANT\(/, "", line)) {
				sub(/\) *$/, "", line)
				gsub(/["`]/, "", line)
				row[++count] = line
			}
	}
	{
		gsub(/`/, "")
		sub(/^\| */, "")
		sub(/ *\|$/, "")
		split($0, shown, / *\| */)
		split(row[NR], def, /, */)
		def[6] = tolower(substr(def[6], 4)) # GM_CANONICAL, GM_CLASS_F32
		def[7] = tolower(substr(def[7], 10))
		gsub(/_/, "-", def[7])
		for (k = 1; k <= columns; k++)
			if (shown[k] != def[k])
				print "row " NR " of the table of variants: " name[k] " is " shown[k] ", in variants.def " def[k]
	}
	END {
		if (NR != count)
			print "the table of variants has " NR " rows, variants.def " count
	}'
}

mkdir -p "$work/fixtures" "$work/build"
cp "$root/fixtures/core.h5" "$root/fixtures/DIGESTS" "$work/fixtures"
sed -n '1p; / core\.h5$/p' "$root/fixtures/MANIFEST.sha256" >"$work/fixtures/MANIFEST.sha256"
cp "$root/fixtures/core.h5" "$work/mine.h5"
cp "$skeleton" "$work/libmine.so"
cp "$skeleton" "$work/build/libskeleton.so"
chmod o-w "$work/libmine.so" "$work/build/libskeleton.so"
echo rnn_tanh_T2_N1_I3_H5/fwd >"$work/tiny"
verbs=$("$gatemark" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep -vx gatemark)
for verb in $verbs; do
	"$gatemark" "$verb" --help || echo "gatemark $verb has no --help" >>"$work/wrong"
done >"$work/known"
for script in run test scripts/scan scripts/bits scripts/bundle scripts/emulate scripts/release; do
	help_of "tools/$script.sh"
done >>"$work/known"
help_of fixtures/export.py >>"$work/known"
run_gatemark "gatemark run --quick"

# The pages; scripts and verbs that helps name; the table of variants.
find "$root" \( -path "$root/build" -o -path "$root/out" \) -prune -o -name '*.md' \
	-exec sh -c 'for page; do cat "$page"; echo; done' pages {} + >"$work/pages.md"
try "$work/pages.md" >>"$work/wrong"
# shellcheck disable=SC2013 # scripts and verbs are words
for script in $(cat "$work/known" "$root"/tools/*.sh "$root"/tools/scripts/*.sh |
	grep -oE 'sh tools/[a-z_/]+\.sh' | sort -u | cut -c4-); do
	try_script "$script" >>"$work/wrong"
done
# shellcheck disable=SC2013
for verb in $(grep -ohE '(`|see |of )gatemark [a-z]+' "$work/known" "$root"/tools/*.sh "$root"/tools/scripts/*.sh |
	sed 's/.* //' | sort -u); do
	echo "$verbs" | grep -qx "$verb" || echo "a help names gatemark $verb" >>"$work/wrong"
done
"$gatemark" list --markdown | grep '^|' >"$work/table"
sed -n '/^| variant | ISA/,/^$/p' "$root/README.md" | grep '^|' >"$work/shown"
diff "$work/shown" "$work/table" >>"$work/wrong" ||
	echo "README's table of variants is not that of: gatemark list --markdown" >>"$work/wrong"
tail -n +3 "$work/shown" | compare_columns "$root/impl/variants/variants.def" >>"$work/wrong"
[ -s "$work/wrong" ] && { cat "$work/wrong"; failed=1; }
runs=$(commands "$work/pages.md" | wc -l)
[ "$runs" -ge 35 ] || { echo "only $runs commands found in the pages"; failed=1; }

cat >"$work/planted.md" <<'END'
A verb `gatemark chekc`, an option `--cpus`, a span `gatemark check
--cpus 3` across lines, `sh tools/run.sh --nonsense`.

    gatemark check --plugin build/libskeleton.so --shapes quick
    sh tools/none.sh   # gone
    gatemark list [cases|verbs]
    sh tools/scripts/emulate.sh sve
END
caught=$(try "$work/planted.md" | grep -cE '^(".*" ends with 2:|nothing has|there is no|tools/.* does not know)')
[ "$caught" -eq 8 ] || { echo "of 8 planted faults $caught were caught"; failed=1; }
tail -n +3 "$work/shown" >"$work/rows"
for wrong in 1s/scalar-/scaler-/ '2s/| scalar_fma/| scalar/' 3s/oracle/plain/2 '4s/poly/u10/' '5s/f32/bf16/' \
	'6s/canonical/free/' '7s/f32 |$/f32-abs |/' 8d; do
	sed "$wrong" "$work/rows" | compare_columns "$root/impl/variants/variants.def" | grep -q . ||
		{ echo "in the table of variants $wrong was not caught"; failed=1; }
done
[ "$failed" -eq 0 ] && echo "readme: $runs commands passed, 16 planted faults caught"
exit "$failed"

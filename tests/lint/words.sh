#!/bin/sh
# SPDX-License-Identifier: MIT
# words.sh ROOT - one word, one meaning: the glossary of CONTRIBUTING.md as far as grep can hold it.  A row of the table
# is a word that must not stand, where it may stand all the same, and what to say instead.  Reads C, Python, shell and
# Markdown; a line for each finding.  First every row is planted and must be found.
set -eu
root=$(cd "$1" && pwd)

# pattern (grep -E, whole words) ; paths that may (grep -E) ; what to say instead
banned() {
	cat <<'END'
\bd(weight_(ih|hh|hr)|bias_(ih|hh)|input|weights|h_0|c_0|h_n|c_n)\b;^(fixtures/[a-z0-9]*[.]py|reference/README);grad_ + the name of the tensor
\b(lane|race_lane)s?\b;^(impl|reference|fixtures|tests/(impl|lint|reference)|README|CONTRIBUTING|bench/README);contestant: a lane is of a vector
\bcandidates?\b;^CONTRIBUTING;contestant
\brosters?\b;^CONTRIBUTING;contestants
\bloss(_[a-z]+)?\b;^CONTRIBUTING;steal time
\b(loud|sticky)\b;^(CONTRIBUTING|impl/worker/plugin_load);amplified, time-correlated
\bslots?\b;^(impl/(worker|base/calling)|fixtures/reader|tests/(worker|fixtures|impl)|CONTRIBUTING);position of a batch row, index of a contestant: a slot is a tensor's room in an arena or a pack
\b(autopsy|bury|buried|death|corpse)\b;^(fixtures/[a-z0-9]*[.]py|CONTRIBUTING);end, reap
\bnoise_pen|\bref_way|\bref_errs\b;^CONTRIBUTING;noise_rounding, ref_errors
\bplace_(of|text|gate)\b;^$;locate, location_text, gate_letter
END
}

words() ( # in the tree at $1
	cd "$1"
	banned | while IFS= read -r line; do
		say=${line##*;}
		rest=${line%;*}
		may=${rest##*;}
		pattern=${rest%;*}
		find impl reference fixtures bench tools tests README.md CONTRIBUTING.md -type f ! -path tests/lint/words.sh \
			\( -name '*.[ch]' -o -name '*.inc' -o -name '*.def' -o -name '*.cc' -o -name '*.py' -o -name '*.sh' \
			-o -name '*.md' \) 2>/dev/null | LC_ALL=C sort | grep -vE "$may" | xargs grep -nwE "$pattern" /dev/null |
			sed "s/\$/   <- $say/" || :
	done
)

planted='int dweight_ih;
race_lane *lane;
race_candidate candidate;
roster r;
loss_read();
double loud, sticky;
size_t slot;
void bury(void);
noise_pen pen;
place_of(x);'

self_test() {
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	mkdir -p "$work/tools"
	printf '%s\n' "$planted" | while IFS= read -r line; do
		printf '%s\n' "$line" >"$work/tools/a.c"
		[ -n "$(words "$work")" ] || echo "self-test: not found: $line"
	done
	echo 'int position; /* of a batch row */' >"$work/tools/a.c"
	[ -z "$(words "$work")" ] || echo "self-test: a false finding"
}

bad=$(self_test; words "$root")
[ -z "$bad" ] || { printf '%s\n' "$bad"; exit 1; }
echo "words: $(printf '%s\n' "$planted" | wc -l) planted words found, none in the tree"

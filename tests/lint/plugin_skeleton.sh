#!/bin/sh
# SPDX-License-Identifier: MIT
# plugin_skeleton.sh ROOT GATEMARK - the page of bench/plugin_skeleton, line by line, on a copy of the folder that has
# the headers it names and nothing else of the suite: each command of its block, then those of its text that name the
# plug-in.  A page or folder with a fault, planted last, must fail.
set -u
root=$1
gatemark=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/include/gatemark" "$work/bin"
cp "$root/impl/include/gatemark/gatemark.h" "$root/impl/include/gatemark/variant.h" "$work/include/gatemark"
ln -s "$gatemark" "$work/bin/gatemark"
PATH=$work/bin:$PATH GATEMARK_FIXTURES=$root/fixtures
export PATH GATEMARK_FIXTURES

# The page's commands in its order.
commands() {
	awk '/^```/ { block = !block; next } block' "$1"
	# shellcheck disable=SC2016 # spans of Markdown
	tr '\n' ' ' <"$1" | grep -oE '`gatemark [a-z]+ [^`]*--plugin [^`]*`' | tr -d '`'
}

# Says which command of the page in folder $1 fails, and how.
try() (
	cd "$1" || exit
	commands README.md | sed "s:<folder that holds gatemark/variant.h>:$work/include:" >"$work/commands"
	while IFS= read -r command; do
		if ! sh -c "$command" </dev/null >"$work/said" 2>&1; then
			echo "\"$command\" ends with an error:"
			tail -n 5 "$work/said"
			return
		fi
		! grep -i 'warning:' "$work/said" || echo "\"$command\" warns"
	done <"$work/commands"
)

copy() { # to a fresh folder
	rm -rf "$work/mine"
	cp -R "$root/bench/plugin_skeleton" "$work/mine"
	rm -rf "$work/mine/build"
	chmod -R go-w "$work/mine"
}

copy
try "$work/mine" >"$work/wrong"
[ ! -s "$work/wrong" ] || { cat "$work/wrong"; exit 1; }
runs=$(commands "$root/bench/plugin_skeleton/README.md" | wc -l)
[ "$runs" -ge 5 ] || { echo "only $runs commands found in the page"; exit 1; }

# File, change, the command that must be said to fail.
caught=0
while IFS='|' read -r file change said; do
	copy
	sed "$change" "$work/mine/$file" >"$work/changed" && cp "$work/changed" "$work/mine/$file"
	try "$work/mine" >"$work/wrong"
	if grep -q "^\"$said.*ends with" "$work/wrong"; then
		caught=$((caught + 1))
	else
		printf '%s with %s was not caught: %s\n' "$file" "$change" "$(cat "$work/wrong")"
	fi
done <<'END'
README.md|s/-DGATEMARK_INCLUDE=/-DGATEMARK_HEADERS=/|cmake -S
skeleton.c|s:gatemark/variant.h:gatemark/tensors.h:|cmake --build
skeleton.c|s/h\[j\] = tanhf(a)/h[j] = a/|gatemark check
README.md|s:rnn_tanh_T64:rnn_tonh_T64:|gatemark bench
README.md|s/check --no-fork --plugin/check --no-forks --plugin/|gatemark check --no-forks
END
[ "$caught" -eq 5 ] || exit 1
echo "plugin_skeleton: $runs commands passed, $caught planted faults caught"

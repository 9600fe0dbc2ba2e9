#!/bin/sh
# SPDX-License-Identifier: MIT
# cli_docs.sh GATEMARK ROOT MAN - the manual pages of folder MAN: no checker finds anything, each verb has one, and its
# options are those of --help.  Completion: bash, with gatemark.bash read, is asked for words.  Wrong pages are planted.
set -eu
gatemark=$1
root=$2
man=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if mandoc -v >/dev/null 2>&1 || command -v mandoc >/dev/null; then
	check() { mandoc -T lint -W warning "$1"; }
elif command -v man >/dev/null && command -v groff >/dev/null; then
	check() { { man --warnings -E UTF-8 -l "$1" >/dev/null; } 2>&1; }
else
	check() { :; }
fi

options() { grep -oE -e '(^|[ ,])--[a-z][-a-z_X]*' | tr -d ' ,' | LC_ALL=C sort -u; }
plain() { sed -e 's/\\f.//g' -e 's/\\-/-/g' "$1"; }

# Says what is wrong with the pages of folder $1.
pages() {
	for page in "$1"/*.1; do
		check "$page" || true
	done
	for verb in $("$gatemark" help --words); do
		case $verb in help | version) continue ;; esac
		page=$1/gatemark-$verb.1
		[ -s "$page" ] || { echo "$verb has no page"; continue; }
		grep -q "gatemark.-$verb (1)" "$1/gatemark.1" || echo "gatemark(1) does not lead to $verb"
		"$gatemark" help "$verb" | sed 's/^ *\(-., *\)*/ /' | grep '^ --' | sed 's/   .*//' | options >"$work/help"
		plain "$page" | grep '^-' | options >"$work/page"
		cmp -s "$work/help" "$work/page" || echo "options of $verb: $(diff "$work/help" "$work/page" | tr '\n' ' ')"
	done
}

# What bash completes to, with $1 in the folder files: words of the command line, the last one unfinished.
complete_words() {
	(cd "$work/files" && bash -c '
		. "$1"
		shift
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_gatemark
		printf "%s " "${COMPREPLY[@]}"' bash "$root/tools/app/gatemark.bash" "$gatemark" "$@" 2>/dev/null)
}

completes() { # WANTED WORD..
	wanted=$1
	shift
	said=$(complete_words "$@")
	[ "${said% }" = "$wanted" ] || echo "gatemark $*: completes to '$said', not '$wanted'"
}

completion() {
	mkdir "$work/files"
	: >"$work/files/mine.h5"
	: >"$work/files/my kernel.so"
	completes "check choose" ch
	completes "doctor list check bench choose report run fixture help version" ''
	completes "choose" help cho
	completes "--cases --class" check --c
	completes "mine.h5" check --fixtures mi
	completes "mine.h5" check --fixtures = mi
	completes "my kernel.so" check --plugin 'my '
	completes "f32 f32-abs" check --class = f
	completes "fwd bwd" check --pass =
	completes "fwd,bwd" check --pass = fwd,b
	completes "avx2-fused avx2-fused-u10" bench -q --variants avx2
	completes "mine.h5" check --json = mi
	completes "" check --json mi
	completes "quick" bench --shapes q
	completes "cases" list ca
	completes "mine.h5" fixture show mi
	completes "verify" fixture v
	completes "--allow-unlisted" fixture show --a
	completes "" nothing --
	completes "" doctor ''
}

bad=$(pages "$man")
cp -r "$man" "$work/man"
plant() { # FILE SED WANTED: a page that is wrong, and what has to be said of it
	sed -i "$2" "$work/man/$1"
	said=$(pages "$work/man")
	case $said in *"$3"*) ;; *) echo "planted in $1: '$3' was not found, but: $said" ;; esac
	cp "$man/$1" "$work/man/$1"
}
bad=$bad$(plant gatemark-check.1 's/-cases/-case/' 'options of check')
bad=$bad$(plant gatemark.1 '/run (1)/d' 'does not lead to run')
! command -v mandoc >/dev/null || bad=$bad$(plant gatemark-run.1 's/^\.TP/.XX/' 'gatemark-run.1')
if command -v bash >/dev/null; then
	bad=$bad$(completion)
fi
[ -z "$bad" ] || { printf '%s\n' "$bad"; exit 1; }
echo "cli_docs: $(find "$man" -name '*.1' | wc -l) pages, completion of $(grep -c "^	completes " "$0") commands"

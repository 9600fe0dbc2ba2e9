#!/bin/sh
# SPDX-License-Identifier: MIT
# symbols.sh ROOT STATIC SHARED [CC] - the libraries that others link offer what the headers of impl/include declare, no
# name more and none less, and the shared one says its version.  First it makes a library with each fault and fails if
# one is not found.  Exit 77 without binutils.
set -eu
root=$1
static=$2
shared=$3
cc=${4:-cc}
for tool in nm readelf; do
	command -v "$tool" >/dev/null || { echo "skipped: no $tool (package binutils)"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The functions that the headers below $1 declare, as the compiler reads them.
declared() {
	find "$1" -name '*.h' | LC_ALL=C sort | while read -r header; do
		"$cc" -E -P -I "$1" "$header"
	done | sed -E 's/^typedef .*//' | tr '\n' ' ' | sed -E 's/static inline [a-z0-9_ *]*\(/(/g' |
		grep -oE '\bgm_[a-z0-9_]+\(' | tr -d '(' | LC_ALL=C sort -u
}

# Says what the names of library $2, read by nm $1, are beside those in the file declared.
compare() {
	# shellcheck disable=SC2086 # options are words
	nm $1 --defined-only "$2" | awk 'NF == 3 { print $3 }' | LC_ALL=C sort -u >"$work/names"
	LC_ALL=C comm -23 "$work/names" "$work/declared" | sed "s:^:${2##*/} exports :"
	LC_ALL=C comm -13 "$work/names" "$work/declared" | sed "s:^:${2##*/} lacks :"
}

audit() { # STATIC SHARED
	compare -g "$1"
	compare -D "$2"
	name=$(readelf -d "$2" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
	case $name in
	*.so.[0-9]*) ;;
	*) echo "${2##*/} has the SONAME '$name'" ;;
	esac
}

# Source, flags of the shared library, what is said of the static and of it.
planted() {
	cat <<'END'
int gm_a(void) { return 1; }|-Wl,-soname,x.so.1|
int gm_a(void) { return 1; } int helper(void) { return 2; }|-Wl,-soname,x.so.1|exports helper
int gm_a(void) { return 1; } const int gm_table[2] = {1};|-Wl,-soname,x.so.1|exports gm_table
int gm_b(void) { return 1; }|-Wl,-soname,x.so.1|lacks gm_a
int gm_a(void) { return 1; }|-Wl,-soname,x.so|has the SONAME 'x.so'
int gm_a(void) { return 1; }||has the SONAME ''
END
}

mkdir "$work/include"
cat >"$work/include/a.h" <<'END'
int gm_a(void); /* not gm_comment() */
typedef int gm_type(void);
static inline int
gm_inline(void) { return 1; }
END
declared "$work/include" >"$work/declared"
bad=$(planted | while IFS='|' read -r source flags said; do
	echo "$source" >"$work/a.c"
	"$cc" -fPIC -c "$work/a.c" -o "$work/a.o"
	rm -f "$work/a.a"
	ar rc "$work/a.a" "$work/a.o"
	# shellcheck disable=SC2086 # options are words
	"$cc" -shared $flags "$work/a.o" -o "$work/a.so"
	found=$(audit "$work/a.a" "$work/a.so" | sed 's/^[^ ]* //' | sort -u)
	case $found in
	*"$said"*) [ -n "$said" ] || [ -z "$found" ] || echo "self-test: good, but: $found" ;;
	*) echo "self-test: not found: $said; but: $found" ;;
	esac
done)
declared "$root/impl/include" >"$work/declared"
[ "$(wc -l <"$work/declared")" -ge 20 ] || bad="$bad
only $(wc -l <"$work/declared") functions are declared"
bad=$bad$(audit "$static" "$shared")
[ -z "$bad" ] || { printf '%s\n' "$bad"; exit 1; }
echo "symbols: $(planted | wc -l) planted libraries judged rightly, $(wc -l <"$work/declared") functions in both"

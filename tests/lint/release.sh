#!/bin/sh
# SPDX-License-Identifier: MIT
# release.sh GATEMARK ROOT [all] - tools/scripts/release.sh on repositories made of the files of the tree at ROOT: what
# it refuses, what the sources hold, that they are the same bytes twice; with the word "all" everything is made twice.
set -eu
gatemark=$1
root=$(cd "$2" && pwd)
what=${3:---sources}
[ "$what" != all ] || what=
git -C "$root" ls-files --error-unmatch CMakeLists.txt >/dev/null 2>&1 || { echo "skipped: no git here"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

commit() { # FOLDER: all that is in it
	git -C "$1" add -A
	GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00:00Z' git -C "$1" -c user.name=a \
		-c user.email=a@example.org -c commit.gpgsign=false commit -qm "all: of it"
}

want() { # CODE TEXT FOLDER [ARGUMENT..]
	code=$1
	text=$2
	tree=$3
	shift 3
	got=0
	said=$(sh "$tree/tools/scripts/release.sh" "$@" 2>&1 </dev/null) || got=$?
	case $got/$said in
	"$code/"*$text*) ;;
	*)
		failed=1
		printf 'wanted exit %s and "%s", got exit %s:\n%s\n' "$code" "$text" "$got" "$said" ;;
	esac
}

# The sources in $1 are the files of repository $2, and know its commit.
compare_sources() {
	mkdir "$work/unpacked"
	tar -C "$work/unpacked" -xzf "$1"
	unpacked=$(echo "$work/unpacked"/*)
	(cd "$unpacked" && find . -type f | sed 's/^..//' | sort) >"$work/files"
	git -C "$2" ls-files | sort | diff - "$work/files" ||
		{ failed=1; echo "the sources lack a file, or have one more"; }
	[ "$(cat "$unpacked/tools/app/commit.txt")" = "$(git -C "$2" rev-parse HEAD)" ] ||
		{ failed=1; echo "the sources do not know their commit"; }
}

mkdir "$work/one"
git -C "$root" ls-files -z | (cd "$root" && tar --null --files-from=- -cf -) | tar -C "$work/one" -xf -
git -C "$work/one" init -q
commit "$work/one"
git clone -q "$work/one" "$work/the other"
mkdir "$work/one/build"
: >"$work/one/build/ignored" # and so no change
version=$("$gatemark" --version | sed -n '1s/^gatemark \([^ ]*\) .*/\1/p')

want 2 'there is no option --sauces' "$work/one" --sauces
# shellcheck disable=SC2086 # an option or none
want 0 "release: $version, " "$work/one" $what --out "$work/a"
# shellcheck disable=SC2086
(umask 077 && TZ=Asia/Tokyo TAR_OPTIONS=--owner=9 CFLAGS=-g TMPDIR=$work &&
	export TZ TAR_OPTIONS CFLAGS TMPDIR && want 0 "release: $version, " "$work/the other" $what --out="$work/b" &&
	exit "$failed") || failed=1
diff -r "$work/a" "$work/b" || failed=1
(cd "$work/a" && sha256sum --check --quiet SHA256SUMS) || failed=1
compare_sources "$work/a/gatemark-$version.tar.gz" "$work/one"
want 6 'is not the top of a git repository' "$(echo "$work/unpacked"/*)" --sources
mv "$work/unpacked" "$work/one/build"
want 6 'is not the top of a git repository' "$(echo "$work/one/build/unpacked"/*)" --sources

: >"$work/one/new file"
want 6 '1 files differ from the commit, first "new file": commit them' "$work/one" --sources --out "$work/c"
echo >>"$work/one/README.md"
git -C "$work/one" add README.md
want 6 '2 files differ from the commit, first README.md' "$work/one" --out "$work/c"
[ ! -e "$work/c" ] || { failed=1; echo "a refused tree left $(ls "$work/c")"; }

sed -i.old "s/^set(GM_VERSION \(.*}\)-dev)/set(GM_VERSION \1)/" "$work/one/CMakeLists.txt"
rm "$work/one/CMakeLists.txt.old"
commit "$work/one"
released=${version%-dev}
want 6 "version $released is released from the commit that tag v$released names" "$work/one" --sources
git -C "$work/one" tag "v$released"
want 6 "wants $released on top of CHANGELOG.md, not Unreleased" "$work/one" --sources
sed -i.old "s/^## Unreleased/## $released/" "$work/one/CHANGELOG.md"
rm "$work/one/CHANGELOG.md.old"
commit "$work/one"
want 6 "tag v$released names, which this is not" "$work/one" --sources
git -C "$work/one" tag -f "v$released" >/dev/null
want 0 "release: $released, 2 files" "$work/one" --sources --out "$work/d"
[ "$failed" -ne 0 ] || echo "release: $(find "$work/a" -type f | wc -l) files made twice are the same, 7 trees refused"
exit "$failed"

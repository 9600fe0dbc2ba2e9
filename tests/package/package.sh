#!/bin/sh
# SPDX-License-Identifier: MIT
# package.sh BUILD SOURCE CMAKE - what `cmake --install` puts into a prefix works wherever the prefix is moved to, and
# never reaches back: the program judges and times with its own worker and cases, and says so where they are gone.
# Another project, in C11 and C++17, gets libgatemark by find_package, by pkg-config, static and shared, and by
# add_subdirectory, which makes the library alone and the same bits under flags that would change them.
set -eu
build=$1
source=$2
cmake=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
unset GATEMARK_FIXTURES

wrong() {
	echo "$*"
	failed=1
}

# Runs $3.. and wants exit code $1 and, of what it says, $2.
expect() {
	code=0
	want=$1
	words=$2
	shift 2
	said=$("$@" 2>&1) || code=$?
	case $said in *"$words"*) ;; *) code="$code without '$words'" ;; esac
	[ "$code" = "$want" ] || wrong "$*: exit $code, not $want: $said"
}

# ---- what is installed ----

"$cmake" --install "$build" --prefix "$work/first" >"$work/log" || { cat "$work/log"; exit 1; }
mkdir "$work/a folder"
p="$work/a folder/moved"
mv "$work/first" "$p"
back=$(grep -rIlF -e "$work/first" -e "$build" -e "$source" "$p") || true
[ -z "$back" ] || wrong "installed, but names the tree it comes from: $back"
cd "$work"
expect 0 "VARIANTS" "$p/bin/gatemark" list
expect 0 "PASS" "$p/bin/gatemark" check --cases 'lstm_T4_N2_I5*'
expect 0 "digests as committed" "$p/bin/gatemark" check --cases 'gru_T4_N2_I5*'
echo 'gru_T4_N1_I8_H8/fwd' >tiny
expect 0 "PASS" "$p/bin/gatemark" run --quick --budget 5s --shapes tiny --cases 'gru_T4_N2_I5*' --out out
for page in $("$p/bin/gatemark" help --words | grep -vxE 'help|version'); do
	[ -s "$p/share/man/man1/gatemark-$page.1" ] || wrong "no manual page of $page"
done
[ -s out/report.html ] || wrong "run wrote no report.html"
expect 0 " in fixtures " env GATEMARK_FIXTURES="$p/share/gatemark/fixtures" "$p/bin/gatemark" list
ln -s "$p/bin/gatemark" link
expect 0 "PASS" ./link check --cases 'lstm_T4_N2_I5*'
worker=$(find "$p" -name gatemark-worker)
mv "$worker" kept
cp kept gatemark-worker # of the current folder, which is not where it is looked for
expect 70 "cannot start $p/bin/gatemark-worker" "$p/bin/gatemark" check --cases 'lstm_T4_N2_I5*'
mv kept "$worker"
mv "$p/share/gatemark/fixtures" kept
expect 6 "moved/bin/../share/gatemark/fixtures" "$p/bin/gatemark" check
mv kept "$p/share/gatemark/fixtures"

# ---- other projects ----

h= # what they all have to print
runs() { # PROGRAM [VARIANT]
	code=0
	said=$("$@" 2>&1) || code=$?
	h=${h:-$said}
	case $code$said in
	"0h = "[-0]*) [ "$said" = "$h" ] || wrong "$*: '$said', others '$h'" ;;
	*) wrong "$*: exit $code: $said" ;;
	esac
}

makes() { # FOLDER [OPTION..]: configures and builds the consumer in it
	folder=$1
	shift
	if ! { "$cmake" -S "$here/consumer" -B "$folder" "$@" && "$cmake" --build "$folder" --parallel 2; } \
		>"$folder.log" 2>&1; then
		tail -n 30 "$folder.log"
		wrong "the consumer did not build: $*"
	fi
}

linked() { # PROGRAM COUNT: how often it wants libgatemark.so
	[ "$(readelf -d "$1" | grep -c 'NEEDED.*libgatemark[.]so[.][0-9]')" = "$2" ] ||
		wrong "$1 wants the shared library not $2 times"
}

makes found -DCMAKE_PREFIX_PATH="$p"
makes taken -DGATEMARK_SOURCE="$source" -DGM_SLEEF=OFF -DCMAKE_BUILD_TYPE=None \
	-DCMAKE_C_FLAGS="-O1 -ff""ast-math -fl""to"
for folder in found taken; do
	for language in c cc; do
		runs "$folder/gatemark.$language"
		linked "$folder/gatemark.$language" 1
		runs "$folder/gatemark_static.$language"
		linked "$folder/gatemark_static.$language" 0
	done
done
for name in $("$p/bin/gatemark" list | sed -n 's/^  \([a-z0-9-]*\) .* poly .* yes$/\1/p'); do
	[ "$(taken/gatemark_static.c "$name" 2>&1)" = "$(found/gatemark.c "$name")" ] ||
		wrong "flags of the project around it change the bits of $name"
done
find taken -name 'gatemark' -type f -perm -1 | grep -q . && wrong "add_subdirectory made the program"
find taken -name 'CTestTestfile.cmake' -size +1k | grep -q . && wrong "add_subdirectory brought tests"
expect 1 "" "$cmake" -S "$here/consumer" -B old -DCMAKE_PREFIX_PATH="$p" -DWANTED=99.0
if pkg-config --version >/dev/null 2>&1; then
	PKG_CONFIG_PATH=$(dirname "$(find "$p" -name gatemark.pc)")
	export PKG_CONFIG_PATH
	cflags=$(pkg-config --cflags gatemark)
	for language in 'cc -std=c11' 'c++ -std=c++17 -x c++'; do
		eval "$language $cflags '$here/consumer/consumer.c' -x none -o shared $(pkg-config --libs gatemark)"
		eval "$language $cflags '$here/consumer/consumer.c' -x none -o static -Wl,-Bstatic -lgatemark -Wl,-Bdynamic \
			$(pkg-config --static --libs gatemark)" || wrong "pkg-config --static does not link"
		linked shared 1
		linked static 0
		runs env LD_LIBRARY_PATH="$(dirname "$(find "$p" -name libgatemark.so)")" ./shared
		runs ./static
	done
fi
[ "$failed" -eq 0 ] && echo "package: installed, moved, run; linked in six ways, $h"
exit "$failed"

#!/bin/sh
# SPDX-License-Identifier: MIT
# bits.sh - same bits from every compiler at every level: builds the kernels and their worker anew with gcc and clang
# (those that are installed), Debug and Release, lets `gatemark check` drive each worker over all committed cases, and
# compares with fixtures/DIGESTS.  Then builds that must be caught: contracted (what is fused by name left to the
# compiler, which fuses other pairs), reassociated (sums in another order).  One line a build.
#   sh tools/scripts/bits.sh [--quick]      --quick: the first compiler only, Debug and contracted
# $GATEMARK: the program (default: that of build/release); $BITS_BUILD: where to build (default: build).
# Exit: 0 all as it must be, 1 not, 77 nothing to compare with here.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tools/scripts/setup.sh"

gatemark=${GATEMARK:-$root/build/release/bin/gatemark}
build=${BITS_BUILD:-$root/build}
case $gatemark in /*) ;; *) gatemark=$PWD/$gatemark ;; esac
case ${1-} in
'') quick=no ;;
--quick) quick=yes ;;
-h | --help) sed -n '3,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;;
*) say "Usage: sh tools/scripts/bits.sh [--quick]"; exit 2 ;;
esac

find_cmake || { say "skipped: no CMake 3.22 here"; exit 77; }
[ -x "$gatemark" ] || { say "There is no $gatemark: sh tools/run.sh or sh tools/test.sh builds it"; exit 1; }
[ -f "$root/fixtures/DIGESTS" ] || { say "There is no fixtures/DIGESTS"; exit 1; }
if ninja --version >/dev/null 2>&1; then
	CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja} # of a new build folder; one that is there keeps its own
	export CMAKE_GENERATOR
fi
mkdir -p "$build"
cd "$build" # workers are named from here: words of --executor are parted by blanks
failed=0

line() { # compiler, what, word, more
	printf '%-13s %-13s %-5s %s\n' "$@"
	[ "$3" = PASS ] || failed=1
}

# $1 compiler, $2 name of the build, rest: options of CMake.  Sets $worker.
build_worker() {
	compiler=$1
	worker=bits-$compiler-$2
	shift 2
	{ "$cmake" -S "$root" -B "$worker" -DGM_KERNELS_ONLY=ON -DCMAKE_C_COMPILER="$compiler" "$@" &&
		"$cmake" --build "$worker" --parallel "$(nproc)" --target gatemark-worker; } >"$worker.log" 2>&1 && return
	tail -n 20 "$worker.log" >&2
	return 1
}

# Every variant that this CPU runs, in the worker; what came of it in $said and $code.
judge() {
	code=0
	said=$("$gatemark" check --fixtures "$root/fixtures" --variants 'scalar-oracle*,avx2*,avx512*,neon*' \
		--executor "$worker=env $worker/bin/gatemark-worker" 2>"$worker.err") || code=$?
}

matrix() {
	for type in Debug Release; do
		[ "$quick" = no ] || [ "$type" = Debug ] || continue
		build_worker "$1" "$type" -DCMAKE_BUILD_TYPE="$type" ||
			{ line "$version" "$type" FAIL "does not build"; continue; }
		judge
		bits=$(printf '%s\n' "$said" | sed -n 's/^  bits: //p')
		case $code/$bits in
		0/*'digests as committed'*) line "$version" "$type" PASS "$(printf '%s' "$bits" | tr '\n' ';')" ;;
		*)
			line "$version" "$type" FAIL "gatemark check ended with $code"
			printf '%s\n' "$said" >&2
			cat "$worker.err" >&2 ;;
		esac
	done
}

# $1 compiler, $2 name, $3 flags that come last on every command line, behind those that forbid it.
spoiled() {
	build_worker "$1" "$2" -DCMAKE_BUILD_TYPE=Release \
		"-DCMAKE_C_COMPILE_OBJECT=<CMAKE_C_COMPILER> <DEFINES> <INCLUDES> <FLAGS> $3 -o <OBJECT> -c <SOURCE>" ||
		{ line "$version" "$2" FAIL "does not build"; return; }
	judge
	case $code/$said in
	1/*'bits differ from what this version promises'*)
		differ=$(printf '%s\n' "$said" | awk '$1 ~ /^scalar-oracle/ { n += $3 } END { print n }')
		line "$version" "$2" PASS "caught: $differ digests of scalar-oracle differ" ;;
	*) line "$version" "$2" FAIL "not caught: gatemark check ended with $code" ;;
	esac
}

found=0
for compiler in gcc clang; do
	"$compiler" --version >/dev/null 2>&1 || continue
	[ "$quick" = no ] || [ "$found" -eq 0 ] || continue
	found=$((found + 1))
	version=$compiler-$("$compiler" -dumpversion)
	matrix "$compiler"
	spoiled "$compiler" contracted "-ffp-contract=fast '-D__builtin_fmaf(a,b,c)=((a)*(b)+(c))'"
	[ "$quick" = yes ] || spoiled "$compiler" reassociated -funsafe-math-optimizations
done
[ "$found" -gt 0 ] || { say "skipped: neither gcc nor clang here"; exit 77; }
exit "$failed"

#!/bin/sh
# SPDX-License-Identifier: MIT
# loops.sh BUILD [CC [OBJDUMP]] - no loop of a kernel that calculates keeps a vector on the stack: read by loops.awk
# from the objects of an optimised build, x86-64 or aarch64.  A tile fits the registers of its ISA; what a compiler puts
# into memory all the same is loaded and stored in the hottest loops of the product, and nothing else tells.  emu16 is
# left out: there nothing fits.
# First CC compiles loops that do and loops that do not; it fails if one is misjudged.  Exit 77 without objdump.
set -eu
build=$1
cc=${2:-cc}
objdump=${3:-objdump}
rules=$(dirname "$0")/loops.awk
command -v "$objdump" >/dev/null || { echo "skipped: no $objdump (package binutils)"; exit 77; }

scan() { "$objdump" -d --no-show-raw-insn "$1" | awk -f "$rules"; }

# What is said of function f (good: nothing), and its body; g is another function.
words='typedef float v __attribute__((vector_size(16))); void g(v *);
#define F v f(const v *p, long n)
#define EACH for (long i = 0; i < n; i++)'
planted() {
	cat <<'END'
f:|F { volatile v s = {0}; EACH s += p[i]; return s; }
f:|F { v s[8]; g(s); EACH s[i & 7] += p[i]; g(s); return s[3]; }
f:|F { volatile v s = *p; v t = *p; EACH { EACH t += p[i]; t += s; } return t; }
|F { v s = {0}; EACH s += p[i]; return s; }
|F { volatile long c = 0; v s = {0}; EACH { s += p[i]; c++; } return s; }
|F { volatile v k = *p; v s = k; EACH s += p[i]; k = s; g(0); return k * s; }
|F { EACH { v s[2] = {p[0], p[1]}; g(s); } return *p; }
|F { v s = {0}; EACH s += p[i]; if (__builtin_expect(n > 9, 0)) { volatile v k = s; g(0); s = k; } return s * s; }
END
}

# SVE as objdump prints it, since not every compiler makes it: two vectors, one by a copy of the stack's pointer.
planted_sve() {
	cat <<'END'
0000000000000000 <f>:
   0:	addvl	x2, sp, #1
   4:	ldr	z1, [sp, #2, mul vl]
   8:	ldr	z2, [x2]
   c:	fmla	z0.s, p0/m, z1.s, z2.s
  10:	b.ne	4 <f+0x4>
END
}

self_test() {
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	planted | while IFS='|' read -r what source; do
		printf '%s\n' "$words" "$source" >"$work/source.c"
		"$cc" -std=c11 -O2 -c -o "$work/object.o" "$work/source.c" || echo "self-test: cannot compile: $source"
		said=$(scan "$work/object.o")
		case $said in
		'') [ -z "$what" ] ;;
		"$what"*) [ -n "$what" ] ;;
		*) false ;;
		esac || echo "self-test: $source: wanted '$what', said '$said'"
	done
	said=$(planted_sve | awk -f "$rules")
	case $said in
	'f: 2 vectors'*) ;;
	*) echo "self-test: SVE: wanted two vectors, said '$said'" ;;
	esac
}

objects=$(find "$build/impl" -path '*/gm_kernels_*.dir/isa/*' -name 'kernels.c.o' ! -path '*_emu16_*' | LC_ALL=C sort)
[ -n "$objects" ] || { echo "no kernel objects below $build"; exit 1; }
bad=$(
	self_test
	for object in $objects; do
		scan "$object" | while read -r line; do
			object=${object##*/gm_kernels_}
			echo "${object%%.dir/*}: $line"
		done
	done
)
[ -z "$bad" ] || { printf '%s\n' "$bad"; exit 1; }
echo "loops: $(planted | wc -l) planted functions judged rightly, $(echo "$objects" | wc -l) objects keep their vectors"

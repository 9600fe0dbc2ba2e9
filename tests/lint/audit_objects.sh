#!/bin/sh
# SPDX-License-Identifier: MIT
# audit_objects.sh BUILD [CC] - what the compiler made of the rules, read from the object files of an optimised build:
#   kernels    each gm_kernels_* object exports its table and nothing else
#   baseline   objects of everything else run on any CPU of the architecture: no AVX, no AVX-512, no FMA (x86-64); the
#              peak probe's loops and the trampoline of base/calling.h ask the CPU first; impl/package is all in one
#   scalar     the scalar rows are scalar: no packed arithmetic; `scalar` also has no fused operation, by
#              instruction or by library call (x86-64)
#   quiet      gm_core, gatemark and gm_reference neither print, nor exit, nor do I/O
# First it compiles one offender for each rule with CC and fails if one of them is not found.  Exit 77 without binutils.
set -eu
build=$1
cc=${2:-cc}
for tool in objdump nm; do
	command -v "$tool" >/dev/null || { echo "skipped: no $tool (package binutils)"; exit 77; }
done

objects() { # DIR.. below the build at $1 that hold what a path pattern $2 names
	find "$1" -path "$2" -name '*.o' | LC_ALL=C sort
}

# Instructions of object $1 whose name matches $2: "name in function", each pair once.
instructions() {
	objdump -d --no-show-raw-insn "$1" | awk -v pattern="$2" '
		/^[0-9a-f]+ </ { name = $2; sub(/:$/, "", name) }
		/^ +[0-9a-f]+:/ && $2 ~ pattern && !seen[$2, name]++ { print $2 " in " name }' | head -n 5
}

# Says "OBJECT: RULE: LINE" for each line read.
say_each() {
	while IFS= read -r line; do
		echo "${1##*CMakeFiles/}: $2: $line"
	done
}

audit_kernels() {
	objects "$1" '*/gm_kernels_*.dir/*' | while read -r object; do
		table=${object##*/gm_kernels_}
		table=gm_kernels_${table%%.dir/*}
		nm -g --defined-only "$object" | awk -v table="$table" '
			$3 == table { there = 1; next }
			{ print "exports " $3 }
			END { if (!there) print "does not export " table }' | say_each "$object" kernels
	done
}

audit_baseline() {
	for part in impl reference fixtures bench tools; do
		objects "$1/$part" '*' | grep -vE '/(gm_kernels|fma_loops|calling)_|/package/' | while read -r object; do
			instructions "$object" '^(v[a-z]|k(mov|or|and)[bwdq])' | grep -vE '^ver[rw] ' | say_each "$object" baseline
		done
	done
}

packed='^v?(addsub|h?add|h?sub|mul|div|sqrt|max|min|fn?m(add|sub)[0-9]*|rcp|rsqrt)p[sd]$'
audit_scalar() {
	objects "$1" '*/gm_kernels_scalar_*' | while read -r object; do
		instructions "$object" "$packed" | say_each "$object" scalar
		case $object in *gm_kernels_scalar_fma_*) continue ;; esac
		instructions "$object" '^vfn?m(add|sub)' | say_each "$object" scalar
		nm -u "$object" | awk '$2 ~ /^fma[fl]?$/ { print "calls " $2 }' | say_each "$object" scalar
	done
}

noisy='^(v?f?printf|puts|putchar|fputs|fputc|fwrite|perror|stdout|stderr|_?exit|abort)(64|_chk)?$'
noisy="$noisy|^(fopen|open|read|write|getenv|system)(64|_chk)?\$"
audit_quiet() {
	for part in impl reference; do
		objects "$1/$part" '*' | while read -r object; do
			case $object in */impl/base/* | */impl/worker/*) continue ;; esac # children, and what starts them
			nm -u "$object" | awk -v noisy="$noisy" '{ sub(/^__/, "", $2) } $2 ~ noisy { print "uses " $2 }' |
				say_each "$object" quiet
		done
	done
}

audit() {
	audit_kernels "$1"
	audit_quiet "$1"
	[ "$machine" = x86_64 ] || return 0
	audit_baseline "$1"
	audit_scalar "$1"
}

# One offender for each rule: object (in place of its .o), flags, source, what is said of it (good: nothing).
planted() {
	cat <<'END'
impl/CMakeFiles/gm_kernels_toy_poly.dir/a|-O2|int gm_kernels_toy_poly = 1; int more;|exports more
impl/CMakeFiles/gm_kernels_toy_poly.dir/b|-O2|static int none;|does not export gm_kernels_toy_poly
reference/CMakeFiles/gm_reference.dir/c|-O2|#include <stdio.h>|
reference/CMakeFiles/gm_reference.dir/d|-O2|int puts(const char *); int f(void) { return puts("x"); }|uses puts
impl/CMakeFiles/gm_core.dir/e|-O2|_Noreturn void exit(int); void f(void) { exit(1); }|uses exit
END
	[ "$machine" = x86_64 ] && cat <<'END'
tools/CMakeFiles/gm_tools.dir/f|-O2 -mavx2|typedef float v __attribute__((vector_size(32))); v f(v a) { return a + a; }|baseline: vaddps in <f>
bench/CMakeFiles/gm_bench.dir/g|-O2 -mavx2 -mfma|float g(float a) { return __builtin_fmaf(a, a, a); }|baseline: vfmadd
impl/CMakeFiles/gm_kernels_scalar_poly.dir/h|-O2|typedef float v __attribute__((vector_size(16))); int gm_kernels_scalar_poly; static __attribute__((noinline, used)) v f(v a) { return a * a; }|scalar: mulps in <f>
impl/CMakeFiles/gm_kernels_scalar_poly.dir/i|-O2 -fno-builtin|int gm_kernels_scalar_poly; float fmaf(float, float, float); static __attribute__((used)) float f(float a) { return fmaf(a, a, a); }|scalar: calls fmaf
impl/CMakeFiles/gm_kernels_scalar_poly.dir/j|-O2 -mfma|int gm_kernels_scalar_poly; static __attribute__((used)) float f(float a) { return __builtin_fmaf(a, a, a); }|scalar: vfmadd
impl/CMakeFiles/gm_kernels_scalar_fma_poly.dir/k|-O2 -mfma|int gm_kernels_scalar_fma_poly; static __attribute__((used)) float f(float a) { return __builtin_fmaf(a, a, a); }|
impl/CMakeFiles/gm_kernels_scalar_fma_poly.dir/l|-O2 -mfma|typedef float v __attribute__((vector_size(16))); int gm_kernels_scalar_fma_poly; static __attribute__((noinline, used)) v f(v a) { return a / a; }|scalar: vdivps in <f>
END
	return 0
}

self_test() {
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	planted | while IFS='|' read -r object flags source what; do
		rm -rf "$work/build"
		for part in impl reference fixtures bench tools; do
			mkdir -p "$work/build/$part"
		done
		mkdir -p "$work/build/${object%/*}"
		printf '%s\n' "$source" >"$work/source.c"
		# shellcheck disable=SC2086 # flags are words
		"$cc" -std=c11 $flags -c -o "$work/build/$object.c.o" "$work/source.c" ||
			echo "self-test: cannot compile: $source"
		said=$(audit "$work/build")
		case $said in
		'') [ -z "$what" ] ;;
		*"$what"*) [ -n "$what" ] ;;
		*) false ;;
		esac || echo "self-test: $source: wanted '$what', said '$said'"
	done
}

machine=$(uname -m)
bad=$(self_test; audit "$build")
[ -z "$bad" ] || { printf '%s\n' "$bad"; exit 1; }
kernels=$(objects "$build" '*/gm_kernels_*' | wc -l)
[ "$kernels" -gt 0 ] || { echo "no kernel objects below $build"; exit 1; }
judged=$(planted | wc -l)
echo "audit_objects: $judged planted objects judged rightly, $kernels kernel objects and the rest keep the rules"

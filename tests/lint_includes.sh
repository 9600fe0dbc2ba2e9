#!/bin/sh
# SPDX-License-Identifier: MIT
# lint_includes.sh ROOT - who may include whom, and what may stand where: the direction of dependency, headers and ISA
# conditions that have one home, flags that change bits.  Reads the sources of ROOT; a line for each finding.  First it
# plants one file for each rule in a temporary folder and fails if one of them is not found.
set -eu
root=$(cd "$1" && pwd)

# Prints "file:line: what" for each finding in the tree at $1.
lint() (
	cd "$1"
	# shellcheck disable=SC2016 # awk's
	find impl reference fixtures bench tests tools CMakeLists.txt CMakePresets.json .ci -type f \( -name '*.[ch]' \
		-o -name '*.inc' -o -name '*.def' -o -name '*.cc' -o -name '*.cpp' -o -name 'CMake*' -o -name '*.cmake' \
		-o -name '*.sh' -o -name run \) | LC_ALL=C sort | xargs awk '
BEGIN {
	# A layer and the layers it may include beside its own.  The longest layer that begins a path is its layer.
	may["impl/include"]  = ""
	may["impl/core"]     = "impl/include"
	may["impl/kernels"]  = "impl/core impl/include"
	may["impl/isa"]      = "impl/kernels impl/core impl/include"
	may["impl/isa/host"] = "impl/core impl/include"
	may["impl/engine"]   = "impl/kernels impl/isa/host impl/core impl/include"
	may["impl/variants"] = "impl/engine impl/isa impl/isa/host impl/kernels impl/core impl/include"
	may["reference"]     = "impl/include"
	may["fixtures"]      = "impl/include"
	may["tools/record"]  = "impl/include"
	may["bench"]         = "bench/judged bench/worker tools/record reference fixtures impl/include"
	may["bench/worker"]  = "impl/include"
	may["bench/judged"]  = "bench/worker reference impl/include"
	may["bench/plugin_skeleton"] = "impl/include"
	may["tools"]         = "tools/record bench/judged bench/worker bench reference fixtures impl/include"
	may["tests"]         = "tools/record tools bench/judged bench/worker bench reference fixtures impl/variants impl/engine impl/isa impl/isa/host impl/kernels impl/core impl/include"
	may["impl/base"]     = "impl/include"
	for (k in may) # what stands alone, outside this tree too, takes nothing from here
		if (k != "impl/include" && k != "bench/plugin_skeleton")
			may[k] = may[k] " impl/base"
	roots = split("impl/include impl reference fixtures/reader bench bench/worker tools tools/record tests tests/plugins", base, " ")
	# What has one home: pattern of the code, pattern of the home, what it is.
	home("#[ \t]*include[ \t]*[<\"]hdf5", "^(fixtures/reader/|tests/broken_)", "HDF5")
	home("#[ \t]*include[ \t]*[<\"]benchmark/", "^bench/gbench_shim[.]cc$", "Google Benchmark")
	home("#[ \t]*include[ \t]*[<\"]cmocka", "^tests/", "cmocka")
	home("#[ \t]*include[ \t]*[<\"](sleef|arm_|cpuid|[a-z0-9]*intrin[.]h)", "^impl/isa/", "header of an ISA")
	home("__(AVX|SSE|FMA|ARM|aarch64|x86_64|i386|builtin_cpu_|builtin_ia32_)" \
	     "|_mm[0-9]*_|__m(128|256|512)|target[ \t]*\\(\"", "^impl/isa/", "ISA condition or intrinsic")
	for (k = 1; k < ARGC; k++)
		known[ARGV[k]] = 1
}
function home(pattern, where, what) {
	code[++homes] = pattern; place[homes] = where; name[homes] = what
}
function found(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what
}
function layer(path,    l, best) {
	for (l in may)
		if (index(path, l "/") == 1 && length(l) > length(best))
			best = l
	return best
}
# The file of the tree that "header" names in FILENAME, or "".
function resolve(header,    path, k) {
	path = FILENAME
	sub(/[^\/]*$/, header, path)
	for (k = 1; !(path in known) && k <= roots; k++)
		path = base[k] "/" header
	return path in known ? path : ""
}
function check_include(header,    path, from, to) {
	path = resolve(header)
	from = layer(FILENAME)
	to = layer(path)
	if (path == "")
		found("includes " header ", which is not in the tree")
	else if (to != from && index(" " may[from] " ", " " to " ") == 0)
		found(from " must not include " to " (" header ")")
}
FNR == 1 {
	comment = 0
	source = FILENAME ~ /[.](c|h|inc|def|cc|cpp)$/
	if (FILENAME ~ /[.](cc|cpp)$/ && FILENAME != "bench/gbench_shim.cc")
		found("the only C++ file is bench/gbench_shim.cc")
}
!source { # CMake and shell: flags that change bits; one plug-in has to be refused for them
	sub(/(^|[ \t])#.*/, "")
	if (FILENAME !~ /^tests\/plugins\// &&
	    /-march=[n]ative|-ffast-[m]ath|-O[f]ast|-f[l]to|INTERPROCEDURAL_OPTIMIZATION (ON|TRUE)/)
		found("flag that changes bits")
	next
}
{ # C: without its strings and comments
	if (!/^[ \t]*#[ \t]*include/)
		gsub(/"([^"\\]|\\.)*"/, "\"\"")
	if (comment && !sub(/^.*\*\//, ""))
		next
	comment = 0
	gsub(/\/\*([^*]|\*[^\/])*\*\//, " ")
	comment = sub(/\/\*.*/, "")
	sub(/\/\/.*/, "")
	for (k = 1; k <= homes; k++)
		if ($0 ~ code[k] && FILENAME !~ place[k])
			found(name[k] " outside its home " place[k])
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, part, "\"")
	check_include(part[2])
}'
)

# One bad file for each rule, and good ones: path, its text (@ stands for -), what the finding says (good: nothing).
planted() {
	cat <<'END'
impl/core/a.c|#include "isa/host/host.h"|impl/core must not include impl/isa/host
impl/kernels/b.inc|#include "engine/plan.h"|impl/kernels must not include impl/engine
impl/engine/c.c|#include "isa/avx2/vec.h"|impl/engine must not include impl/isa
impl/engine/d.c|#include "ref.h"|impl/engine must not include reference
impl/isa/avx2/e.c|#include "variants/registry.h"|impl/isa must not include impl/variants
reference/f.c|#include "kernels/kernels.h"|reference must not include impl/kernels
reference/g.c|#include "fixture.h"|reference must not include fixtures
fixtures/reader/h.c|#include "race.h"|fixtures must not include bench
bench/i.c|#include "cli.h"|bench must not include tools
bench/i.c|#include "record/result.h"|
tools/record/i.c|#include "cli.h"|tools/record must not include tools
tools/record/i.c|#include "race.h"|tools/record must not include bench
bench/judged/i.c|#include "race.h"|bench/judged must not include bench
tools/j.c|#include "judged_run.h"|tools must not include tests
impl/base/x.c|#include "core/core.h"|impl/base must not include impl/core
impl/include/y.h|#include "base/process.h"|impl/include must not include impl/base
bench/plugin_skeleton/z.c|#include "base/random.h"|bench/plugin_skeleton must not include impl/base
impl/kernels/w.inc|#include "base/random.h"|
tools/k.c|#include "nowhere.h"|not in the tree
tools/l.c|#include <hdf5.h>|HDF5 outside its home
bench/m.c|#include <benchmark/benchmark.h>|Google Benchmark outside its home
tools/n.c|#include <cmocka.h>|cmocka outside its home
bench/o.c|#include <immintrin.h>|header of an ISA outside its home
impl/engine/p.c|/* x */ #if defined(__AVX2__)|ISA condition or intrinsic outside its home
reference/q.c|int q = sizeof(__m256);|ISA condition or intrinsic outside its home
tools/r.cc|int r;|the only C++ file
tools/s/CMakeLists.txt|add_compile_options(-O3 -ffast@math)|flag that changes bits
impl/engine/t.c|/* __AVX2__ */ // _mm256_add_ps|
tools/u.sh|# never @march=native|
tests/v.c|#include "isa/avx2/vec.h"|
tools/w.c|const char *w = "/*"; int x = __AVX2__;|ISA condition or intrinsic outside its home
END
}

self_test() {
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	for file in impl/base/process.h impl/base/random.h impl/core/core.h impl/isa/host/host.h impl/isa/avx2/vec.h impl/engine/plan.h impl/variants/registry.h impl/kernels/kernels.h \
		reference/ref.h fixtures/reader/fixture.h bench/race.h tools/cli.h tools/record/result.h tests/judged_run.h CMakeLists.txt CMakePresets.json .ci/run; do
		mkdir -p "$work/$(dirname "$file")"
		: >"$work/$file"
	done
	planted | while IFS='|' read -r file text what; do
		mkdir -p "$work/$(dirname "$file")"
		printf '%s\n' "$text" | tr @ - >"$work/$file"
		said=$(lint "$work")
		rm "$work/$file"
		case $said in
		"$file:1: "*"$what"*) [ -n "$what" ] || echo "self-test: a false finding: $said" ;;
		'') [ -z "$what" ] || echo "self-test: not found: $file: $text" ;;
		*) echo "self-test: $file: $text: $said" ;;
		esac
	done
}

bad=$(self_test; lint "$root")
[ -z "$bad" ] || { printf '%s\n' "$bad"; exit 1; }
echo "lint_includes: $(planted | wc -l) planted files judged rightly, nothing found in the tree"

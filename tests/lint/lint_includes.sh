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
	# A folder and the folders it may include beside its own; the longest that begins a path is its folder.  Lower
	# folders stand first: a row names only rows above it, so that nothing can go round in a circle.
	row("impl/include", "")
	row("impl/base", "impl/include")
	row("impl/core", "impl/base impl/include")
	row("impl/kernels", "impl/core impl/base impl/include")
	row("impl/isa/host", "impl/core impl/base impl/include")
	row("impl/isa", "impl/kernels impl/core impl/base impl/include")
	row("impl/engine", "impl/kernels impl/isa/host impl/core impl/base impl/include")
	row("impl/variants", "impl/engine impl/isa impl/isa/host impl/kernels impl/core impl/base impl/include")
	row("impl/model", "impl/core impl/base impl/include")
	row("impl/worker", "impl/base impl/include")
	row("reference/model", "impl/base impl/include")
	row("reference/budget", "reference/model impl/base impl/include")
	row("reference/judge", "reference/budget reference/model impl/base impl/include")
	row("reference/faults", "impl/base impl/include")
	row("fixtures/reader", "impl/base impl/include")
	row("tools/record", "impl/base impl/include")
	row("bench/shapes", "impl/base impl/include")
	row("bench/gbench", "impl/include")
	row("bench/limits", "impl/base impl/include")
	row("bench/judged", "tools/record reference/judge reference/budget reference/model impl/worker impl/base " \
	    "impl/include")
	row("bench/protocol", "bench/judged bench/gbench bench/limits tools/record impl/worker impl/base impl/include")
	row("bench/machine", "bench/protocol tools/record impl/base impl/include")
	row("bench/plugin_skeleton", "impl/include")
	row("tools/check", "bench/judged tools/record reference/judge reference/budget reference/model fixtures/reader " \
	    "impl/worker impl/base impl/include")
	row("tools/causes", "tools/record impl/base impl/include")
	row("tools/choose", "tools/record impl/base impl/include")
	row("tools/report", "tools/choose tools/causes tools/record impl/base impl/include")
	row("tools/app", "tools/report tools/choose tools/causes tools/check bench/machine bench/shapes bench/protocol " \
	    "bench/judged tools/record fixtures/reader reference/judge reference/budget impl/worker impl/base impl/include")
	row("tools/bochs", "fixtures/reader reference/judge impl/include")
	row("tests/impl", "fixtures/reader impl/variants " may["impl/variants"])
	row("tests/plugins", "tests/impl bench/plugin_skeleton reference/faults impl/include")
	row("tests", "")
	row("tests/reference", "tests reference/faults reference/judge reference/budget reference/model fixtures/reader " \
	    "impl/base impl/include")
	row("tests/tools", "tests tools/app tools/report tools/choose tools/causes tools/check tools/record " \
	    "bench/protocol reference/judge impl/base impl/include")
	row("tests/faults", "tests tests/tools impl/worker impl/base impl/include")
	row("tests/fixtures", "tests/tools fixtures/reader impl/base impl/include")
	row("tests/worker", "tests/tools impl/worker reference/model impl/base impl/include")
	row("tests/bench", "bench/machine bench/shapes bench/protocol bench/gbench bench/limits tools/record impl/base " \
	    "impl/include")
	roots = split("impl/include impl reference fixtures bench tools tests", base, " ")
	# What has one home: pattern of the code, pattern of the home, what it is.
	home("#[ \t]*include[ \t]*[<\"]hdf5", "^(fixtures/reader/|tests/fixtures/broken_)", "HDF5")
	home("#[ \t]*include[ \t]*[<\"]benchmark/", "^bench/gbench/gbench_shim[.]cc$", "Google Benchmark")
	home("#[ \t]*include[ \t]*[<\"]cmocka", "^tests/", "cmocka")
	home("#[ \t]*include[ \t]*[<\"](sleef|arm_|cpuid|[a-z0-9]*intrin[.]h)", "^impl/isa/", "header of an ISA")
	home("__(AVX|SSE|FMA|ARM|aarch64|x86_64|i386|builtin_cpu_|builtin_ia32_)" \
	     "|_mm[0-9]*_|__m(128|256|512)|target[ \t]*\\(\"", "^impl/isa/", "ISA condition or intrinsic")
	for (k = 1; k < ARGC; k++)
		known[ARGV[k]] = 1
}
function row(name, below,    l, part) {
	split(below, part, " ")
	for (l in part)
		if (!(part[l] in may))
			printf "lint_includes: %s must not include %s, which stands above it or has no row\n", name, part[l]
	may[name] = below
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
	else if (from == "")
		found("stands in a folder that has no row here")
	else if (to != from && index(" " may[from] " ", " " to " ") == 0)
		found(from " must not include " to " (" header ")")
}
FNR == 1 {
	comment = 0
	source = FILENAME ~ /[.](c|h|inc|def|cc|cpp)$/
	if (FILENAME ~ /[.](cc|cpp)$/ && FILENAME != "bench/gbench/gbench_shim.cc")
		found("the only C++ file is bench/gbench/gbench_shim.cc")
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
impl/base/a.c|#include "worker/worker.h"|impl/base must not include impl/worker
impl/core/a.c|#include "isa/host/host.h"|impl/core must not include impl/isa/host
impl/kernels/b.inc|#include "engine/plan.h"|impl/kernels must not include impl/engine
impl/engine/c.c|#include "isa/avx2/vec.h"|impl/engine must not include impl/isa
impl/engine/d.c|#include "model/ref.h"|impl/engine must not include reference/model
impl/isa/avx2/e.c|#include "variants/registry.h"|impl/isa must not include impl/variants
impl/isa/host/e.c|#include "kernels/kernels.h"|impl/isa/host must not include impl/kernels
impl/variants/e.c|#include "worker/worker.h"|impl/variants must not include impl/worker
impl/model/e.c|#include "engine/plan.h"|impl/model must not include impl/engine
impl/worker/e.c|#include "engine/plan.h"|impl/worker must not include impl/engine
reference/model/f.c|#include "budget/budget.h"|reference/model must not include reference/budget
reference/budget/f.c|#include "judge/judge.h"|reference/budget must not include reference/judge
reference/judge/f.c|#include "kernels/kernels.h"|reference/judge must not include impl/kernels
reference/faults/g.c|#include "judge/judge.h"|reference/faults must not include reference/judge
fixtures/reader/h.c|#include "protocol/race.h"|fixtures/reader must not include bench/protocol
bench/gbench/i.c|#include "protocol/race.h"|bench/gbench must not include bench/protocol
bench/limits/i.c|#include "protocol/race.h"|bench/limits must not include bench/protocol
bench/judged/i.c|#include "protocol/race.h"|bench/judged must not include bench/protocol
impl/include/y.h|#include "base/process.h"|impl/include must not include impl/base
bench/shapes/i.c|#include "protocol/race.h"|bench/shapes must not include bench/protocol
bench/protocol/i.c|#include "machine/machine.h"|bench/protocol must not include bench/machine
bench/machine/i.c|#include "app/cli.h"|bench/machine must not include tools/app
bench/plugin_skeleton/i.c|#include "core/core.h"|bench/plugin_skeleton must not include impl/core
tools/record/j.c|#include "choose/choose.h"|tools/record must not include tools/choose
tools/check/j.c|#include "app/cli.h"|tools/check must not include tools/app
tools/choose/j.c|#include "report/report.h"|tools/choose must not include tools/report
tools/report/j.c|#include "app/cli.h"|tools/report must not include tools/app
tools/app/j.c|#include "reference/judged_run.h"|tools/app must not include tests/reference
tools/bochs/j.c|#include "app/cli.h"|tools/bochs must not include tools/app
tests/plugins/k.c|#include "core/core.h"|tests/plugins must not include impl/core
tests/reference/k.c|#include "protocol/race.h"|tests/reference must not include bench/protocol
tests/fixtures/k.c|#include "model/ref.h"|tests/fixtures must not include reference/model
tests/worker/k.c|#include "protocol/race.h"|tests/worker must not include bench/protocol
tests/bench/k.c|#include "app/cli.h"|tests/bench must not include tools/app
tests/tools/k.c|#include "core/core.h"|tests/tools must not include impl/core
tests/faults/k.c|#include "core/core.h"|tests/faults must not include impl/core
tests/impl/k.c|#include "app/cli.h"|tests/impl must not include tools/app
tools/misc/k.c|#include "app/cli.h"|stands in a folder that has no row
tools/app/k.c|#include "nowhere.h"|not in the tree
tools/app/l.c|#include <hdf5.h>|HDF5 outside its home
bench/protocol/m.c|#include <benchmark/benchmark.h>|Google Benchmark outside its home
tools/check/n.c|#include <cmocka.h>|cmocka outside its home
bench/machine/o.c|#include <immintrin.h>|header of an ISA outside its home
impl/engine/p.c|/* x */ #if defined(__AVX2__)|ISA condition or intrinsic outside its home
reference/model/q.c|int q = sizeof(__m256);|ISA condition or intrinsic outside its home
tools/app/r.cc|int r;|the only C++ file
tools/s/CMakeLists.txt|add_compile_options(-O3 -ffast@math)|flag that changes bits
impl/engine/t.c|/* __AVX2__ */ // _mm256_add_ps|
tools/scripts/u.sh|# never @march=native|
tests/impl/v.c|#include "isa/avx2/vec.h"|
tools/app/w.c|const char *w = "/*"; int x = __AVX2__;|ISA condition or intrinsic outside its home
END
}

self_test() {
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	for file in impl/base/process.h impl/isa/host/host.h impl/isa/avx2/vec.h impl/engine/plan.h \
		impl/variants/registry.h impl/kernels/kernels.h impl/core/core.h impl/worker/worker.h reference/model/ref.h \
		reference/budget/budget.h reference/judge/judge.h \
		fixtures/reader/fixture.h bench/protocol/race.h bench/machine/machine.h tools/choose/choose.h \
		tools/report/report.h tools/app/cli.h tests/reference/judged_run.h CMakeLists.txt CMakePresets.json .ci/run; do
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

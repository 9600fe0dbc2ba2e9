#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ci_full.sh - the full matrix, by hand, before a larger change lands; an hour or two on two cores:
#   every test in every build (ThreadSanitizer: what has threads), clang-tidy, the same bits from every compiler,
#   AVX-512 under Bochs where its packages are, tanh, sigmoid and exp over all arguments, a release made twice.
# One line a part at the end; all output in build/ci_full.  Exit: 0 nothing failed, 1 something did.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root" || exit 1
. tools/scripts/setup.sh
install=yes
setup_packages build test exporter browser emulator lint || exit
sh tools/scripts/setup_torch.sh || exit
mkdir -p build/ci_full
table=
failed=0

part() { # NAME COMMAND..
	local name=$1 start=$SECONDS code=0 word
	shift
	echo "== $name: $*"
	"$@" >"build/ci_full/$name.log" 2>&1 </dev/null || code=$?
	case $code in
	0) word=passed ;;
	77) word=skipped ;;
	*) word="failed ($code): build/ci_full/$name.log" failed=1 ;;
	esac
	table+=$(printf '%-12s %6s s  %s' "$name" $((SECONDS - start)) "$word")$'\n'
}

for preset in release dev clang asan-ubsan; do
	part "$preset" sh tools/test.sh --preset "$preset"
done
part tsan sh tools/test.sh --preset tsan -L threads
part tidy sh tools/scripts/tidy.sh build/clang
part bits sh tools/scripts/bits.sh
part avx512 sh tools/scripts/emulate.sh avx512
part scan sh tools/scripts/scan.sh
part release sh tests/lint/release.sh build/release/bin/gatemark "$root" all
printf '%s' "$table"
exit "$failed"

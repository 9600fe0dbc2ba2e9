#!/bin/sh
# SPDX-License-Identifier: MIT
# scan.sh - builds and runs the scan of tanh, sigmoid and exp over every float32 argument; reference/ACTIVATIONS.md has
# the figures that it must find again.  Needs SLEEF and cmocka; neither HDF5 nor C++.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/setup.sh"

usage() {
	cat <<'END'
Usage: sh tools/scan.sh [--sample N] [--jobs N] [--self-test]

Builds the scan under build/scan and runs it on every activation of every ISA that
this CPU has: error, order, symmetry, limits, NaNs, and the same bits everywhere.
Prints the tables of reference/ACTIVATIONS.md and compares them with it.

  --sample N    every N-th argument (seconds); without it all 2^32 (about half an hour
                of one core)
  --jobs N      threads; the default is one a processor
  --self-test   plant faults instead, and see each of them found
  -h, --help    this text

Exit: 0 as documented, 1 not so, 2 usage, 5 something is missing, 70 the build failed.
END
}

case ${1-} in
-h | --help) usage; exit 0 ;;
esac
find_cmake || { say "CMake 3.22 or newer is missing (CMAKE=PATH names one)."; exit 5; }
build=$root/build/scan
log=$build/build.log
mkdir -p "$build"
say "Building in $build ..."
if ! { "$cmake" -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DGM_KERNELS_ONLY=ON &&
	"$cmake" --build "$build" --parallel "$(getconf _NPROCESSORS_ONLN)" --target scan_activations
} >"$log" 2>&1 </dev/null; then
	tail -n 25 "$log" >&2
	say "The build failed; all of it is in $log"
	exit 70
fi
exec "$build/bin/scan_activations" --documented "$root/reference/ACTIVATIONS.md" "$@"

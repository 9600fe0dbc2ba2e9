#!/bin/sh
# SPDX-License-Identifier: MIT
# First command on a fresh machine: installs what is missing, builds, and runs `gatemark run` on the golden fixtures.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/scripts/setup.sh"

usage() {
	cat <<'END'
Usage: sh tools/run.sh [--no-install] [--full] [options of gatemark run]

Installs the Debian or Ubuntu packages that are missing (and says which before it
does so), builds Release under build/release, judges every variant on this CPU
against the golden fixtures, times a short list of problems and writes
out/report.html.

  --no-install   install nothing: where something is missing, list it and stop
  --full         time the whole list of problems (the default is gatemark's --quick)
  -h, --help     this text; of gatemark run: build/release/bin/gatemark run --help

Exit: that of gatemark run; 5 something is missing, 70 the build failed.
END
}

install=yes
quick=--quick
count=$#
while [ "$count" -gt 0 ]; do
	case $1 in
	--no-install) install=no ;;
	--full) quick= ;;
	-h | --help) usage; exit 0 ;;
	*) set -- "$@" "$1" ;;
	esac
	shift
	count=$((count - 1))
done

setup_packages build || exit
setup_build release gatemark-program || exit
# shellcheck disable=SC2086 # an option or nothing
exec "$root/build/release/bin/gatemark" run $quick "$@"

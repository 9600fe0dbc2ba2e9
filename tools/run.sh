#!/bin/sh
# SPDX-License-Identifier: MIT
# First command on a fresh machine: installs what is missing, builds, and runs `gatemark run` on the golden fixtures.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/scripts/setup.sh"

usage() {
	cat <<'END'
Usage: sh tools/run.sh [--no-install] [--build DIR] [--full] [options of gatemark run]

Installs the Debian or Ubuntu packages that are missing (and says which before it
does so; elsewhere it lists them by the names of Fedora or Arch, and stops), builds
Release, judges every variant on this CPU against the golden fixtures, times a short
list of problems and writes out/report.html.

  --no-install   install nothing: where something is missing, list it and stop
  --build DIR    build in DIR (the default is build/release of this tree)
  --full         time the whole list of problems (the default is gatemark's --quick)
  -h, --help     this text; of gatemark run: build/release/bin/gatemark run --help

Exit: that of gatemark run; 2 usage, 5 something is missing, 70 the build failed.
END
}

install=yes
dir=$root/build/release
quick=--quick
count=$#
while [ "$count" -gt 0 ]; do
	case $1 in
	--no-install) install=no ;;
	--full) quick= ;;
	--build=*) setup_dir "${1#--build=}" || exit ;;
	--build)
		[ "$count" -gt 1 ] || set -- "$1" ''
		setup_dir "$2" || exit
		shift
		count=$((count - 1)) ;;
	-h | --help) usage; exit 0 ;;
	*) set -- "$@" "$1" ;;
	esac
	shift
	count=$((count - 1))
done

setup_packages build || exit
setup_build release gatemark-program || exit
# shellcheck disable=SC2086 # an option or nothing
exec "$dir/bin/gatemark" run $quick "$@"

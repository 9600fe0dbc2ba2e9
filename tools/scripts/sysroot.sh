#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes build/sysroot-arm64: SLEEF, cmocka, jansson and libseccomp for aarch64 out of the distribution's packages,
# unpacked beside the system, not installed into it (the -dev packages of two architectures can exclude each other); in
# its folder libc the C library, which only bundles take from there.  Its file .debs has a line a package: name, source,
# version of the source.  Safe to run again.
# Needs apt-get and dpkg-deb; the cross compiler itself is gcc-aarch64-linux-gnu.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
sysroot=$root/build/sysroot-arm64
packages='libsleef3 libsleef-dev libcmocka0 libcmocka-dev libjansson-dev libseccomp2 libseccomp-dev libc6-dev'
stamp=$sysroot/.packages

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$packages" ]; then
	exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/archives/partial"
arm_apt() {
	apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::Lists="$work/lists" \
		-o Dir::Cache::archives="$work/archives" -o APT::Sandbox::User=root "$@"
}
echo "sysroot: fetching $packages for arm64" >&2
arm_apt update >&2
# shellcheck disable=SC2086 # a list of words
(cd "$work" && arm_apt download $packages >&2)
rm -rf "$sysroot"
mkdir -p "$sysroot"
for package in "$work"/*.deb; do
	case $package in
	*/libc6-dev_*) dpkg-deb -x "$package" "$sysroot/libc" ;;
	*) dpkg-deb -x "$package" "$sysroot" ;;
	esac
	# shellcheck disable=SC2016 # dpkg's
	dpkg-deb -W --showformat='${Package} ${source:Package} ${source:Version}\n' "$package"
done >"$sysroot/.debs"
echo "$packages" >"$stamp"
echo "sysroot: $(du -sh "$sysroot" | cut -f1) in build/sysroot-arm64" >&2

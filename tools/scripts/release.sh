#!/bin/sh
# SPDX-License-Identifier: MIT
# release.sh - makes what is handed on of a version, from the commit that is checked out and nothing else:
#   gatemark-VERSION.tar.gz               the sources, which know their commit
#   gatemark-VERSION-ARCH.tar.gz          for x86_64 and aarch64: the static bundle, and the licences of what is in it
#   gatemark_VERSION_amd64.deb            what is installed, for the Debian that this runs on
#   gatemark-VERSION-lgpl-sources.tar     sources of the LGPL libraries in the bundles, just those versions
#   SHA256SUMS
#   sh tools/scripts/release.sh [--out DIR] [--sources]
# --out DIR   where to (default: build/gatemark-VERSION); --sources: the sources alone.
# The same commit on the same packages gives the same bytes, wherever the tree lies.  Wants a tree without changes, and
# a version that is tagged (v0.2.0) or ends with -dev.  Needs git, Debian's apt-get and its source packages.
# Exit: 0 made, 2 usage, 5 something is missing, 6 the tree is refused, 70 a build failed.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$root/tools/scripts/setup.sh"

fail() { # CODE WORD..
	code=$1
	shift
	say "release: $*"
	exit "$code"
}

# What a bundle may link: archive, its package (GCC: of the compiler), its name in NOTICE, whether who gets the bundle
# is owed its source.
may_link() {
	cat <<'END'
libc.a libc6-dev glibc source
libm.a libc6-dev glibc source
libm-*.a libc6-dev glibc source
libmvec.a libc6-dev glibc source
libgcc.a GCC libgcc -
libgcc_eh.a GCC libgcc -
libjansson.a libjansson-dev jansson -
libseccomp.a libseccomp-dev libseccomp source
END
}

# The row of archive $1, or nothing.
row_of() {
	may_link | while read -r archive rest; do
		# shellcheck disable=SC2254 # a pattern
		case $1 in $archive) echo "$rest" && break ;; esac
	done
}

# A tar archive on standard output of what is in the current folder below $1, the same for the same files.
pack() {
	tar --sort=name --format=gnu --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=u+rw,go=rX \
		-cf - "$1"
}

# Refuses a tree that is not the commit, and a version that its tag, or the first section of the changes, contradicts.
check_tree() {
	[ "$(git -C "$root" rev-parse --show-toplevel)" = "$root" ] ||
		fail 6 "$root is not the top of a git repository: a release is made of a commit"
	changed=$(git -C "$root" status --porcelain)
	[ -z "$changed" ] || fail 6 "$(printf '%s\n' "$changed" | grep -c '') files differ from the commit, first" \
		"$(printf '%s\n' "$changed" | sed -n '1s/^...//p'): commit them or put them away, then run this again"
	section=$(sed -n '/^## /{
		s/^## //p
		q
	}' "$root/CHANGELOG.md")
	case $version in
	*-dev) want=Unreleased ;;
	*)
		want=$version
		[ "$(git -C "$root" tag --points-at HEAD "v$version")" ] ||
			fail 6 "version $version is released from the commit that tag v$version names, which this is not" ;;
	esac
	[ "$section" = "$want" ] || fail 6 "version $version wants $want on top of CHANGELOG.md, not $section"
}

make_sources() {
	git -C "$root" -c tar.umask=0022 archive --format=tar --prefix="$name/" HEAD | gzip -9n >"$made/$name.tar.gz"
	tar -C "$work" -xzf "$made/$name.tar.gz"
	tree=$work/$name
}

# Makes the Debian package of the unpacked sources; their program packs the cases of the bundles.
make_deb() {
	find_cmake
	{ "$cmake" -S "$tree" -B "$tree/build/release" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr \
		-DGM_TESTS=OFF -DGM_DEB=ON && "$cmake" --build "$tree/build/release" --parallel "$(nproc)" &&
		(cd "$tree/build/release" && "${cmake%cmake}cpack"); } >"$work/build.log" 2>&1 </dev/null ||
		{ tail -n 20 "$work/build.log" >&2; fail 70 "the package does not build"; }
	cp "$tree"/build/release/gatemark_*.deb "$made"
	lintian --allow-root --fail-on error "$made"/*.deb >"$work/lintian.log" 2>&1 ||
		{ cat "$work/lintian.log" >&2; fail 70 "lintian finds errors in the package"; }
	[ "$("$tree/build/release/bin/gatemark" --version | sed -n '1s/^gatemark \([^ ]*\) .*/\1/p')" = "$version" ] ||
		fail 70 "the program does not say that it is $version"
}

# Copies into folder $2 what package $1 says of licences; of architecture $3.
copy_licence() {
	case $1/$3 in
	GCC/aarch64) docs=/usr/share/doc/libgcc-$(aarch64-linux-gnu-gcc -dumpversion)-dev-arm64-cross ;;
	GCC/*) docs=/usr/share/doc/libgcc-$(cc -dumpversion)-dev ;;
	libc6-dev/aarch64) docs=$tree/build/sysroot-arm64/libc/usr/share/doc/$1 ;;
	*/aarch64) docs=$tree/build/sysroot-arm64/usr/share/doc/$1 ;;
	*) docs=/usr/share/doc/$1 ;;
	esac
	cp -L "$docs/copyright" "$2/$1.txt"
}

# Adds to the list of sources that of package $1 of architecture $2: "name=version".
owe_source() {
	if [ "$2" = aarch64 ]; then
		awk -v name="$1" '$1 == name { print $2 "=" $3 }' "$tree/build/sysroot-arm64/.debs"
	else
		# shellcheck disable=SC2016 # dpkg's
		dpkg-query -W -f '${source:Package}=${source:Version}\n' "$1"
	fi >>"$work/owed"
}

make_bundle() { # ARCH
	sh "$tree/tools/scripts/bundle.sh" "$1" || fail 70 "no bundle for $1"
	folder=$work/bundle/$name-$1
	mkdir -p "$folder/licences"
	cp "$tree/build/bundle/gatemark-bundle-$1" "$folder/gatemark"
	cp "$tree/LICENSE" "$tree/NOTICE" "$folder"
	cp /usr/share/common-licenses/LGPL-2.1 /usr/share/common-licenses/GPL-3 "$folder/licences"
	sed -n 's/^\/[^(]*\/\([^/(]*\.a\)(.*/\1/p' "$tree/build/bundle/$1/linked.map" | sort -u >"$work/linked"
	while read -r archive; do
		row=$(row_of "$archive")
		[ -n "$row" ] || fail 70 "the bundle for $1 links $archive, of which release.sh knows no licence"
		# shellcheck disable=SC2086 # three words
		set -- "$1" $row
		grep -q "^  $3  " "$tree/NOTICE" || fail 70 "the bundle for $1 links $archive, and NOTICE has no line for $3"
		copy_licence "$2" "$folder/licences" "$1"
		[ "$4" != source ] || owe_source "$2" "$1"
	done <"$work/linked"
	(cd "$work/bundle" && pack "$name-$1") | gzip -9n >"$made/$name-$1.tar.gz"
}

# The source packages that are owed, by lists of the package manager's own that have sources too.
make_lgpl_sources() {
	apt=$work/apt
	sources=$work/$name-lgpl-sources
	mkdir -p "$apt/lists/partial" "$apt/parts" "$sources"
	for list in /etc/apt/sources.list.d/*.sources; do
		[ ! -r "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" >"$apt/parts/${list##*/}"
	done
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -n 's/^deb /deb-src /p' >"$apt/list"
	set -- -q -o Dir::State::Lists="$apt/lists" -o Dir::Etc::SourceParts="$apt/parts" \
		-o Dir::Etc::SourceList="$apt/list" -o APT::Sandbox::User=root
	# shellcheck disable=SC2046 # a word a source
	(cd "$sources" && { apt-get "$@" update && apt-get "$@" source --download-only $(sort -u "$work/owed"); } \
		>"$work/apt.log" 2>&1 </dev/null) ||
		{ tail -n 5 "$work/apt.log" >&2; fail 5 "cannot fetch the sources of" $(sort -u "$work/owed"); }
	(cd "$work" && pack "$name-lgpl-sources") >"$made/$name-lgpl-sources.tar"
}

out=
sources=no
while [ $# -gt 0 ]; do
	case $1 in
	--out=*) out=${1#--out=} ;;
	--out) [ $# -gt 1 ] || fail 2 "--out takes a folder"; shift; out=$1 ;;
	--sources) sources=yes ;;
	-h | --help) sed -n '3,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) fail 2 "there is no option $1: sh tools/scripts/release.sh [--out DIR] [--sources]" ;;
	esac
	shift
done
command -v git >/dev/null 2>&1 || fail 5 "there is no git here"
# shellcheck disable=SC2016 # CMake's
version=$(sed -n -e 's/^project(gatemark VERSION \([0-9.]*\) .*/\1/p' \
	-e 's/^set(GM_VERSION ${PROJECT_VERSION}\([^)]*\)).*/\1/p' "$root/CMakeLists.txt" | tr -d '\n')
name=gatemark-$version
check_tree
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC0
unset CFLAGS CXXFLAGS LDFLAGS GATEMARK GZIP TAR_OPTIONS
umask 022
out=${out:-$root/build/$name}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
made=$work/made
mkdir -p "$made"
make_sources
if [ "$sources" = no ]; then
	# shellcheck disable=SC2034 # setup_packages reads it
	install=yes
	[ "$(uname -m)" = x86_64 ] || fail 5 "bundles of a release are made on x86_64, which this is not"
	setup_packages build emulator release || exit
	make_deb
	for arch in x86_64 aarch64; do
		make_bundle "$arch"
	done
	make_lgpl_sources
fi
(cd "$made" && sha256sum -- * >"$work/sums" && mv "$work/sums" SHA256SUMS)
mkdir -p "$out"
cp -f "$made"/* "$out"
echo "release: $version, $(find "$made" -type f | wc -l) files: $out"

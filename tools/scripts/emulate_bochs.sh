#!/bin/sh
# SPDX-License-Identifier: MIT
# emulate_bochs.sh - AVX-512 on a CPU that has none: a whole machine under Bochs boots a stock kernel into
# tools/bochs/guest.c, which runs the avx512 rows on every committed case; their digests must be those of scalar-oracle,
# judged here.  A second boot has AVX-512 in CPUID but not enabled by the system: the rows must refuse to run.
# Called by emulate.sh:
#   sh tools/scripts/emulate.sh avx512 [--cases GLOB,..]
# GATEMARK=PROGRAM another gatemark; BOCHS_KERNEL=FILE a vmlinuz of your own instead of Debian's 6.1 cloud kernel;
# BOCHS_LIMIT=SECONDS for one boot (1200).  All it makes is in build/bochs.  Exit 77: what it needs cannot be had here.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$root/build/bochs
gatemark=${GATEMARK:-$root/build/release/bin/gatemark}
guest=$(dirname "$gatemark")/gatemark-guest
model=corei7_skylake_x
# XSAVES and XSAVEC off: the kernel finds their area to be of the wrong size in Bochs and gives up XSAVE, AVX too.
no_xsaves=clearcpuid=323,321
no_avx512=clearcpuid=323,321,304
share=/usr/share/bochs

fail() {
	echo "emulate: $*" >&2
	exit "${code:-1}"
}

skip() {
	code=77 fail "skipped: $*"
}

need() {
	lacking=
	for word in bochs:bochs cpio:cpio xorriso:xorriso apt-get:apt dpkg-deb:dpkg timeout:coreutils; do
		command -v "${word%:*}" >/dev/null 2>&1 || lacking="$lacking ${word#*:}"
	done
	for word in /usr/lib/ISOLINUX/isolinux.bin:isolinux /usr/lib/syslinux/modules/bios/ldlinux.c32:syslinux-common \
		$share/BIOS-bochs-latest:bochsbios $share/VGABIOS-lgpl-latest:bochs; do
		[ -e "${word%:*}" ] || lacking="$lacking ${word#*:}"
	done
	find /usr/lib -name libbx_term_gui.so 2>/dev/null | grep -q . || lacking="$lacking bochs-term"
	[ -z "$lacking" ] || skip "packages needed:$lacking"
	[ "$(uname -m)" = x86_64 ] || skip "the guest is an x86-64 program"
	[ -x "$gatemark" ] || fail "no $gatemark: run tools/run.sh or tools/test.sh first"
	version=bochs-$(bochs --help 2>&1 | sed -n 's/.*Bochs x86 Emulator \([0-9.]*\).*/\1/p' | head -n 1)
}

# $guest, of the same build as $gatemark.
build_guest() {
	build=$(dirname "$(dirname "$gatemark")")
	cmake=$(PATH=/usr/bin:$PATH command -v cmake)
	"$cmake" --build "$build" --target gatemark-guest >"$work/guest.log" 2>&1 ||
		{ tail -n 20 "$work/guest.log" >&2; fail "cannot build the guest in $build"; }
}

# $kernel: Debian's own, unpacked here, never installed.
fetch_kernel() {
	kernel=${BOCHS_KERNEL:-}
	[ -z "$kernel" ] || return 0
	name=$(apt-cache search --names-only '^linux-image-6\.1\.0-[0-9]+-cloud-amd64$' | awk '{ print $1 }' |
		sort -V | tail -n 1)
	[ -n "$name" ] ||
		skip "no package linux-image-6.1.0-*-cloud-amd64 (apt-get update?); BOCHS_KERNEL=FILE names a kernel"
	kernel=$work/kernel/boot/vmlinuz-${name#linux-image-}
	[ -f "$kernel" ] && return 0
	rm -rf "$work/kernel"
	mkdir -p "$work/kernel"
	(cd "$work/kernel" && apt-get -q -o APT::Sandbox::User=root download "$name") >"$work/kernel.log" 2>&1 ||
		skip "cannot download $name; the log is $work/kernel.log"
	dpkg-deb --fsys-tarfile "$work/kernel/$name"_*.deb | tar -x -C "$work/kernel" ./boot
	rm -f "$work/kernel"/*.deb
}

# Names of the canonical rows of ISA $1.
rows_of() {
	sed -n 's/^VARIANT("\([^"]*\)", *'"$1"',.* GM_CANONICAL,.*/\1/p' "$root/impl/variants/variants.def"
}

# wanted: case, bit class, pass and digest of each judged result of the oracle.
judge_oracle() {
	"$gatemark" check --quiet --variants 'scalar-oracle*' --json="$work/oracle.jsonl" "$@" >"$work/oracle.log" 2>&1 ||
		{ cat "$work/oracle.log" >&2; fail "the oracle does not pass on this machine"; }
	text='"\([^"]*\)"'
	from="^{.*\"kind\":\"check\",.*\"case\":$text.*\"pass\":$text,\"status\".*\"bit_class\":$text,\"digest\":$text"
	sed -n "s/$from.*/\1 \3 \2 \4/p" "$work/oracle.jsonl" >"$work/wanted"
	[ -s "$work/wanted" ] || fail "no digests in $work/oracle.jsonl"
}

# The initramfs: the guest with its libraries, all chosen cases in cases/, one of them also in one/.
make_initramfs() {
	rm -rf "$work/tree"
	mkdir -p "$work/tree/cases" "$work/tree/one" "$work/iso"
	cp "$guest" "$work/tree/init"
	ldd "$guest" | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "$work/tree$(dirname "$library")"
		cp -L "$library" "$work/tree$library"
	done
	for file in "$root"/fixtures/*.h5; do
		"$gatemark" fixture show "$file" | awk -v file="${file##*/}" '
			NR == FNR { wanted[$1]; next } $1 in wanted { print file, $1 }' "$work/wanted" -
	done >"$work/packs"
	# shellcheck disable=SC2016 # of that shell
	xargs -n 2 -P "$(nproc)" sh -c '"$0" fixture pack "$1/$3" "$4" -o "$2/$4.pack"' \
		"$gatemark" "$root/fixtures" "$work/tree/cases" <"$work/packs"
	cases=$(wc -l <"$work/packs")
	cp "$work/tree/cases/$(awk 'NR == 1 { print $2 }' "$work/packs").pack" "$work/tree/one/"
	(cd "$work/tree" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) | gzip -1 >"$work/iso/initrd.gz"
	cp "$kernel" "$work/iso/vmlinuz"
	cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$work/iso/"
}

# A Bochs with its debugger stops before the first instruction until it is told to go on.
boot_options() {
	bochs --help 2>&1 | grep -q -- '^ *-rc ' || return 0
	echo c >"$work/$1.rc"
	echo "-rc $1.rc"
}

# Boots machine $1 with kernel options $2 and the guest's words $3; $1.said: what the guest said.
boot() {
	machine=$1
	options="console=ttyS0,115200 printk.devkmsg=on mitigations=off panic=-1 $2"
	printf 'DEFAULT guest\nLABEL guest\n KERNEL vmlinuz\n APPEND initrd=initrd.gz %s -- %s\n' "$options" "$3" \
		>"$work/iso/isolinux.cfg"
	xorriso -as mkisofs -quiet -o "$work/$machine.iso" -b isolinux.bin -c boot.cat -no-emul-boot -boot-load-size 4 \
		-boot-info-table "$work/iso" >"$work/$machine.iso.log" 2>&1 ||
		{ cat "$work/$machine.iso.log" >&2; fail "no boot image"; }
	: >"$work/$machine.serial"
	cat >"$work/$machine.bochsrc" <<END
cpu: model=$model, count=1, ips=50000000, reset_on_triple_fault=0
megs: 512
clock: sync=none
display_library: term
plugin_ctrl: speaker=0
romimage: file=$share/BIOS-bochs-latest
vgaromimage: file=$share/VGABIOS-lgpl-latest
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path=$machine.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$machine.serial
log: $machine.bochs.log
panic: action=fatal
END
	echo "emulate: booting machine '$machine' under $version $model; log: $work/$machine.serial" >&2
	# shellcheck disable=SC2046 # two words or none
	(cd "$work" && TERM=vt100 timeout -k 10 "${BOCHS_LIMIT:-1200}" bochs -q -f "$machine.bochsrc" \
		$(boot_options "$machine")) </dev/null >"$work/$machine.log" 2>&1 || true # 1: the guest switched it off
	tr -d '\r' <"$work/$machine.serial" | sed -n 's/^\[[^]]*\] gatemark: //p' >"$work/$machine.said"
	grep -q '^end ' "$work/$machine.said" ||
		{ tail -n 5 "$work/$machine.serial" >&2; fail "'$machine' did not end: see $work/$machine.serial"; }
}

# Every row owes each judged digest of its class once with a tape and, forward, once without.
compare() {
	awk -v rows="$1" -v cases="$cases" -v seconds="$2" -v name="$version $model" '
		FILENAME == ARGV[1] { want[$1, $2, $3] = $4; owed[$2] += $3 == "fwd" ? 2 : 1; next }
		$1 == "no" || $1 == "failed" { v = $1 == "no" ? $2 : $3; bad[v]++; why[v] = why[v] ? why[v] : $0; next }
		$1 == "end" { ended = $2; next }
		{ class[$2] = $3; pass = $4 == "infer" ? "fwd" : $4 }
		seen[$1, $2, $4]++ { next }
		want[$1, $3, pass] == $5 { good[$2]++; next }
		{ bad[$2]++; why[$2] = why[$2] ? why[$2] : $1 " " $4 ": " $5 ", not " want[$1, $3, pass] }
		END {
			count = split(rows, row, " ")
			for (k = 1; k <= count; k++) {
				v = row[k]
				missing = v in class ? owed[class[v]] - good[v] - bad[v] : 0
				wrong += bad[v] || missing || !good[v]
				text = text sprintf("  %-17s%4d %4d %7d   %s\n", v, good[v], bad[v], missing, why[v])
			}
			wrong += "-" in bad || ended != cases
			head = sprintf("CHECK  %d cases, fwd+bwd, %s", cases, name)
			printf "%-66s%6d s  %s\n  variant          same other missing   where\n%s", head, seconds,
				wrong ? "FAIL" : "PASS", text
			print "  same: the bits of scalar-oracle, judged on this machine; forward with and without a tape, backward"
			exit wrong > 0
		}' "$work/wanted" "$work/full.said"
}

# Without the system's consent no avx512 row may run, and the oracle still does.
refused() {
	for row in $1; do
		grep -q "^no $row .*avx512" "$work/disabled.said" ||
			fail "$row ran, or did not say why not, without AVX-512 enabled"
	done
	grep -q ' scalar-oracle canon1/' "$work/disabled.said" || fail "the oracle did not run without AVX-512"
	echo "  AVX-512 in CPUID, not enabled by the system: $(echo "$1" | wc -w) rows refused to run, the oracle ran"
}

case "${1:---cases}" in
--cases | --cases=*) ;;
*) code=2 fail "avx512 takes --cases GLOB,.. only, not $1" ;;
esac
mkdir -p "$work"
need
fetch_kernel
build_guest
judge_oracle "$@"
make_initramfs
avx512=$(rows_of avx512 | tr '\n' ' ')
rows="$(rows_of scalar_fma | tr '\n' ' ')$avx512"
start=$(date +%s)
boot full "$no_xsaves" "/cases $rows"
verdict=0
compare "$rows" $(($(date +%s) - start)) || verdict=1
boot disabled "$no_avx512" "/one $rows"
refused "$avx512"
exit $verdict

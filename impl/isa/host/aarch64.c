/* SPDX-License-Identifier: MIT */
/* aarch64.c - the column aarch64 of cpu.def; FPCR. */
#include "host.h"

#include <sys/auxv.h>

#include "gatemark/variant.h"

/* Bits of an SVE vector, as this thread has them now; 0: CPU or system have no SVE.  The instruction asks no system,
 * which a sandbox could forbid. */
static uint64_t sve_bits(void)
{
	register uint64_t bytes __asm__("x0") = 0;

	if (getauxval(AT_HWCAP) & HWCAP_SVE)
		__asm__ volatile(".inst 0x04bf5020" : "=r"(bytes)); /* rdvl x0, #1, which assemblers know with +sve only */
	return 8 * bytes;
}

uint64_t host_cpu_features(void)
{
	uint64_t features = 0;

#define CPU(bit, name, brings, x86_64, aarch64) features |= aarch64 ? GM_CPU_##bit : 0;
#include "base/cpu.def"
#undef CPU
	return features;
}

static const uint64_t fpcr_fz = 1u << 24;

uint64_t host_fp_enter(uint32_t denormals)
{
	uint64_t before;

	__asm__ volatile("mrs %0, fpcr" : "=r"(before));
	__asm__ volatile("msr fpcr, %0" : : "r"(denormals == GM_DENORMALS_FLUSH ? fpcr_fz : (uint64_t)0));
	return before;
}

void host_fp_leave(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }

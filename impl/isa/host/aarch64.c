/* SPDX-License-Identifier: MIT */
/* aarch64.c - NEON with FMA is the base of the architecture; FPCR. */
#include "host.h"

#include "gatemark/gatemark.h"

uint64_t host_cpu_features(void) { return GM_CPU_FMA | GM_CPU_NEON; }

static const uint64_t fpcr_fz = 1u << 24;

uint64_t host_fp_enter(uint32_t denormals)
{
	uint64_t before;

	__asm__ volatile("mrs %0, fpcr" : "=r"(before));
	__asm__ volatile("msr fpcr, %0" : : "r"(denormals == GM_DENORMALS_FLUSH ? fpcr_fz : (uint64_t)0));
	return before;
}

void host_fp_leave(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }

/* SPDX-License-Identifier: MIT */
/* x86.c - the column x86_64 of cpu.def; MXCSR. */
#include "host.h"

#include <immintrin.h>

#include "gatemark/variant.h"

#define CPUID(name) (__builtin_cpu_supports(name) != 0)

uint64_t host_cpu_features(void)
{
	uint64_t features = 0;

	__builtin_cpu_init();
#define CPU(bit, name, brings, x86_64, aarch64) features |= x86_64 ? GM_CPU_##bit : 0;
#include "base/cpu.def"
#undef CPU
	return features;
}

enum { MXCSR_MASKED_NEAREST = 0x1f80, MXCSR_FTZ_DAZ = 0x8040 };

uint64_t host_fp_enter(uint32_t denormals)
{
	unsigned before = _mm_getcsr();

	_mm_setcsr(MXCSR_MASKED_NEAREST | (denormals == GM_DENORMALS_FLUSH ? MXCSR_FTZ_DAZ : 0));
	return before;
}

void host_fp_leave(uint64_t mode) { _mm_setcsr((unsigned)mode); }

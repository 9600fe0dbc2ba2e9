/* SPDX-License-Identifier: MIT */
/* x86.c - CPUID through the compiler's own detection, which checks XCR0; MXCSR. */
#include "host.h"

#include <immintrin.h>

#include "gatemark/gatemark.h"

uint64_t host_cpu_features(void)
{
	uint64_t features = 0;

	__builtin_cpu_init();
	if (__builtin_cpu_supports("fma"))
		features |= GM_CPU_FMA;
	if (__builtin_cpu_supports("avx2"))
		features |= GM_CPU_AVX2;
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512vl"))
		features |= GM_CPU_AVX512;
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

/* SPDX-License-Identifier: MIT */
/* contract_isas.h - the ISAs whose contracts are tested: every folder of impl/isa with a vocabulary.
 *   needs: GM_CPU_* without which it is skipped, with the reason printed; rounding: GM_FREE has unfused vf_fma */
#ifndef TESTS_CONTRACT_ISAS_H
#define TESTS_CONTRACT_ISAS_H

#include "gatemark/gatemark.h"

#define CONTRACT_ISAS                                     \
	ISA(scalar, 0, GM_FREE)                               \
	ISA(scalar_fma, GM_CPU_FMA, GM_CANONICAL)             \
	ISA(emu16, GM_CPU_FMA, GM_CANONICAL)                  \
	ISA(avx2, GM_CPU_AVX2 | GM_CPU_FMA, GM_CANONICAL)     \
	ISA(avx512, GM_CPU_AVX512 | GM_CPU_FMA, GM_CANONICAL) \
	ISA(neon, GM_CPU_NEON | GM_CPU_FMA, GM_CANONICAL)

/* NULL, or why an ISA cannot be tested here. */
static inline const char *isa_missing(size_t lanes, uint64_t needs)
{
	if (!lanes)
		return "not part of the build for this architecture";
	return needs & ~gm_cpu_features() ? "this CPU or system lacks it" : NULL;
}

#endif

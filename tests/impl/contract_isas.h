/* SPDX-License-Identifier: MIT */
/* contract_isas.h - the ISAs whose contracts are tested: every row of isa.def, those for tests too. */
#ifndef TESTS_CONTRACT_ISAS_H
#define TESTS_CONTRACT_ISAS_H

#include "base/cpu.h"
#include "kernels/kernels.h"

#define ISA(name, ...) extern const gm_kernels gm_kernels_##name##_poly;
#define TEST_ISA       ISA
#include "base/isa.def"
#undef ISA

typedef struct contract_isa {
	const char *name, *folder;
	uint64_t needs;  /* GM_CPU_* without which it is skipped, with the reason printed */
	size_t lanes;    /* where it is part of the build */
	gm_rounding fma; /* GM_FREE: vf_fma is not fused */
	const gm_kernels *kernels;
} contract_isa;

static const contract_isa contract_isas[] = {
#define ISA(name, folder, cpu, lanes, rounding, ...) \
	{#name, #folder, CPU_##cpu, lanes, rounding, &gm_kernels_##name##_poly},
#define TEST_ISA ISA
#include "base/isa.def"
#undef ISA
};

enum { CONTRACT_ISAS = sizeof contract_isas / sizeof *contract_isas };

/* NULL, or why an ISA cannot be tested here. */
static inline const char *isa_missing(size_t lanes, uint64_t needs)
{
	if (!lanes)
		return "not part of the build for this architecture";
	return needs & ~gm_cpu_features() ? "this CPU or system lacks it" : NULL;
}

#endif

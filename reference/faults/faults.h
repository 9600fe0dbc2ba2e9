/* SPDX-License-Identifier: MIT */
/* faults.h - seeded faults: named ways to be wrong, as wrappers around any variant (arguments altered before the
 * call, results after it).  Each must be rejected by the judge on the committed fixtures. */
#ifndef REFERENCE_FAULTS_H
#define REFERENCE_FAULTS_H

#include "gatemark/variant.h"

typedef struct fault {
	const char *name;  /* "swap_gates_i_f" */
	const char *what;  /* one sentence */
	uint32_t cells;    /* bit mask of gm_cell it applies to */
	uint32_t backward; /* 1: shows in gradients only */
} fault;

size_t fault_count(void);
const fault *fault_at(size_t index); /* NULL past the end */
/* A variant that behaves like base with fault `index`; static storage per index, so one base at a time per fault.
 * Its sizes include what the wrapper needs; it allocates nothing while running. */
const gm_variant *fault_variant(size_t index, const gm_variant *base);

#endif

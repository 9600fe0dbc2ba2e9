/* SPDX-License-Identifier: MIT */
/* run_variant.h - runs a variant on one set of tensors in this process, for tests of the library itself.
 * Everything a call touches is poisoned with NaNs first.  Fails the test (cmocka) on any status but the expected. */
#ifndef TESTS_RUN_VARIANT_H
#define TESTS_RUN_VARIANT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gatemark/tensors.h"

typedef struct variant_run { /* one plan with its memory and one set of tensors */
	const gm_variant *variant;
	gm_spec spec;
	gm_tensors *tensors;
	void **data; /* by row: owned outputs; inputs borrowed or owned, see run_random */
	gm_binding *binding;
	gm_plan *plan;
	gm_sizes sizes;
	void *plan_memory, *tape, *scratch;
	int owns_inputs;
} variant_run;

/* Inputs borrowed from inputs[row] (NULL = absent). */
void run_open(variant_run *run, const gm_variant *variant, const gm_spec *spec, void *const *inputs, unsigned mode);
/* Same, inputs drawn from the seed: unit weights / sqrt(H), every optional operand given. */
void run_random(variant_run *run, const gm_variant *variant, const char *problem, uint64_t seed, unsigned mode);
void run_forward(variant_run *run);
void run_backward(variant_run *run);
void run_close(variant_run *run);
float *run_tensor(const variant_run *run, const char *name);
size_t run_count(const variant_run *run, const char *name);

/* Every bit equal, any NaN being equal to any other; prints the first difference. */
int same_bits(const char *what, const float *a, const float *b, size_t count);
/* same_bits over all outputs (and gradients) of two runs of the same problem. */
int same_results(const variant_run *a, const variant_run *b, int gradients);

/* Rows of the registry that this CPU can run, in order. */
size_t runnable_variants(const gm_variant *list[], size_t capacity);

#endif

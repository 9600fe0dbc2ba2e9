/* SPDX-License-Identifier: MIT */
/* fill.h - reproducible random data for any problem: a counter-based generator, so that a value depends on (seed,
 * tensor's name, index) alone, not on order, host or thread.
 *   weights, biases    uniform in [-1/sqrt(H), 1/sqrt(H)], as torch.nn initialises them
 *   input, h_0, c_0    normal (0, 1); states times 0.5
 *   lengths            uniform in 1..T, the first one T
 *   dropout masks      0 or 1/(1 - p), p from the problem
 *   upstream gradients normal (0, 1) */
#ifndef BENCH_FILL_H
#define BENCH_FILL_H

#include "gatemark/tensors.h"

typedef struct fill_data { /* owned arrays by row; NULL for outputs and gradients */
	size_t count;
	void **data;
} fill_data;

GM_CHECKED gm_status fill_create(const gm_spec *spec, const gm_tensors *tensors, uint64_t seed, fill_data *out,
                                 gm_error *error);
void fill_free(fill_data *data);

#endif

/* SPDX-License-Identifier: MIT */
/* vary.h - the new values that every timed call finds in what it reads, so that none can be answered from those before
 * it, not even in part.  Worker and host know them alike: the worker gives them to the calls, the host puts the same
 * into its own copy to know what a call was asked.
 *
 * What each timed step of the pass reads varies: the weights of set_weights, input and states of forward, the upstream
 * gradients of backward; not lengths and dropout masks.  Every row (last axis) of these is the given one, rotated, its
 * elements of either sign and one of them smaller.  All this depends on seed, sample and call alone. */
#ifndef WORKER_VARY_H
#define WORKER_VARY_H

#include "pass.h"

typedef struct vary {
	const gm_spec *spec; /* its pass says which steps are timed */
	const gm_tensors *tensors;
	void *const *given; /* [row]; NULL: absent */
	uint64_t seed;      /* 0: every call finds what is given */
} vary;

/* Does that row of the table vary? */
int vary_varies(const vary *v, size_t row);
/* Writes all that varies as that call of the sample finds it to to[row]; what does not vary is left alone. */
void vary_call(const vary *v, uint64_t sample, uint64_t call, void *const *to);

#endif

/* SPDX-License-Identifier: MIT */
/* ref.h - the truth in double precision: forward and backward of RNN, LSTM and GRU with all that
 * torch.nn offers (layers, directions, projection, dropout masks, lengths), plain loops, and perturbable:
 * with noise, every elementary operation errs as float32 would (Monte Carlo arithmetic; numerics in README.md). */
#ifndef REFERENCE_REF_H
#define REFERENCE_REF_H

#include "gatemark/tensors.h"

/* Amplitudes are for noise uniform in [-a, a].  One sample of the budget = one key. */
typedef struct ref_noise {
	uint64_t key;          /* of the counter-based generator: equal keys, equal results on every host */
	double relative;       /* u = 2^-24: of every elementary operation */
	double absolute;       /* 2^-150 */
	double activation;     /* relative amplitude of tanh and sigmoid, in units of `relative` (6 for 3 ulp: BUDGET.md) */
	double activation_abs; /* absolute amplitude of tanh and sigmoid */
	int correlated;        /* 1: the same perturbations at every t (see numerics: coherent errors) */
} ref_noise;

typedef struct ref_stats { /* what the judge needs to know beside the values */
	double max_abs;        /* largest intermediate magnitude */
	double min_kink;       /* smallest |pre-activation| of a relu; INFINITY if none */
} ref_stats;

/* Internals of one (layer, direction) for tests and for localising failures: time-major (T, N, ...), as in a
 * fixture's trace group.  Any member may be NULL. */
typedef struct ref_trace {
	double *gates;  /* (T, N, G, H) after the activation */
	double *a_nh;   /* (T, N, H) GRU: the recurrent part of the new gate, before r */
	double *h, *c;  /* (T, N, R), (T, N, H) */
	double *dgates; /* (T, N, G, H) with respect to pre-activations */
	double *dh, *dc;
} ref_trace;

/* Values by row of the tensor table, float64, layouts as in fixtures (batch_first, unbatched).
 * value[row] of inputs, weights and upstream gradients: read, NULL = zeros (bias, dropout_mask: none).
 * value[row] of outputs and gradients: written where not NULL; the backward pass runs if any gradient is wanted. */
typedef struct ref_problem {
	const gm_spec *spec;
	const gm_tensors *tensors;
	const int64_t *lengths; /* NULL = all T */
	double *const *value;
} ref_problem;

/* noise NULL = exact; stats may be NULL; trace[layer*D + direction], NULL = not wanted.
 * Errors: GM_NO_MEMORY; GM_BAD_SHAPE if spec does not pass gm_problem_check. */
GM_CHECKED gm_status ref_run(const ref_problem *problem, const ref_noise *noise, ref_stats *stats, ref_trace *trace,
                             gm_error *error);

#endif

/* SPDX-License-Identifier: MIT */
/* sample.h - judging a problem that is too large for its full budget: a few batch rows, and a first part of
 * the sequence, stand for the whole.  Which ones nobody can know before: they are drawn.
 *
 * Rows of a batch are independent, and a step of one direction depends on no later one.  So with upstream gradients
 * that are zero outside the sampled rows and steps, all gradients of the whole problem are those of the sample, and
 * outputs are those of the sample anyway.  The variant still runs the whole problem. */
#ifndef BENCH_JUDGED_SAMPLE_H
#define BENCH_JUDGED_SAMPLE_H

#include "judge/judge.h"
#include "worker/worker.h"

typedef struct bench_sample {
	const judge_problem *whole;
	gm_spec spec;        /* of the sample */
	gm_tensors *tensors; /* the same rows, smaller; owned */
	size_t row[2];       /* batch rows in it */
	void **data;         /* by row, owned: inputs, weights, upstream */
} bench_sample;

/* Two rows and, if they are more than flops operations, between half and all of the steps that fit (at least 8), drawn
 * by seed; whole must live as long. */
GM_CHECKED gm_status sample_create(const judge_problem *whole, double flops, uint64_t seed, bench_sample *sample,
                                   gm_error *error);
void sample_free(bench_sample *sample);
/* Fills part, NULLs by row, with the sample's part, allocated, of what the variant left (got, by row): all that is the
 * sample's too, so not h_n and c_n if steps were left out.  For gradients it runs the whole problem once more, with
 * upstream gradients of the sample only.  Status as of the worker. */
GM_CHECKED gm_status sample_results(const bench_sample *sample, const worker_launch *launch, const char *variant,
                                    void *const *got, float **part, gm_error *error);

#endif

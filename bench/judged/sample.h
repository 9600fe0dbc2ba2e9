/* SPDX-License-Identifier: MIT */
/* sample.h - judging a problem that is too large for its full budget: a few batch rows, and a first part of
 * the sequence, stand for the whole.
 *
 * Rows of a batch are independent, and a step of one direction depends on no later one.  So with upstream gradients
 * that are zero outside the sampled rows and steps, all gradients of the whole problem are those of the sample, and
 * outputs are those of the sample anyway.  The variant still runs the whole problem. */
#ifndef TOOLS_BENCH_SAMPLE_H
#define TOOLS_BENCH_SAMPLE_H

#include "judge/judge.h"
#include "worker/worker.h"

typedef struct bench_sample {
	const judge_problem *whole;
	gm_spec spec;        /* of the sample */
	gm_tensors *tensors; /* the same rows, smaller; owned */
	size_t row[2];       /* batch rows in it */
	void **data;         /* by row, owned: inputs, weights, upstream */
} bench_sample;

/* The largest sample of at most flops operations (at least 8 steps); whole must live as long. */
GM_CHECKED gm_status sample_create(const judge_problem *whole, double flops, bench_sample *sample, gm_error *error);
void sample_free(bench_sample *sample);
/* Is a tensor of the sample what the whole problem's is there?  h_n and c_n are not if steps were left out. */
int sample_judges(const bench_sample *sample, size_t row);
/* Copies the sample's part of tensor `row` out of the whole one; `to` has the sample's count. */
void sample_gather(const bench_sample *sample, size_t row, const void *whole, void *to);
/* Runs the variant on the whole problem with upstream gradients of the sample only; got[row] (allocated, the
 * sample's size) becomes its results.  Status as of the worker. */
GM_CHECKED gm_status sample_run(const bench_sample *sample, const worker_launch *launch, const char *variant,
                                float **got, gm_error *error);

#endif

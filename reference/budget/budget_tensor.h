/* SPDX-License-Identifier: MIT */
/* budget_tensor.h - what a judge_budget is inside, for the files that make and read one: budget.c derives it from the
 * reference, verdict.c reads it, and tests build small ones from arrays.  Nobody else includes this.
 *
 * Order of making one: budget_open -> want and s of every judged row filled in -> budget_spread_chaos ->
 * budget_close (fit, pooling, weak).
 * Nothing here is static: any number of threads may make budgets at once. */
#ifndef REFERENCE_BUDGET_TENSOR_H
#define REFERENCE_BUDGET_TENSOR_H

#include "budget.h"

/* One judged tensor, cut into rows of equal length: its last axis, for a bias gradient the H elements of a gate. */
typedef struct budget_tensor {
	double *want;         /* (rows, length); NULL: this tensor is not judged */
	double *scale;        /* (rows, length): s until budget_close, then pooled with its row's */
	unsigned char *unfit; /* (rows), within (rows, length) */
	size_t rows, length;
	size_t unfit_rows;
	int weak;
} budget_tensor;

struct judge_budget {
	gm_spec spec;
	const gm_tensors *tensors;
	judge_facts facts;
	size_t count;         /* elements of all judged tensors, one after another in the next three */
	double *want, *scale; /* want owns them */
	unsigned char *unfit;
	budget_tensor tensor[]; /* by row of tensors */
};

#define OVERFLOW_LIMIT 0x1p120 /* of an intermediate: float32 ends at 2^128 */

/* An empty budget: want and scale of outputs, and with backward of gradients, allocated and zero. */
GM_CHECKED gm_status budget_open(const gm_spec *spec, const gm_tensors *tensors, int backward, judge_budget **budget,
                                 gm_error *error);
/* From want and s: marks what follows a chaotic step as unfit (budget_chaos.c).  Before budget_close. */
void budget_spread_chaos(judge_budget *budget);
/* From want and s to a budget that judges: pools s with its row's RMS, decides fit row by row and counts. */
void budget_close(judge_budget *budget);

/* RMS of the finite elements of values[length] whose partner in want is finite. */
double budget_rms(const double *values, const double *want, size_t length);

/* Do the same values come back at a fixed distance in time, so that rounding errors add up instead of averaging out?
 * sequence: a (T, N, width) tensor in the layout of spec. */
int budget_repeats(const gm_spec *spec, const int64_t *lengths, const double *sequence, size_t width);

/* Row of the budget that holds element index; the tensor must be judged. */
static inline size_t budget_row(const budget_tensor *tensor, size_t index) { return index / tensor->length; }

/* Share of its budget that one element uses: over 1 is wrong, INFINITY for a mismatch of NaN or Inf. */
double budget_used(const budget_tensor *tensor, size_t index, double got);

/* Largest error that element may have. */
static inline double budget_allowed(const budget_tensor *tensor, size_t index)
{
	return JUDGE_K * tensor->scale[index] + 0x1p-149;
}

#endif

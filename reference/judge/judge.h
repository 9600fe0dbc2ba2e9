/* SPDX-License-Identifier: MIT */
/* judge.h - is a result right?  Each element is held against its allowed error (budget.h):
 *
 *   used  = |got - want| / (K * scale + 2^-149)      over 1 fails; not finite where want is finite, or the
 *                                                    reverse, fails; NaN matches NaN, Inf matches the same Inf
 *                                                    (either, if the samples do not agree on which)
 *
 * No static state: any number of threads may judge at once. */
#ifndef REFERENCE_JUDGE_H
#define REFERENCE_JUDGE_H

#include "budget/budget.h"
#include "model/locate.h"

typedef struct judge_verdict {
	int pass;    /* every fit element within its budget, and at least one element was fit */
	int weak;    /* passing proves little: want mostly zero or saturated */
	double used; /* worst share of the budget over fit elements; INFINITY for a NaN or Inf mismatch */
	size_t rows, unfit_rows;
	size_t wrong;              /* elements over budget */
	size_t first_wrong;        /* smallest index of a wrong element; GM_NO_TENSOR if none */
	size_t worst;              /* index of the element with the largest share */
	double got, want, allowed; /* of the worst element */
} judge_verdict;

/* Judges one output or gradient tensor (row of the table) of the problem. */
void judge_tensor(const judge_budget *budget, size_t row, const float *got, judge_verdict *verdict);

/* First divergence of a wrong result in order of computation, with the run of wrong units and the pattern if it has
 * one ("vector tail", "gate f alone", "last row", "everything after step 17"): one line. */
void judge_explain(const judge_budget *budget, size_t row, const float *got, char text[160]);
/* The pattern by itself; "" without one. */
void judge_pattern(const judge_budget *budget, size_t row, const float *got, char text[160]);

/* 64-bit digest of a tensor's bits; every NaN counts as the same.  Chain tensors by passing the previous digest
 * (start with 0): equal digests = equal bits within a bit class. */
uint64_t judge_digest(uint64_t previous, const float *values, size_t count);

#endif

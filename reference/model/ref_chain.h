/* SPDX-License-Identifier: MIT */
/* ref_chain.h - sums of products, the only loops that cost: a row of n outputs, vectorised along outputs,
 * each output's sum sequential in k.
 *
 * With noise (or statistics) the squares of all products and partial sums are summed alongside.  One
 * perturbation of the result, uniform with amplitude u*sqrt(that sum), has the variance of perturbing every
 * product and every partial sum by its own u: the shortcut that makes a noisy run cost 3 operations for 1. */
#ifndef REFERENCE_REF_CHAIN_H
#define REFERENCE_REF_CHAIN_H

#include "noise.h"

typedef struct ref_terms { /* sum over k of a[k*a_step] * row b[k*b_step .. + n) */
	const double *a, *b;   /* a NULL: all 1, so no products and no rounding of them */
	size_t a_step, b_step;
	const size_t *order; /* of k, count entries; NULL = 0 .. count-1 */
	size_t count;
} ref_terms;

typedef struct ref_errors { /* how a (layer, direction) errs and what is noted */
	const ref_noise *noise; /* NULL = exact */
	ref_stats *stats;       /* NULL = not wanted */
	uint64_t seed;
	double *squares; /* scratch, as wide as the widest row */
} ref_errors;

typedef struct ref_site { /* which row of which operation: the address of its random numbers */
	unsigned operation;
	size_t t, n;
	int over_time; /* 1: a chain over steps, to which correlated noise adds its coherent part */
} ref_site;

/* sum[j] += the terms, and square[j] += their squares and those of the partial sums; square NULL = not wanted.
 * Aliasing: sum and square overlap nothing. */
void ref_chain_add(double *sum, double *square, size_t n, const ref_terms *terms);
/* Squares for a new chain of n outputs: zeroed scratch if errs needs them, else NULL. */
double *ref_chain_squares(const ref_errors *errs, size_t n);
/* Ends a chain of `count` operations: rounds the sums, notes the largest partial sum (bounded by the square root of
 * its squares). */
void ref_chain_end(double *sum, const double *square, size_t n, size_t count, const ref_errors *errs, ref_site place);
/* All three: sum[j] += the terms, rounded. */
void ref_chain(double *sum, size_t n, const ref_terms *terms, const ref_errors *errs, ref_site place);

/* Stream of a place; 0 without noise. */
uint64_t ref_stream(const ref_errors *errs, ref_site place);
/* Rounds the results of an elementary operation, one each, and notes them. */
void ref_round(double *values, size_t n, const ref_errors *errs, ref_site place);
/* Notes magnitudes; NaN is not a magnitude. */
void ref_note(const ref_errors *errs, const double *values, size_t n);

#endif

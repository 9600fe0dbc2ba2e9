/* SPDX-License-Identifier: MIT */
/* scan_judge.h - the measures of one function over many arguments.
 *
 * Exact values come from the C library in double; its error, below 2 ulp of double, is 2^-28 ulp of float.  An error is
 * |result - exact| over the ulp of float at the exact value, where that is at least 2^-126 and the argument is not
 * below the clamp; elsewhere it is absolute, in units of 2^-149.  Infinity counts as 2^128.  Above exp's clamp the
 * exact value is that of the clamp. */
#ifndef SCAN_JUDGE_H
#define SCAN_JUDGE_H

#include <stddef.h>
#include <stdint.h>

#include "scan_kernel.h"

enum { SCAN_CHUNK = 2048, SCAN_KERNELS = 8 };

/* Kernels that have to give the same bits: those of one arithmetic and activation that run here. */
typedef struct scan_group {
	const char *arithmetic, *activation;
	const char *isa[SCAN_KERNELS];
	const scan_kernel *kernel[SCAN_KERNELS];
	size_t kernels;
} scan_group;

/* Magnitudes in ascending order; element 0 only leads in: it is the neighbour below element 1, or equal to it. */
typedef struct scan_chunk {
	size_t n;
	uint32_t bits[SCAN_CHUNK];
	float x[2][SCAN_CHUNK]; /* +, - */
	double want[SCAN_FUNCTIONS][2][SCAN_CHUNK];
} scan_chunk;

/* Where two arguments are equally bad, the one with the smaller bit pattern stands. */
typedef struct scan_found {
	double worst, absolute;
	uint32_t worst_at, absolute_at;
	uint64_t wrong_order, step_back; /* neighbours in the wrong order; the largest step back on the grid of floats */
	uint64_t not_odd;                /* tanh: magnitudes where tanh(-x) is not -tanh(x) */
	double from_one;                 /* sigmoid: worst |sigmoid(x) + sigmoid(-x) - 1| in units of 2^-24 */
	uint64_t nan_lost, differ;       /* NaN in, number out; results where another ISA has other bits */
	uint32_t nan_at, differ_at;
	const char *differ_isa;
	uint64_t hash; /* over arguments and results, in any order; all NaNs are one */
} scan_found;

float scan_float(uint32_t bits);

/* The 2^19 magnitudes of part `unit` of 4096, every `stride`-th of them and its successor, the first and the last;
 * with stride 1 all.  Each chunk goes to every group and function: found[group][function] grows. */
enum { SCAN_UNITS = 4096, SCAN_UNIT = 1 << 19 };
void scan_unit(uint32_t unit, uint32_t stride, const scan_group *groups, size_t count,
               scan_found (*found)[SCAN_FUNCTIONS], scan_chunk *chunk);

/* As scan_unit, on +magnitude and -magnitude alone. */
void scan_one(uint32_t magnitude, const scan_group *group, enum scan_function function, scan_found *found,
              scan_chunk *chunk);

/* into = both. */
void scan_merge(scan_found *into, const scan_found *from);

#endif

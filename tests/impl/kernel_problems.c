/* SPDX-License-Identifier: MIT */
/* kernel_problems.c - problems for the kernels' contracts.  A family walks its dimensions like the digits of a
 * number. */
#include "kernel_problems.h"

#include "base/cells.h"

typedef struct range { /* first + step * (i / divide % span) */
	size_t first, step, span, divide;
} range;

typedef struct family {
	kernel_id kernel;
	size_t cells; /* 1, or GM_CELLS: each cell in turn */
	size_t count; /* a cell */
	range rows, cols, depth, segments;
} family;

#define ONE        \
	{              \
		1, 0, 1, 1 \
	}
static const family families[] = {
	/*                         count      rows              cols              depth             segments */
	{KERNEL_GEMM, 1, 13 * 67, {1, 1, 13, 1}, {1, 1, 67, 13}, {1, 1, 11, 1}, ONE},
	{KERNEL_GEMM, 1, 25 * 6, {1, 1, 25, 1}, {31, 33, 6, 25}, {1, 1, 7, 1}, ONE},
	{KERNEL_GEMM, 1, 36, {3, 1, 5, 1}, {17, 1, 4, 1}, {1, 1, 36, 1}, ONE},
	{KERNEL_GEMM, 1, 35 * 9, {1, 1, 9, 1}, {1, 1, 35, 9}, {1, 1, 8, 1}, {2, 1, 3, 1}},
	{KERNEL_GEMM, 1, 3 * 16, {1, 1, 4, 3}, {5, 17, 3, 1}, {1023, 1, 3, 1}, ONE},
	{KERNEL_GEMM, 1, 2 * 16, {1, 1, 4, 3}, {5, 17, 3, 1}, {2048, 1, 2, 1}, ONE},
	{KERNEL_GEMM, 1, 8, {79, 41, 3, 1}, {5, 1, 1, 1}, {1025, 1, 1, 1}, ONE},
	{KERNEL_OUTER, 1, 13 * 67, {1, 1, 13, 1}, {1, 1, 67, 13}, {1, 1, 11, 1}, ONE},
	{KERNEL_OUTER, 1, 36, {1, 1, 5, 1}, {17, 1, 4, 1}, {1, 1, 36, 1}, ONE},
	{KERNEL_STEP, GM_CELLS, 13 * 35, {1, 1, 13, 1}, {1, 1, 35, 13}, {1, 1, 11, 1}, ONE},
	{KERNEL_STEP, GM_CELLS, 13 * 9, {1, 1, 13, 1}, {13, 16, 9, 13}, {1, 1, 4, 1}, ONE},
	{KERNEL_STEP, GM_CELLS, 36, {1, 1, 5, 1}, {9, 1, 4, 1}, {1, 1, 36, 1}, ONE},
	{KERNEL_STEP_BACK, GM_CELLS, 4 * 67, {1, 1, 4, 1}, {1, 1, 67, 4}, ONE, ONE},
	{KERNEL_ADD, 1, 3 * 70, ONE, {1, 1, 70, 3}, ONE, ONE},
	{KERNEL_MULTIPLY, 1, 3 * 70, ONE, {1, 1, 70, 3}, ONE, ONE},
};

static size_t value_of(const range *r, size_t i) { return r->first + r->step * (i / r->divide % r->span); }

/* Ways to call a kernel, in turn; their number shares no factor with rows, so that ways and tails meet. */
static unsigned flags_of(kernel_id kernel, size_t i)
{
	static const unsigned gemm[8] = {KERNEL_BIAS,
	                                 0,
	                                 KERNEL_BIAS | KERNEL_CARRY,
	                                 KERNEL_SPECIAL,
	                                 KERNEL_BIAS | KERNEL_DOWN,
	                                 KERNEL_DOWN,
	                                 KERNEL_BIAS | KERNEL_SPECIAL,
	                                 KERNEL_BIAS | KERNEL_CARRY | KERNEL_SPECIAL};
	static const unsigned step[7] = {
		KERNEL_TAPE,    KERNEL_IN_PLACE, 0, KERNEL_TAPE | KERNEL_IN_PLACE, KERNEL_TAPE | KERNEL_SPECIAL,
		KERNEL_SPECIAL, KERNEL_TAPE};
	static const unsigned elements[6] = {0,
	                                     KERNEL_IN_PLACE,
	                                     KERNEL_ON_SECOND,
	                                     KERNEL_SPECIAL,
	                                     KERNEL_IN_PLACE | KERNEL_SPECIAL,
	                                     KERNEL_ON_SECOND | KERNEL_SPECIAL};

	switch (kernel) {
	case KERNEL_GEMM: return gemm[i % 8];
	case KERNEL_OUTER: return (i & 1 ? KERNEL_RESUME : 0) | (i & 2 ? KERNEL_SPECIAL : 0);
	case KERNEL_STEP: return step[i % 7];
	case KERNEL_STEP_BACK: return i % 3 ? 0 : KERNEL_SPECIAL;
	default: return elements[(i + i / 6) % 6];
	}
}

/* The old c continues one plain chain; h' has a projection's width where a cell may have one alone. */
static void keep_preconditions(kernel_problem *p)
{
	if (p->kernel == KERNEL_GEMM && p->segments > 1)
		p->flags |= KERNEL_BIAS;
	if (p->kernel == KERNEL_STEP && !(cell_table[p->cell].traits & CELL_PROJECTED))
		p->depth = p->cols;
}

int kernel_problem_at(size_t index, kernel_problem *problem)
{
	size_t i = index;

	for (const family *f = families; f < families + sizeof families / sizeof *families; f++) {
		if (i >= f->count * f->cells) {
			i -= f->count * f->cells;
			continue;
		}
		*problem = (kernel_problem){.kernel = f->kernel, .cell = (gm_cell)(i / f->count), .seed = index};
		i %= f->count;
		problem->rows = value_of(&f->rows, i);
		problem->cols = value_of(&f->cols, i);
		problem->depth = value_of(&f->depth, i);
		problem->segments = value_of(&f->segments, i);
		problem->flags = flags_of(f->kernel, i);
		keep_preconditions(problem);
		return 1;
	}
	return 0;
}

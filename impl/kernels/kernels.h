/* SPDX-License-Identifier: MIT */
/* kernels.h - what one ISA offers the engine: a table of functions written once in *.inc on the vocabulary.
 *
 * Kernels cannot fail; preconditions are asserted.  All sizes and strides are in floats.  "padded" means rounded up
 * to whole vectors of `lanes`; padded buffers are the engine's own, so kernels load and store whole vectors there and
 * touch users' memory only up to its last element.  Arithmetic: reference/CANONICAL.md, one chain an output. */
#ifndef GM_KERNELS_H
#define GM_KERNELS_H

#include <stddef.h>

#include "base/cells.h"

/* c[m][j] = sum over segments, in order, of Chain(start; a[m][s*a_segment + k], b[j][s][k]) with k ascending.
 *   a (rows, depth per segment)  b packed [j block][segment][k][gemm_cols]  c (rows, cols), only cols written
 * start: bias[j] (padded to gemm_cols), or the old c where bias is NULL (then one segment and no carry); later
 * segments start at +0 and are added.
 * With carry_d: c = fma(carry_d, carry_z, that), both (rows, cols) at stride ld_carry, padded.
 * down: columns from the last to the first.  Calls that alternate find what is left of b in near caches; the bits are
 * the same. */
typedef struct gm_gemm {
	size_t rows, cols, depth, segments;
	const float *a;
	ptrdiff_t lda, a_segment;
	const float *b, *bias;
	float *c;
	ptrdiff_t ldc;
	const float *carry_d, *carry_z;
	ptrdiff_t ld_carry;
	int down;
} gm_gemm;

/* c[m][j] = Chain(start; a[k][m], b[k][j]) with k ascending: weight gradients.
 *   a packed (depth, outer_rows)  b packed [j block](depth, gemm_cols)  c (rows <= outer_rows, cols), only
 *   these touched
 * start: +0, or the old c if `resume`. */
typedef struct gm_outer {
	size_t rows, cols, depth;
	const float *a, *b;
	float *c;
	ptrdiff_t ldc;
	int resume;
} gm_outer;

/* One step of one layer and direction: recurrent product, then the cell, for every row. */
typedef struct gm_step {
	size_t rows, units, depth; /* N, H, R; RNN and GRU: R is H */
	const float *pre;          /* (rows, blocks*G*lanes) input projection with bias: [unit block][gate][lane] */
	ptrdiff_t ld_pre;
	const float *weight_hh; /* packed [unit block][k][gate][lane] */
	const float *bias_hn;   /* GRU: (padded H) starts the recurrent part of the new gate */
	const float *h_in;      /* (rows, padded R) */
	const float *c_in;      /* (rows, padded H) LSTM; may be c_out */
	float *h_out, *c_out;   /* padded; h_out is not h_in */
	ptrdiff_t ld_h_in, ld_h_out, ld_c_in, ld_c_out;
	float *tape; /* (rows, planes * padded H) or NULL, as is where there are none: [unit block][plane][lane];
	                LSTM i f g o tanh(c); GRU r z n a_nh; RNN none (h is enough) */
	ptrdiff_t ld_tape;
	int down; /* units from the last to the first, as in gm_gemm */
} gm_step;

/* The cell's part of one step backward: from d (gradient at h, or at o*tanh(c) with projection) to the gates'. */
typedef struct gm_step_back {
	size_t rows, units;
	const float *d; /* (rows, padded H) */
	const float *tape;
	const float *h;           /* padded; RNN: h of this step, GRU: h before it */
	const float *c_before;    /* LSTM: (rows, padded H) c before this step */
	float *dc;                /* LSTM: (rows, padded H) in: gradient at c, out: at c before this step */
	float *dgates;            /* (rows, cell_blocks * H) out, [block][unit] unpadded; GRU: [n r z a_nh], so that
	                              both r z a_nh (for h) and, in two runs, r z n (for x) stand side by side */
	float *carry_d, *carry_z; /* GRU: (rows, padded H) out, stride ld_d, for gm_gemm */
	ptrdiff_t ld_d, ld_tape, ld_h, ld_c, ld_dc, ld_dgates;
} gm_step_back;

typedef struct gm_kernels {
	size_t lanes;      /* 0: this ISA is not part of the build */
	size_t gemm_cols;  /* columns of a block of packed b */
	size_t outer_rows; /* rows of a block of packed a */
	void (*gemm)(const gm_gemm *call);
	void (*outer)(const gm_outer *call);
	void (*step[GM_CELLS])(const gm_step *call);
	void (*step_back[GM_CELLS])(const gm_step_back *call);
	void (*add)(float *out, const float *a, const float *b, size_t count);      /* a + b; out may be either */
	void (*multiply)(float *out, const float *a, const float *b, size_t count); /* a * b; out may be either */
} gm_kernels;

#endif

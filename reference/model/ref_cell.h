/* SPDX-License-Identifier: MIT */
/* ref_cell.h - what a cell is to the driver beside its row of cells.def: two functions over the H units of one batch
 * row at one step.
 *
 * Letters as in README.md: pre-activations a_*, activations by gate letter, ' for the state before,
 * d the gradient at the cell's output h (m where a projection follows).
 * Each unit's roundings draw in program order from the step's stream (noise.h). */
#ifndef REFERENCE_REF_CELL_H
#define REFERENCE_REF_CELL_H

#include "base/cells.h"
#include "ref_chain.h"

#include <math.h>

typedef struct ref_step { /* one batch row at one step; NULL where the cell has none */
	size_t H;
	const ref_errors *errs;
	uint64_t stream;
	double *gates;                 /* (G, H) forward: pre-activations, replaced by activations; backward: read */
	const double *a_nh;            /* (H) GRU: recurrent part of the new gate */
	const double *h_prev, *c_prev; /* (H); h_prev is read by CELL_H_BEFORE only */
	double *c, *tanh_c;            /* (H) LSTM: forward writes, backward reads */
	double *m;                     /* (H) the cell's output, before a projection */
	const double *d;               /* (H) backward, as all below: gradient at m */
	double *dc;                    /* (H) in: from the step processed after; out: for the one before */
	double *dc_total;              /* (H) gradient at c */
	double *dgates;                /* (G, H) at the pre-activations, towards x */
	double *dgates_h;              /* (G, H) towards h'; dgates itself unless GRU */
	double *dh_direct;             /* (H) GRU: what reaches h' past the gates */
} ref_step;

typedef struct ref_cell {
	void (*forward)(const ref_step *step);
	void (*backward)(const ref_step *step);
} ref_cell;

#define CELL(id, name, ...) extern const ref_cell ref_cell_##name;
#include "base/cells.def"
#undef CELL

NOISE_INLINE double ref_sigmoid(double a) { return 1 / (1 + exp(-a)); }

/* q(s) = s (1 - s), the derivative of the sigmoid by its value. */
NOISE_INLINE double ref_q(noise_rounding *pen, double s) { return fl(pen, s * fl(pen, 1 - s)); }

/* 1 - y^2, the derivative of tanh by its value. */
NOISE_INLINE double ref_one_minus_square(noise_rounding *pen, double y) { return fl(pen, 1 - fl(pen, y * y)); }

#endif

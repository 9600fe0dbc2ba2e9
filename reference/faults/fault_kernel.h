/* SPDX-License-Identifier: MIT */
/* fault_kernel.h - a small float32 kernel that can be told to be wrong inside its arithmetic: one layer, one direction,
 * plain loops.  Told nothing it is honest, and the judge must pass it; slow on purpose, of no use but this. */
#ifndef REFERENCE_FAULT_KERNEL_H
#define REFERENCE_FAULT_KERNEL_H

#include <string.h>

#include "gatemark/gatemark.h"

typedef enum kernel_fault {
	KERNEL_HONEST,
	/* activations */
	KERNEL_TANH_1E4,
	KERNEL_TANH_1E5,
	KERNEL_SIGMOID_1E4,
	KERNEL_SIGMOID_1E5,   /* relative error of that size */
	KERNEL_EXCHANGED,     /* sigmoid and tanh */
	KERNEL_CLAMP_2,       /* arguments clamped to +-2 */
	KERNEL_ZERO_NEGATIVE, /* tanh is 0 for negative arguments */
	KERNEL_NAN_BEYOND_4,  /* activations beyond +-4 */
	/* sums */
	KERNEL_F16_SUMS,
	KERNEL_FLUSH,
	KERNEL_RESET_BEFORE,
	/* backward, pointwise */
	KERNEL_RELU_SLOPE,       /* 1 at negatives */
	KERNEL_SLOPE_OUTPUT,     /* tanh' on grad_output's term only */
	KERNEL_SLOPE_STEP,       /* tanh' taken at the step before */
	KERNEL_CANDIDATE_OUTPUT, /* slope of n from h_t */
	KERNEL_DC_NOT_F,
	KERNEL_OLD_C,
	KERNEL_DN_NOT_R,
	KERNEL_DH_NOT_Z,
	/* backward, products */
	KERNEL_DW_H_T,
	KERNEL_DX_FROM_HH,
	KERNEL_HH_TRANSPOSED
} kernel_fault;

/* The honest one.  Supports one layer, one direction, no projection, no lengths; any strides, windows, both flags. */
const gm_variant *fault_kernel(void);
/* Makes a plan of fault_kernel() wrong in one way from the next call on. */
void fault_kernel_break(gm_plan *plan, kernel_fault fault);

/* ---- pointwise part, one row of the batch at one step; gates: (G, H) after the activation ---- */

typedef struct cell_row {
	uint32_t cell;
	kernel_fault fault;
	size_t H;
	const float *a_ih, *a_hh;     /* (G, H) pre-activations, each with its bias */
	float *gates;                 /* (G, H) */
	float *a_nh;                  /* (H) GRU: recurrent part of the new gate */
	const float *h_prev, *c_prev; /* (H) */
	float *h, *c;                 /* (H); may be h_prev, c_prev in forward */
	const float *grad_output;     /* (H) or NULL */
	float *dh, *dc;               /* (H) in: from the step after; out: to the step before, without W_hh's part */
	float *da_ih, *da_hh;         /* (G, H) gradients of the pre-activations */
} cell_row;

/* NULL: zeros. */
static inline void fault_copy(float *to, const float *from, size_t count)
{
	if (from)
		memcpy(to, from, count * sizeof *to);
	else
		memset(to, 0, count * sizeof *to);
}

void cell_row_forward(const cell_row *row);
void cell_row_backward(const cell_row *row);
float cell_sigmoid(kernel_fault fault, float x);

#endif

/* SPDX-License-Identifier: MIT */
/* fault_kernel.h - a small float32 kernel that can be told to be wrong inside its arithmetic: one layer, one direction,
 * plain loops.  Told nothing it is honest, and the judge must pass it; slow on purpose, of no use but this. */
#ifndef REFERENCE_FAULT_KERNEL_H
#define REFERENCE_FAULT_KERNEL_H

#include "gatemark/variant.h"

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
	KERNEL_TWICE,         /* an RNN's sigmoid of twice its argument */
	/* sums */
	KERNEL_F16_SUMS,
	KERNEL_FLUSH,
	KERNEL_RESET_BEFORE,
	/* backward, pointwise */
	KERNEL_RELU_SLOPE,       /* 1 at negatives */
	KERNEL_SIGMOID_SLOPE,    /* an RNN's, tanh's instead */
	KERNEL_SLOPE_OUTPUT,     /* act' on grad_output's term only */
	KERNEL_SLOPE_STEP,       /* act' taken at the step before */
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

/* The honest one.  Supports one layer, one direction, no projection, no lengths; any strides, windows of a step or
 * more, both flags. */
const gm_variant *fault_kernel(void);
/* Makes a plan of fault_kernel() wrong in one way from the next call on. */
void fault_kernel_break(gm_plan *plan, kernel_fault fault);

/* To nearest, ties to even, without the lowest bits; what is not finite stays. */
float fault_round(float x, unsigned dropped);

/* ---- a layer's weights, copied ---- */

typedef struct fault_layer {
	float *weight_ih, *weight_hh, *bias_ih, *bias_hh, *weight_hr;
	size_t width; /* columns of weight_ih */
} fault_layer;

size_t fault_layer_floats(const gm_problem *problem); /* room for any layer of the problem */
fault_layer fault_layer_at(const gm_problem *problem, size_t layer, float *room);
/* What is NULL in from becomes 0. */
void fault_layer_copy(const gm_problem *problem, const fault_layer *to, const gm_layer_weights *from);

/* ---- pointwise part, one row of the batch at one step ---- */

typedef struct cell_row {
	uint32_t cell;
	kernel_fault fault;
	size_t H;
	const float *x;               /* (I) */
	float *a_ih, *a_hh;           /* (G, H) pre-activations, each with its bias */
	float *gates;                 /* (G, H) after the activation */
	float *a_nh;                  /* (H) GRU: recurrent part of the new gate */
	const float *h_prev, *c_prev; /* (H) */
	float *h, *c;                 /* (H) */
	const float *grad_output;     /* (H) or NULL */
	float *dh, *dc;               /* (H) in: from the step after; out: to the step before, without W_hh's part */
	float *da_ih, *da_hh;         /* (G, H) gradients of the pre-activations, in their place */
} cell_row;

void cell_row_forward(const cell_row *row);
void cell_row_backward(const cell_row *row);
float cell_sigmoid(kernel_fault fault, float x);

#endif

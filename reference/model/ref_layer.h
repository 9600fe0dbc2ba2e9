/* SPDX-License-Identifier: MIT */
/* ref_layer.h - one layer in one direction: its weights, its way through time, what it leaves for the way back.
 *
 * Everything is time-major; row s = t*N + n of a sequence is batch row n at step t.  Rows with t >= length[n] are
 * padding: never read, and 0 in everything the layer writes.
 * Order of calls: ref_layer_create, ref_layer_forward [, ref_layer_backward]. */
#ifndef REFERENCE_REF_LAYER_H
#define REFERENCE_REF_LAYER_H

#include "ref_cell.h"

typedef struct ref_weights {         /* as PyTorch lays them out */
	const double *weight_ih;         /* (G*H, I) */
	const double *weight_hh;         /* (G*H, R) */
	const double *bias_ih, *bias_hh; /* (G*H), NULL = none */
	const double *weight_hr;         /* (P, H), NULL without projection */
} ref_weights;

typedef struct ref_grads { /* shapes of the weights; NULL = not wanted */
	double *weight_ih, *weight_hh, *bias_ih, *bias_hh, *weight_hr;
} ref_grads;

typedef struct ref_layer {
	const struct cell *row;
	const ref_cell *cell;
	ref_weights weights;
	ref_grads grads;
	ref_errors errs;
	size_t T, N, I, H, P, R, G;
	const size_t *order; /* rows s that are not padding, against the order of processing: as sums over steps run */
	size_t steps;        /* entries of order */
	double *weight_ih_t, *weight_hh_t, *weight_hr_t; /* (I, G*H), (R, G*H), (H, P): sums run along units */
	double *bias;                /* (G*H) of the chain over x: b_ih + b_hh where joined, else b_ih */
	double *bias_nh;             /* (H) of the gate that is not joined: b_hn of GRU */
	double *gates;               /* (T, N, G, H) after the activation */
	double *a_nh;                /* (T, N, H) GRU */
	double *c, *c_prev, *tanh_c; /* (T, N, H) LSTM */
	double *h, *h_prev;          /* (T, N, R) */
	double *m;                   /* (T, N, H) before the projection; h without one */
	double *h_now, *c_now;       /* (N, R), (N, H): state, at last h_n, c_n */
	double *dgates, *dgates_h;   /* (T, N, G, H); the same but for GRU */
	double *dh, *dc;             /* (T, N, R), (T, N, H) LSTM: gradients at h and c */
	double *dh_now, *dc_now;     /* (N, R), (N, H): carried, at last grad_h_0, grad_c_0 */
	double *scratch;             /* (2, H): dm, dh_direct */
	void *block;                 /* all of the above */
} ref_layer;

typedef struct ref_array { /* to be taken */
	double **field;
	size_t rows, width;
} ref_array;

/* Takes one zeroed block for all arrays; what is empty is NULL.  0 if there is no memory or a size overflows. */
int ref_take(const ref_array *arrays, size_t count, void **block);

/* Takes memory for the layer: members up to steps are set, the rest is zero; weights are transposed and biases joined.
 * backward: 0 leaves out what only the way back needs.  GM_NO_MEMORY; block is the caller's to free. */
GM_CHECKED gm_status ref_layer_create(ref_layer *layer, int backward);

/* What the cell sees of row s; d is left to set. */
ref_step ref_layer_step(const ref_layer *layer, unsigned operation, size_t s);
static inline ref_site ref_layer_site(const ref_layer *layer, unsigned operation, size_t s)
{
	return (ref_site){.operation = operation, .t = s / layer->N, .n = s % layer->N};
}

/* Fills gates .. m; h_now and c_now end as h_n and c_n.
 *   x  (T, N, I)  h_0 (N, R)  c_0 (N, H)   read */
void ref_layer_forward(ref_layer *layer, const double *x, const double *h_0, const double *c_0);

/* Fills dgates, dgates_h, dh, dc; dh_now and dc_now end as grad_h_0 and grad_c_0.
 *   dy        row s at s*dy_step, R wide    grad_h_n (N, R)  grad_c_n (N, H)   read */
void ref_layer_backward(ref_layer *layer, const double *dy, size_t dy_step, const double *grad_h_n,
                        const double *grad_c_n);

/* After ref_layer_backward: dx (T, N, I), and grads. */
void ref_layer_dx(ref_layer *layer, double *dx);
void ref_layer_dweights(ref_layer *layer, const double *x);

enum { /* places of roundings (ref_site.operation); each dW takes a row of them */
	   REF_OP_BIAS,
	   REF_OP_GATES,
	   REF_OP_A_NH,
	   REF_OP_CELL,
	   REF_OP_PROJECT,
	   REF_OP_MASK,
	   REF_OP_DH,
	   REF_OP_DM,
	   REF_OP_DCELL,
	   REF_OP_DX,
	   REF_OP_DX_SUM,
	   REF_OP_DMASK,
	   REF_OP_DWEIGHT_IH,
	   REF_OP_DWEIGHT_HH,
	   REF_OP_DBIAS_IH,
	   REF_OP_DBIAS_HH,
	   REF_OP_DWEIGHT_HR,
	   REF_OP_CARRY
};

#endif

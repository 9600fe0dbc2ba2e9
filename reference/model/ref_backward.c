/* SPDX-License-Identifier: MIT */
/* ref_backward.c - the way back of ref_forward.c, against its order of steps.
 *
 *   d   = dy + r                      r: carried from the step processed after; grad_h_n at first, grad_h_0 at last
 *   dm  = W_hr^T d                    with a projection, else d
 *   da  = cell's backward(dm, dc)     towards x and towards h'
 *   r'  = W_hh^T da                   one chain over all gates; GRU begins with d z
 * and, over all steps, dx = W_ih^T da, dW_ih = sum da x^T, dW_hh = sum da h'^T, db = sum da,
 * dW_hr = sum d m^T.  Sums over steps run against the order of processing, batch rows ascending. */
#include "ref_layer.h"

#include <string.h>

/* The gradient at the cell's output: d itself, or through the projection. */
static const double *gradient_at_m(ref_layer *l, const double *d, size_t s)
{
	double *dm = l->scratch;
	ref_terms terms = {.a = d, .a_step = 1, .b = l->weights.weight_hr, .b_step = l->H, .count = l->P};

	if (!l->P)
		return d;
	memset(dm, 0, l->H * sizeof *dm);
	ref_chain(dm, l->H, &terms, &l->errs, ref_layer_site(l, REF_OP_DM, s));
	return dm;
}

/* dh of the step before: over all gates W_hh^T da, and the cell's direct part (GRU: d*z).  One chain that starts at the
 * direct part is the widest honest order (a chain a gate is narrower), so with noise every honest kernel fits in. */
static void carry(ref_layer *l, const double *da, const double *direct, size_t s)
{
	const size_t R = l->R;
	double *r = l->dh_now + s % l->N * R;
	ref_terms terms = {.a = da, .a_step = 1, .b = l->weights.weight_hh, .b_step = R, .count = l->G * l->H};

	for (size_t j = 0; j < R; j++)
		r[j] = direct ? direct[j] : 0;
	ref_chain(r, R, &terms, &l->errs, ref_layer_site(l, REF_OP_CARRY, s));
}

static void step_back(ref_layer *l, const double *dy, size_t s)
{
	const size_t R = l->R;
	double *d = l->dh + s * R, *r = l->dh_now + s % l->N * R;
	ref_step step = ref_layer_step(l, REF_OP_DCELL, s);

	for (size_t j = 0; j < R; j++)
		d[j] = dy[j] + r[j];
	ref_round(d, R, &l->errs, ref_layer_site(l, REF_OP_DH, s));
	step.d = gradient_at_m(l, d, s);
	l->cell->backward(&step);
	ref_note(&l->errs, step.dgates, l->G * l->H);
	if (l->dc)
		ref_note(&l->errs, step.dc_total, l->H);
	carry(l, step.dgates_h, step.dh_direct, s);
}

void ref_layer_backward(ref_layer *l, const double *dy, size_t dy_step, const double *grad_h_n, const double *grad_c_n)
{
	memcpy(l->dh_now, grad_h_n, l->N * l->R * sizeof *grad_h_n);
	if (l->dc)
		memcpy(l->dc_now, grad_c_n, l->N * l->H * sizeof *grad_c_n);
	for (size_t i = 0; i < l->steps; i++)
		step_back(l, dy + l->order[i] * dy_step, l->order[i]);
}

void ref_layer_dx(ref_layer *l, double *dx)
{
	memset(dx, 0, l->T * l->N * l->I * sizeof *dx);
	for (size_t i = 0; i < l->steps; i++) {
		size_t s = l->order[i], GH = l->G * l->H;
		ref_terms terms = {
			.a = l->dgates + s * GH, .a_step = 1, .b = l->weights.weight_ih, .b_step = l->I, .count = GH};

		ref_chain(dx + s * l->I, l->I, &terms, &l->errs, ref_layer_site(l, REF_OP_DX, s));
	}
}

void ref_layer_dweights(ref_layer *l, const double *x)
{
	const size_t GH = l->G * l->H;
	const struct { /* out[k][j] = sum over steps of a[s][k] * b[s][j] */
		double *out;
		const double *a, *b; /* a NULL: all 1, one k */
		size_t rows, width;
		unsigned operation;
	} sums[] = {
		{l->grads.weight_ih, l->dgates, x, GH, l->I, REF_OP_DWEIGHT_IH},
		{l->grads.weight_hh, l->dgates_h, l->h_prev, GH, l->R, REF_OP_DWEIGHT_HH},
		{l->grads.weight_hr, l->dh, l->m, l->P, l->H, REF_OP_DWEIGHT_HR},
		{l->grads.bias_ih, NULL, l->dgates, 1, GH, REF_OP_DBIAS_IH},
		{l->grads.bias_hh, NULL, l->dgates_h, 1, GH, REF_OP_DBIAS_HH},
	};

	for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
		for (size_t k = 0; sums[i].out && k < sums[i].rows; k++) {
			double *out = sums[i].out + k * sums[i].width;
			ref_terms terms = {.a = sums[i].a ? sums[i].a + k : NULL,
			                   .a_step = sums[i].rows,
			                   .b = sums[i].b,
			                   .b_step = sums[i].width,
			                   .order = l->order,
			                   .count = l->steps};

			memset(out, 0, sums[i].width * sizeof *out);
			ref_chain(out, sums[i].width, &terms, &l->errs,
			          (ref_site){.operation = sums[i].operation, .n = k, .over_time = 1});
		}
}

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
static const double *gradient_at_m(ref_layer *l, const double *d, size_t t, size_t n)
{
	double *dm = l->scratch, *squares;
	ref_terms terms = {.a = d, .a_step = 1, .b = l->weights.weight_hr, .b_step = l->H, .count = l->P};

	if (!l->P)
		return d;
	squares = ref_chain_squares(&l->errs, l->squares, l->H);
	memset(dm, 0, l->H * sizeof *dm);
	ref_chain_add(dm, squares, l->H, &terms);
	ref_chain_end(dm, squares, l->H, l->P, 0, &l->errs, (ref_site){REF_OP_DM, t, n});
	return dm;
}

/* dh of the step before: over all gates W_hh^T da, and the cell's direct part (GRU: d*z).  One chain that starts at the
 * direct part is the widest honest order (a chain a gate is narrower), so with noise every honest kernel fits in. */
static void carry(ref_layer *l, const double *da, const double *direct, size_t t, size_t n)
{
	const size_t GH = l->G * l->H, R = l->R;
	double *r = l->dh_now + n * R, *squares = ref_chain_squares(&l->errs, l->squares, R);
	ref_terms terms = {.a = da, .a_step = 1, .b = l->weights.weight_hh, .b_step = R, .count = GH};

	for (size_t j = 0; j < R; j++)
		r[j] = direct ? direct[j] : 0;
	ref_chain_add(r, squares, R, &terms);
	ref_chain_end(r, squares, R, GH, 0, &l->errs, (ref_site){REF_OP_CARRY, t, n});
}

static void step_back(ref_layer *l, const double *dy, size_t t, size_t n)
{
	const size_t R = l->R;
	double *d = l->dh + (t * l->way.N + n) * R;
	ref_step step = ref_layer_step(l, REF_OP_DCELL, t, n);

	ref_add(d, dy, l->dh_now + n * R, R, &l->errs, (ref_site){REF_OP_DH, t, n});
	step.d = gradient_at_m(l, d, t, n);
	l->cell->backward(&step);
	ref_note(&l->errs, step.dgates, l->G * l->H);
	if (l->dc)
		ref_note(&l->errs, step.dc_total, l->H);
	carry(l, step.dgates_h, step.dh_direct, t, n);
}

void ref_layer_backward(ref_layer *l, const double *dy, size_t dy_step, const double *grad_h_n, const double *grad_c_n)
{
	const size_t N = l->way.N;

	memcpy(l->dh_now, grad_h_n, N * l->R * sizeof *grad_h_n);
	if (l->dc)
		memcpy(l->dc_now, grad_c_n, N * l->H * sizeof *grad_c_n);
	for (size_t i = 0; i < l->way.steps; i++)
		step_back(l, dy + l->way.order[i] * dy_step, l->way.order[i] / N, l->way.order[i] % N);
}

void ref_layer_dx(ref_layer *l, double *dx)
{
	const size_t GH = l->G * l->H, N = l->way.N;

	memset(dx, 0, l->way.T * N * l->I * sizeof *dx);
	for (size_t i = 0; i < l->way.steps; i++) {
		size_t s = l->way.order[i];
		double *squares = ref_chain_squares(&l->errs, l->squares, l->I);
		ref_terms terms = {
			.a = l->dgates + s * GH, .a_step = 1, .b = l->weights.weight_ih, .b_step = l->I, .count = GH};

		ref_chain_add(dx + s * l->I, squares, l->I, &terms);
		ref_chain_end(dx + s * l->I, squares, l->I, GH, 0, &l->errs, (ref_site){REF_OP_DX, s / N, s % N});
	}
}

/* out[k][j] = sum over steps of da[s][k] * b[s][j]; out (rows, width), da (T, N, rows), b (T, N, width). */
static void outer(ref_layer *l, double *out, size_t rows, size_t width, const double *da, const double *b,
                  unsigned operation)
{
	ref_terms terms = {.a_step = rows, .b = b, .b_step = width, .order = l->way.order, .count = l->way.steps};

	if (!out)
		return;
	memset(out, 0, rows * width * sizeof *out);
	for (size_t k = 0; k < rows; k++) {
		double *squares = ref_chain_squares(&l->errs, l->squares, width);

		terms.a = da + k;
		ref_chain_add(out + k * width, squares, width, &terms);
		ref_chain_end(out + k * width, squares, width, terms.count, 1, &l->errs, (ref_site){operation, 0, k});
	}
}

/* out[k] = sum over steps of da[s][k]. */
static void over_steps(ref_layer *l, double *out, const double *da, unsigned operation)
{
	const size_t GH = l->G * l->H;
	ref_terms terms = {.b = da, .b_step = GH, .order = l->way.order, .count = l->way.steps};
	double *squares;

	if (!out)
		return;
	squares = ref_chain_squares(&l->errs, l->squares, GH);
	memset(out, 0, GH * sizeof *out);
	ref_chain_plain(out, squares, GH, &terms);
	ref_chain_end(out, squares, GH, terms.count, 1, &l->errs, (ref_site){operation, 0, 0});
}

void ref_layer_dweights(ref_layer *l, const double *x, const ref_grads *grads)
{
	const size_t GH = l->G * l->H;

	outer(l, grads->weight_ih, GH, l->I, l->dgates, x, REF_OP_DWEIGHT_IH);
	outer(l, grads->weight_hh, GH, l->R, l->dgates_h, l->h_prev, REF_OP_DWEIGHT_HH);
	outer(l, grads->weight_hr, l->P, l->H, l->dh, l->m, REF_OP_DWEIGHT_HR);
	over_steps(l, grads->bias_ih, l->dgates, REF_OP_DBIAS_IH);
	over_steps(l, grads->bias_hh, l->dgates_h, REF_OP_DBIAS_HH);
}

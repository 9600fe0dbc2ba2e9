/* SPDX-License-Identifier: MIT */
/* ref_forward.c - one layer in one direction through time, for every cell.
 *
 *   a  = bias + W_ih x + W_hh h'      one chain; gates that are not joined (GRU's n) keep W_hh h' + b_h apart
 *   h  = cell(a, h', c')              or W_hr cell(...) with a projection
 * A row's reverse direction starts at its own last step. */
#include "ref_layer.h"

#include <string.h>

static void pre_activations(ref_layer *l, const double *x, size_t t, size_t n)
{
	const size_t H = l->H, GH = l->G * H, joined = l->cell->joined * H, s = t * l->way.N + n;
	double *a = l->gates + s * GH, *squares = ref_chain_squares(&l->errs, l->squares, GH);
	ref_terms input = {.a = x + s * l->I, .a_step = 1, .b = l->weight_ih_t, .b_step = GH, .count = l->I};
	ref_terms state = {.a = l->h_prev + s * l->R, .a_step = 1, .b = l->weight_hh_t, .b_step = GH, .count = l->R};

	memcpy(a, l->bias, GH * sizeof *a);
	ref_chain_add(a, squares, GH, &input);
	ref_chain_add(a, squares, joined, &state);
	ref_chain_end(a, squares, GH, l->I + l->R, 0, &l->errs, (ref_site){REF_OP_GATES, t, n});
	if (joined == GH)
		return;
	a = l->a_nh + s * H;
	squares = ref_chain_squares(&l->errs, l->squares, H);
	state.b += joined;
	memcpy(a, l->bias_nh, H * sizeof *a);
	ref_chain_add(a, squares, H, &state);
	ref_chain_end(a, squares, H, l->R, 0, &l->errs, (ref_site){REF_OP_A_NH, t, n});
}

static void project(ref_layer *l, size_t t, size_t n)
{
	const size_t s = t * l->way.N + n;
	double *h = l->h + s * l->P, *squares = ref_chain_squares(&l->errs, l->squares, l->P);
	ref_terms terms = {.a = l->m + s * l->H, .a_step = 1, .b = l->weight_hr_t, .b_step = l->P, .count = l->H};

	ref_chain_add(h, squares, l->P, &terms);
	ref_chain_end(h, squares, l->P, l->H, 0, &l->errs, (ref_site){REF_OP_PROJECT, t, n});
}

static void step(ref_layer *l, const double *x, size_t t, size_t n)
{
	const size_t H = l->H, R = l->R, s = t * l->way.N + n;
	ref_step step = ref_layer_step(l, REF_OP_CELL, t, n);

	memcpy(l->h_prev + s * R, l->h_now + n * R, R * sizeof *l->h);
	if (l->c)
		memcpy(l->c_prev + s * H, l->c_now + n * H, H * sizeof *l->c);
	pre_activations(l, x, t, n);
	l->cell->forward(&step);
	ref_note(&l->errs, step.m, H);
	if (l->P)
		project(l, t, n);
	memcpy(l->h_now + n * R, l->h + s * R, R * sizeof *l->h);
	if (l->c) {
		memcpy(l->c_now + n * H, step.c, H * sizeof *l->c);
		ref_note(&l->errs, step.c, H);
	}
}

void ref_layer_forward(ref_layer *l, const double *x, const double *h_0, const double *c_0)
{
	const size_t N = l->way.N;

	memcpy(l->h_now, h_0, N * l->R * sizeof *h_0);
	if (l->c)
		memcpy(l->c_now, c_0, N * l->H * sizeof *c_0);
	for (size_t i = l->way.steps; i-- > 0;)
		step(l, x, l->way.order[i] / N, l->way.order[i] % N);
}

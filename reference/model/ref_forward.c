/* SPDX-License-Identifier: MIT */
/* ref_forward.c - one layer in one direction through time, for every cell.
 *
 *   a  = bias + W_ih x + W_hh h'      one chain; gates that are not joined (GRU's n) keep W_hh h' + b_h apart
 *   h  = cell(a, h', c')              or W_hr cell(...) with a projection
 * A row's reverse direction starts at its own last step. */
#include "ref_layer.h"

#include <string.h>

static void pre_activations(ref_layer *l, const double *x, size_t s)
{
	const size_t H = l->H, GH = l->G * H, joined = l->row->joined * H;
	double *a = l->gates + s * GH, *squares = ref_chain_squares(&l->errs, GH);
	ref_terms input = {.a = x + s * l->I, .a_step = 1, .b = l->weight_ih_t, .b_step = GH, .count = l->I};
	ref_terms state = {.a = l->h_prev + s * l->R, .a_step = 1, .b = l->weight_hh_t, .b_step = GH, .count = l->R};

	memcpy(a, l->bias, GH * sizeof *a);
	ref_chain_add(a, squares, GH, &input);
	ref_chain_add(a, squares, joined, &state);
	ref_chain_end(a, squares, GH, l->I + l->R, &l->errs, ref_layer_site(l, REF_OP_GATES, s));
	if (joined == GH)
		return;
	state.b += joined;
	memcpy(l->a_nh + s * H, l->bias_nh, H * sizeof *a);
	ref_chain(l->a_nh + s * H, H, &state, &l->errs, ref_layer_site(l, REF_OP_A_NH, s));
}

static void step(ref_layer *l, const double *x, size_t s)
{
	const size_t H = l->H, R = l->R, n = s % l->N;
	const ref_terms projected = {.a = l->m + s * H, .a_step = 1, .b = l->weight_hr_t, .b_step = l->P, .count = H};
	ref_step step = ref_layer_step(l, REF_OP_CELL, s);

	memcpy(l->h_prev + s * R, l->h_now + n * R, R * sizeof *l->h);
	if (l->c)
		memcpy(l->c_prev + s * H, l->c_now + n * H, H * sizeof *l->c);
	pre_activations(l, x, s);
	l->cell->forward(&step);
	ref_note(&l->errs, step.m, H);
	if (l->P)
		ref_chain(l->h + s * R, R, &projected, &l->errs, ref_layer_site(l, REF_OP_PROJECT, s));
	memcpy(l->h_now + n * R, l->h + s * R, R * sizeof *l->h);
	if (l->c) {
		memcpy(l->c_now + n * H, step.c, H * sizeof *l->c);
		ref_note(&l->errs, step.c, H);
	}
}

void ref_layer_forward(ref_layer *l, const double *x, const double *h_0, const double *c_0)
{
	memcpy(l->h_now, h_0, l->N * l->R * sizeof *h_0);
	if (l->c)
		memcpy(l->c_now, c_0, l->N * l->H * sizeof *c_0);
	for (size_t i = l->steps; i-- > 0;)
		step(l, x, l->order[i]);
}

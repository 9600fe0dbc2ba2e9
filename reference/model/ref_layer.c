/* SPDX-License-Identifier: MIT */
/* ref_layer.c - memory and weights of one layer in one direction. */
#include "ref_layer.h"

#include <stdlib.h>

int ref_take(const ref_array *arrays, size_t count, void **block)
{
	size_t total = 1, one;
	double *at;

	for (size_t i = 0; i < count; i++)
		if (__builtin_mul_overflow(arrays[i].rows, arrays[i].width, &one) || __builtin_add_overflow(total, one, &total))
			return 0;
	at = calloc(total, sizeof *at);
	if (!at)
		return 0;
	*block = at;
	for (size_t i = 0; i < count; i++) {
		one = arrays[i].rows * arrays[i].width;
		*arrays[i].field = one ? at : NULL;
		at += one;
	}
	return 1;
}

static void transpose(double *out, const double *in, size_t rows, size_t columns)
{
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < columns; j++)
			out[j * rows + i] = in[i * columns + j];
}

/* R2: joined once where both products run in one chain; a gate apart (GRU's n) keeps b_in and b_hn. */
static void join_biases(ref_layer *l)
{
	size_t joined = l->row->joined * l->H, all = l->G * l->H;
	const double *ih = l->weights.bias_ih, *hh = l->weights.bias_hh;

	for (size_t k = 0; k < all; k++)
		l->bias[k] = ih ? ih[k] : 0;
	if (!hh)
		return;
	for (size_t k = 0; k < joined; k++)
		l->bias[k] += hh[k];
	for (size_t k = joined; k < all; k++)
		l->bias_nh[k - joined] = hh[k];
	ref_round(l->bias, joined, &l->errs, (ref_site){.operation = REF_OP_BIAS});
}

static void arrange_weights(ref_layer *l)
{
	transpose(l->weight_ih_t, l->weights.weight_ih, l->G * l->H, l->I);
	transpose(l->weight_hh_t, l->weights.weight_hh, l->G * l->H, l->R);
	if (l->P)
		transpose(l->weight_hr_t, l->weights.weight_hr, l->P, l->H);
	join_biases(l);
}

gm_status ref_layer_create(ref_layer *l, int backward)
{
	const size_t H = l->H, GH = l->G * H, rows = l->T * l->N, back = backward ? rows : 0;
	const size_t c = l->row->traits & CELL_HAS_C ? H : 0, apart = cell_apart(l->row) * H;
	const size_t widest = GH > l->I ? GH : l->I;
	double *dgates_h = NULL, *m = NULL;
	const ref_array arrays[] = {
		{&l->weight_ih_t, l->I, GH},
		{&l->weight_hh_t, l->R, GH},
		{&l->weight_hr_t, H, l->P},
		{&l->bias, 1, GH},
		{&l->bias_nh, 1, apart},
		{&l->gates, rows, GH},
		{&l->a_nh, rows, apart},
		{&l->c, rows, c},
		{&l->c_prev, rows, c},
		{&l->tanh_c, rows, c},
		{&l->h, rows, l->R},
		{&l->h_prev, rows, l->R},
		{&m, rows, l->P ? H : 0},
		{&l->h_now, l->N, l->R},
		{&l->c_now, l->N, c},
		{&l->dgates, back, GH},
		{&dgates_h, back, apart ? GH : 0},
		{&l->dh, back, l->R},
		{&l->dc, back, c},
		{&l->dh_now, l->N, l->R},
		{&l->dc_now, l->N, c},
		{&l->errs.squares, 1, widest},
		{&l->scratch, 2, H},
	};

	if (!ref_take(arrays, sizeof arrays / sizeof *arrays, &l->block))
		return GM_NO_MEMORY;
	l->m = m ? m : l->h;
	l->dgates_h = dgates_h ? dgates_h : l->dgates;
	arrange_weights(l);
	return GM_OK;
}

/* Row s of an array that the cell may lack. */
static double *row_of(double *array, size_t s, size_t width) { return array ? array + s * width : NULL; }

ref_step ref_layer_step(const ref_layer *l, unsigned operation, size_t s)
{
	const size_t H = l->H, GH = l->G * H;

	return (ref_step){
		.H = H,
		.errs = &l->errs,
		.stream = ref_stream(&l->errs, ref_layer_site(l, operation, s)),
		.gates = row_of(l->gates, s, GH),
		.a_nh = row_of(l->a_nh, s, H),
		.h_prev = row_of(l->h_prev, s, l->R),
		.c_prev = row_of(l->c_prev, s, H),
		.c = row_of(l->c, s, H),
		.tanh_c = row_of(l->tanh_c, s, H),
		.m = row_of(l->m, s, H),
		.dc = row_of(l->dc_now, s % l->N, H),
		.dc_total = row_of(l->dc, s, H),
		.dgates = row_of(l->dgates, s, GH),
		.dgates_h = row_of(l->dgates_h, s, GH),
		.dh_direct = l->row->traits & CELL_CARRIES ? l->scratch + H : NULL,
	};
}

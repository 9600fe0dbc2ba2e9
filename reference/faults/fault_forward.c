/* SPDX-License-Identifier: MIT */
/* fault_forward.c - faults in what forward reads and in what it leaves behind. */
#include "fault_wrap.h"

#include <string.h>

/* a: 0 h_0, 1 c_0. */
void forward_drop_state(fault_plan *p, gm_forward_args *args)
{
	if (p->row->a == 0)
		args->h_0 = NULL;
	else
		args->c_0 = NULL;
}

void forward_full_lengths(fault_plan *p, gm_forward_args *args)
{
	for (size_t n = 0; n < args->N; n++)
		p->lengths[n] = (int64_t)args->T;
	args->lengths = p->lengths;
}

/* One mask of ones serves all layers: they have one shape. */
void forward_unit_masks(fault_plan *p, gm_forward_args *args)
{
	size_t width = p->D * p->R;
	float *ones = fault_scratch(p, args);

	for (size_t i = 0; i < args->T * args->N * width; i++)
		ones[i] = 1;
	for (size_t layer = 0; layer + 1 < p->problem.num_layers; layer++)
		p->masks[layer] = ones;
	args->dropout_mask = p->masks;
	args->mask_t = (ptrdiff_t)(args->N * width);
	args->mask_n = (ptrdiff_t)width;
}

void forward_previous_row(fault_plan *p, gm_forward_args *args)
{
	size_t row = p->R;

	if (!args->h_0)
		return;
	for (size_t i = 0; i < p->count * args->N; i++) {
		size_t n = i % args->N, from = i - n + (n + args->N - 1) % args->N;

		memcpy(p->state + i * row, args->h_0 + from * row, row * sizeof(float));
	}
	args->h_0 = p->state;
}

void forward_first_step_repeated(fault_plan *p, gm_forward_args *args)
{
	size_t I = p->problem.input_size, N = args->N;
	float *input = fault_scratch(p, args);

	for (size_t t = 0; t < args->T; t++)
		for (size_t n = 0; n < N; n++) {
			ptrdiff_t from = (ptrdiff_t)(t == 1 ? 0 : t) * args->in_t + (ptrdiff_t)n * args->in_n;
			const int64_t length = args->lengths ? args->lengths[n] : (int64_t)args->T;

			if ((int64_t)t < length)
				memcpy(input + (t * N + n) * I, args->input + from, I * sizeof(float));
		}
	args->input = input;
	args->in_t = (ptrdiff_t)(N * I);
	args->in_n = (ptrdiff_t)I;
}

void forward_state_kept(fault_plan *p, gm_forward_args *args) { args->h_0 = p->state; }

/* Runs once for the state it leaves, then again from there. */
gm_status call_twice(fault_plan *p, const gm_forward_args *given)
{
	gm_forward_args args = *given;

	args.h_n = p->state;
	GM_TRY(p->base->forward(p->inner, &args));
	args.h_n = given->h_n;
	args.h_0 = p->state;
	return p->base->forward(p->inner, &args);
}

/* ---- results ---- */

/* a: 0 step, 1 batch row, 2 unit. */
void output_last_zero(const fault_plan *p, const gm_forward_args *args)
{
	fault_zero_last(args->output, args->out_t, args->out_n, args, p->D * p->R, p->row->a);
}

void output_tail_stale(const fault_plan *p, const gm_forward_args *args)
{
	size_t whole = p->R / 8 * 8;

	for (size_t t = args->T; t-- > 1;)
		for (size_t n = 0; n < args->N; n++)
			memcpy(fault_output(args, t, n) + whole, fault_output(args, t - 1, n) + whole,
			       (p->R - whole) * sizeof(float));
}

void output_directions_swapped(const fault_plan *p, const gm_forward_args *args)
{
	for (size_t i = 0; i < args->T * args->N; i++) {
		float *at = fault_output(args, i / args->N, i % args->N);

		fault_swap(at, at + p->R, p->R);
	}
}

void output_reverse_zero(const fault_plan *p, const gm_forward_args *args)
{
	for (size_t i = 0; i < args->T * args->N; i++)
		memset(fault_output(args, i / args->N, i % args->N) + p->R, 0, p->R * sizeof(float));
}

void output_reverse_unaligned(const fault_plan *p, const gm_forward_args *args)
{
	for (size_t t = 0; t < args->T / 2; t++)
		for (size_t n = 0; n < args->N; n++)
			fault_swap(fault_output(args, t, n) + p->R, fault_output(args, args->T - 1 - t, n) + p->R, p->R);
}

void output_one_doubled(const fault_plan *p, const gm_forward_args *args)
{
	fault_output(args, args->T / 2, args->N / 2)[p->R / 2] *= 2;
}

/* Last layer's forward direction only: the rest is no longer to be had. */
void output_h_n_at_last_step(const fault_plan *p, const gm_forward_args *args)
{
	for (size_t n = 0; args->h_n && n < args->N; n++)
		memcpy(args->h_n + ((p->count - p->D) * args->N + n) * p->R, fault_output(args, args->T - 1, n),
		       p->R * sizeof(float));
}

void output_c_n_is_h_n(const fault_plan *p, const gm_forward_args *args)
{
	for (size_t i = 0; args->c_n && args->h_n && i < p->count * args->N; i++)
		memcpy(args->c_n + i * p->H, args->h_n + i * p->R, p->R * sizeof(float));
}

void output_h_n_first_layer(const fault_plan *p, const gm_forward_args *args)
{
	size_t block = p->D * args->N * p->R;

	if (args->h_n)
		memcpy(args->h_n + (p->count / p->D - 1) * block, args->h_n, block * sizeof(float));
}

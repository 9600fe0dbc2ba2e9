/* SPDX-License-Identifier: MIT */
/* fault_backward.c - faults in what backward reads and in the gradients it leaves behind. */
#include "fault_wrap.h"

#include <string.h>

/* a: 0 grad_output, 1 grad_h_n, 2 grad_c_n. */
void upstream_drop(fault_plan *p, gm_backward_args *args, gm_forward_args *fwd)
{
	(void)fwd;
	if (p->row->a == 0)
		args->grad_output = NULL;
	else if (p->row->a == 1)
		args->grad_h_n = NULL;
	else
		args->grad_c_n = NULL;
}

void upstream_unit_masks(fault_plan *p, gm_backward_args *args, gm_forward_args *fwd)
{
	(void)args;
	forward_unit_masks(p, fwd);
}

/* grad_output has output's strides, so the copy is made in a dense layout for both. */
void upstream_late(fault_plan *p, gm_backward_args *args, gm_forward_args *fwd)
{
	size_t width = p->D * p->R, N = fwd->N;
	float *late = fault_scratch(p, fwd);

	if (!args->grad_output)
		return;
	for (size_t t = 0; t < fwd->T; t++)
		for (size_t n = 0; n < N; n++)
			memcpy(late + (t * N + n) * width,
			       args->grad_output + (ptrdiff_t)(t ? t - 1 : 0) * fwd->out_t + (ptrdiff_t)n * fwd->out_n,
			       width * sizeof(float));
	args->grad_output = late;
	fwd->out_t = (ptrdiff_t)(N * width);
	fwd->out_n = (ptrdiff_t)width;
}

void upstream_accumulate(fault_plan *p, gm_backward_args *args, gm_forward_args *fwd)
{
	(void)p;
	(void)fwd;
	args->flags = GM_ACCUMULATE;
}

/* The whole, then the weight gradients once more without step 0. */
gm_status call_skip_t0(fault_plan *p, const gm_backward_args *given)
{
	gm_backward_args args = *given;

	GM_TRY(p->base->backward(p->inner, given));
	args.t_begin++;
	args.grad_input = args.grad_h_0 = args.grad_c_0 = NULL;
	return p->base->backward(p->inner, &args);
}

/* Two windows, backwards; the state's gradients pass between them through the wrapper's scratch.  a: flags of the
 * second. */
gm_status call_windows(fault_plan *p, const gm_backward_args *given)
{
	gm_backward_args args = *given;
	size_t middle = (given->t_begin + given->t_end) / 2;

	args.t_begin = middle;
	args.grad_h_0 = fault_scratch(p, given->fwd);
	args.grad_c_0 = p->problem.cell == GM_LSTM ? args.grad_h_0 + p->count * given->fwd->N * p->R : NULL;
	GM_TRY(p->base->backward(p->inner, &args));
	args.grad_h_n = args.grad_h_0;
	args.grad_c_n = args.grad_c_0;
	args.grad_h_0 = given->grad_h_0;
	args.grad_c_0 = given->grad_c_0;
	args.t_begin = given->t_begin;
	args.t_end = middle;
	args.flags = (uint32_t)p->row->a;
	return p->base->backward(p->inner, &args);
}

/* ---- results ---- */

static const gm_layer_grads *first_layer(const gm_backward_args *args)
{
	static const gm_layer_grads none;

	return args->grad_weights ? &args->grad_weights->layer[0] : &none;
}

void grads_bias_twice(const fault_plan *p, const gm_backward_args *args)
{
	const gm_layer_grads *d = first_layer(args);

	for (size_t g = 0; g < p->G * p->H; g++) {
		if (d->grad_bias_ih)
			d->grad_bias_ih[g] *= 2;
		if (d->grad_bias_hh)
			d->grad_bias_hh[g] *= 2;
	}
}

void grads_last_row_zero(const fault_plan *p, const gm_backward_args *args)
{
	const gm_layer_grads *d = first_layer(args);

	if (d->grad_weight_hh)
		memset(d->grad_weight_hh + (p->G * p->H - 1) * p->R, 0, p->R * sizeof(float));
}

/* a: 0 grad_weight_ih, 1 grad_input. */
void grads_one_doubled(const fault_plan *p, const gm_backward_args *args)
{
	const gm_layer_grads *d = first_layer(args);
	const gm_forward_args *fwd = args->fwd;

	if (p->row->a == 0 && d->grad_weight_ih)
		d->grad_weight_ih[p->G * p->H / 2 * p->layer[0].width] *= 2;
	if (p->row->a == 1 && args->grad_input)
		args->grad_input[(ptrdiff_t)(fwd->T / 2) * fwd->in_t + (ptrdiff_t)(fwd->N / 2) * fwd->in_n] *= 2;
}

/* Gates a and b. */
void grads_swap_gates(const fault_plan *p, const gm_backward_args *args)
{
	const gm_layer_grads *d = first_layer(args);
	size_t block = p->H * p->R;

	if (d->grad_weight_hh)
		fault_swap(d->grad_weight_hh + (size_t)p->row->a * block, d->grad_weight_hh + (size_t)p->row->b * block, block);
}

void grads_dh_0_swapped(const fault_plan *p, const gm_backward_args *args)
{
	size_t block = args->fwd->N * p->R;

	for (size_t i = 0; args->grad_h_0 && i < p->count; i += 2)
		fault_swap(args->grad_h_0 + i * block, args->grad_h_0 + (i + 1) * block, block);
}

/* a: 0 last step, 1 last batch row, 2 last column. */
void grads_input_zero(const fault_plan *p, const gm_backward_args *args)
{
	const gm_forward_args *fwd = args->fwd;

	fault_zero_last(args->grad_input, fwd->in_t, fwd->in_n, fwd, p->problem.input_size, p->row->a);
}

/* a: 0 grad_h_0, 1 grad_c_0. */
void grads_h_0_zero(const fault_plan *p, const gm_backward_args *args)
{
	size_t count = p->count * args->fwd->N;

	if (p->row->a == 0 && args->grad_h_0)
		memset(args->grad_h_0, 0, count * p->R * sizeof(float));
	if (p->row->a == 1 && args->grad_c_0)
		memset(args->grad_c_0, 0, count * p->H * sizeof(float));
}

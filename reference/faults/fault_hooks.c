/* SPDX-License-Identifier: MIT */
/* fault_hooks.c - the hooks that are wrong on purpose, and the table of which fault is which.  What each does to a
 * result stands in faults.def; comments here say what a and b of a row mean. */
#include "fault_plan.h"

#include <string.h>

/* Exchanges a[count] and b[count]. */
static void swap(float *a, float *b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		float kept = a[i];

		a[i] = b[i];
		b[i] = kept;
	}
}

static void zero(float *values, size_t count)
{
	if (values)
		memset(values, 0, count * sizeof *values);
}

static void twice(float *values, size_t count)
{
	for (size_t i = 0; values && i < count; i++)
		values[i] *= 2;
}

/* Zeros the last of a (T, N, width) sequence: a is 0 step, 1 batch row, 2 column. */
static void zero_last(const fault_plan *p, float *at, ptrdiff_t step_t, ptrdiff_t step_n, size_t width)
{
	const size_t a = p->row->a, T = p->fwd.T, N = p->fwd.N;

	for (size_t t = a == 0 ? T - 1 : 0; at && t < T; t++)
		for (size_t n = a == 1 ? N - 1 : 0; n < N; n++) {
			float *row = at + (ptrdiff_t)t * step_t + (ptrdiff_t)n * step_n;

			zero(a == 2 ? row + width - 1 : row, a == 2 ? 1 : width);
		}
}

/* ---- weights, of a layer ---- */

typedef void block_action(float *a, float *b, size_t count);

/* Does it to gates a and b in all of a layer's weights. */
static void with_gates(const fault_plan *p, size_t a, size_t b, block_action *act)
{
	const size_t H = p->H, I = p->layer.width, R = p->R;

	act(p->layer.weight_ih + a * H * I, p->layer.weight_ih + b * H * I, H * I);
	act(p->layer.weight_hh + a * H * R, p->layer.weight_hh + b * H * R, H * R);
	act(p->layer.bias_ih + a * H, p->layer.bias_ih + b * H, H);
	act(p->layer.bias_hh + a * H, p->layer.bias_hh + b * H, H);
}

/* Gates a and b. */
static void weights_swap_gates(fault_plan *p) { with_gates(p, p->row->a, p->row->b, swap); }

/* Blocks i f g o arrive where i o f g are expected: o := f, f := g, g := o. */
static void weights_onnx_order(fault_plan *p)
{
	with_gates(p, 1, 3, swap);
	with_gates(p, 1, 2, swap);
}

static void weights_hh_transposed(fault_plan *p)
{
	const size_t H = p->H;

	for (size_t row = 0; row < p->G * H; row++)
		for (size_t k = 0; k < row % H; k++)
			swap(&p->layer.weight_hh[row * H + k], &p->layer.weight_hh[(row - row % H + k) * H + row % H], 1);
}

static void weights_hh_zero(fault_plan *p) { zero(p->layer.weight_hh, p->G * p->H * p->R); }

static void weights_bias_ih_zero(fault_plan *p) { zero(p->layer.bias_ih, p->G * p->H); }

static void weights_bias_hh_zero(fault_plan *p) { zero(p->layer.bias_hh, p->G * p->H); }

static void weights_b_hn_outside(fault_plan *p)
{
	for (size_t u = 2 * p->H; u < 3 * p->H; u++) {
		p->layer.bias_ih[u] += p->layer.bias_hh[u];
		p->layer.bias_hh[u] = 0;
	}
}

static void negate(float *to, float *from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		to[i] = -from[i];
}

/* sigmoid(-a) = 1 - sigmoid(a) */
static void weights_z_exchanged(fault_plan *p) { with_gates(p, 1, 1, negate); }

static void weights_layer_repeated(fault_plan *p)
{
	if (p->index >= p->count - p->D)
		memcpy(p->layer.weight_hh, fault_plan_layer(p, p->index % p->D).weight_hh, p->G * p->H * p->R * sizeof(float));
}

static void weights_direction_repeated(fault_plan *p)
{
	fault_layer forward;

	if (p->index % 2 == 0)
		return;
	forward = fault_plan_layer(p, p->index - 1);
	memcpy(p->layer.weight_ih, forward.weight_ih, p->G * p->H * forward.width * sizeof(float));
	memcpy(p->layer.weight_hh, forward.weight_hh, p->G * p->H * p->R * sizeof(float));
}

static void zero_last_column(float *W, size_t rows, size_t width)
{
	for (size_t g = 0; g < rows; g++)
		W[g * width + width - 1] = 0;
}

static void weights_last_column_zero(fault_plan *p)
{
	if (p->index < p->D)
		zero_last_column(p->layer.weight_ih, p->G * p->H, p->layer.width);
}

static void weights_last_k_zero(fault_plan *p) { zero_last_column(p->layer.weight_hh, p->G * p->H, p->R); }

static void weights_hr_last_row_zero(fault_plan *p) { zero(p->layer.weight_hr + (p->R - 1) * p->H, p->H); }

static void weights_bf16(fault_plan *p)
{
	for (size_t i = 0; i < p->G * p->H * p->layer.width; i++)
		p->layer.weight_ih[i] = fault_round(p->layer.weight_ih[i], 16);
	for (size_t i = 0; i < p->G * p->H * p->R; i++)
		p->layer.weight_hh[i] = fault_round(p->layer.weight_hh[i], 16);
}

static void weights_one_off(fault_plan *p)
{
	if (p->index == 0)
		p->layer.weight_ih[0] *= 1.0001f;
}

/* ---- arguments of forward ---- */

static void forward_drop_h_0(fault_plan *p) { p->fwd.h_0 = NULL; }

static void forward_drop_c_0(fault_plan *p) { p->fwd.c_0 = NULL; }

static void forward_full_lengths(fault_plan *p)
{
	int64_t *lengths = fault_scratch(p);

	for (size_t n = 0; n < p->fwd.N; n++)
		lengths[n] = (int64_t)p->fwd.T;
	p->fwd.lengths = lengths;
}

/* One mask of ones serves all layers: they have one shape. */
static void forward_unit_masks(fault_plan *p)
{
	const size_t width = p->D * p->R, L = p->problem.num_layers;
	const float **masks = fault_scratch(p);
	float *ones = (float *)(void *)(masks + L);

	for (size_t i = 0; i < p->fwd.T * p->fwd.N * width; i++)
		ones[i] = 1;
	for (size_t layer = 0; layer + 1 < L; layer++)
		masks[layer] = ones;
	p->fwd.dropout_mask = masks;
	p->fwd.mask_t = (ptrdiff_t)(p->fwd.N * width);
	p->fwd.mask_n = (ptrdiff_t)width;
}

static void forward_previous_row(fault_plan *p)
{
	const size_t R = p->R, N = p->fwd.N;

	if (!p->fwd.h_0)
		return;
	for (size_t i = 0; i < p->count * N; i++)
		memcpy(p->state + i * R, p->fwd.h_0 + (i - i % N + (i + N - 1) % N) * R, R * sizeof(float));
	p->fwd.h_0 = p->state;
}

/* A sequence whose steps 1 .. until-1 are the step before them: a dense copy, as the strides say from here on. */
static void be_late(const fault_plan *p, const float **values, ptrdiff_t *step_t, ptrdiff_t *step_n, size_t width,
                    size_t until)
{
	const size_t N = p->fwd.N;
	float *late = fault_scratch(p);

	if (!*values)
		return;
	for (size_t i = 0; i < p->fwd.T * N; i++) {
		size_t t = i / N, from = t > 0 && t < until ? t - 1 : t;

		memcpy(late + i * width, *values + (ptrdiff_t)from * *step_t + (ptrdiff_t)(i % N) * *step_n,
		       width * sizeof(float));
	}
	*values = late;
	*step_t = (ptrdiff_t)(N * width);
	*step_n = (ptrdiff_t)width;
}

static void forward_first_step_repeated(fault_plan *p)
{
	be_late(p, &p->fwd.input, &p->fwd.in_t, &p->fwd.in_n, p->problem.input_size, 2);
}

/* The first call is for the state it leaves. */
static void forward_state_kept(fault_plan *p)
{
	if (p->last)
		p->fwd.h_0 = p->state;
	else
		p->fwd.h_n = p->state;
}

/* ---- results of forward ---- */

static float *output_at(const fault_plan *p, size_t t, size_t n)
{
	return p->fwd.output + (ptrdiff_t)t * p->fwd.out_t + (ptrdiff_t)n * p->fwd.out_n;
}

static void output_last_zero(fault_plan *p) { zero_last(p, p->fwd.output, p->fwd.out_t, p->fwd.out_n, p->D * p->R); }

static void output_tail_stale(fault_plan *p)
{
	const size_t whole = p->R / 8 * 8;

	for (size_t t = p->fwd.T; t-- > 1;)
		for (size_t n = 0; n < p->fwd.N; n++)
			memcpy(output_at(p, t, n) + whole, output_at(p, t - 1, n) + whole, (p->R - whole) * sizeof(float));
}

static void output_directions_swapped(fault_plan *p)
{
	for (size_t i = 0; i < p->fwd.T * p->fwd.N; i++) {
		float *at = output_at(p, i / p->fwd.N, i % p->fwd.N);

		swap(at, at + p->R, p->R);
	}
}

static void output_reverse_zero(fault_plan *p)
{
	for (size_t i = 0; i < p->fwd.T * p->fwd.N; i++)
		zero(output_at(p, i / p->fwd.N, i % p->fwd.N) + p->R, p->R);
}

static void output_reverse_unaligned(fault_plan *p)
{
	for (size_t t = 0; t < p->fwd.T / 2; t++)
		for (size_t n = 0; n < p->fwd.N; n++)
			swap(output_at(p, t, n) + p->R, output_at(p, p->fwd.T - 1 - t, n) + p->R, p->R);
}

static void output_one_doubled(fault_plan *p) { twice(output_at(p, p->fwd.T / 2, p->fwd.N / 2) + p->R / 2, 1); }

/* Last layer's forward direction only: the rest is no longer to be had. */
static void output_h_n_at_last_step(fault_plan *p)
{
	for (size_t n = 0; p->fwd.h_n && n < p->fwd.N; n++)
		memcpy(p->fwd.h_n + ((p->count - p->D) * p->fwd.N + n) * p->R, output_at(p, p->fwd.T - 1, n),
		       p->R * sizeof(float));
}

static void output_c_n_is_h_n(fault_plan *p)
{
	for (size_t i = 0; p->fwd.c_n && p->fwd.h_n && i < p->count * p->fwd.N; i++)
		memcpy(p->fwd.c_n + i * p->H, p->fwd.h_n + i * p->R, p->R * sizeof(float));
}

static void output_h_n_first_layer(fault_plan *p)
{
	const size_t block = p->D * p->fwd.N * p->R;

	if (p->fwd.h_n)
		memcpy(p->fwd.h_n + (p->count / p->D - 1) * block, p->fwd.h_n, block * sizeof(float));
}

/* ---- arguments of backward ---- */

static void upstream_drop_output(fault_plan *p) { p->bwd.grad_output = NULL; }

static void upstream_drop_h_n(fault_plan *p) { p->bwd.grad_h_n = NULL; }

static void upstream_drop_c_n(fault_plan *p) { p->bwd.grad_c_n = NULL; }

/* grad_output has output's strides. */
static void upstream_late(fault_plan *p)
{
	be_late(p, &p->bwd.grad_output, &p->fwd.out_t, &p->fwd.out_n, p->D * p->R, p->fwd.T);
}

static void upstream_accumulate(fault_plan *p) { p->bwd.flags = GM_ACCUMULATE; }

/* The whole, then the weight gradients once more without step 0. */
static void upstream_skip_t0(fault_plan *p)
{
	if (!p->last)
		return;
	p->bwd.t_begin++;
	p->bwd.grad_input = p->bwd.grad_h_0 = p->bwd.grad_c_0 = NULL;
}

/* Two windows, backwards; the state's gradients pass between them through the wrapper's scratch. */
static void upstream_windows(fault_plan *p)
{
	const size_t middle = (p->bwd.t_begin + p->bwd.t_end) / 2;
	float *h = fault_scratch(p), *c = cell_of(&p->problem)->traits & CELL_HAS_C ? h + p->count * p->fwd.N * p->R : NULL;

	if (p->last) {
		p->bwd.grad_h_n = h;
		p->bwd.grad_c_n = c;
		p->bwd.t_end = middle;
		p->bwd.flags = GM_OVERWRITE;
	} else {
		p->bwd.grad_h_0 = h;
		p->bwd.grad_c_0 = c;
		p->bwd.t_begin = middle;
	}
}

/* ---- results of backward ---- */

static gm_layer_grads first_layer(const fault_plan *p)
{
	return p->bwd.grad_weights ? p->bwd.grad_weights->layer[0] : (gm_layer_grads){.grad_weight_ih = NULL};
}

static void grads_bias_twice(fault_plan *p)
{
	twice(first_layer(p).grad_bias_ih, p->G * p->H);
	twice(first_layer(p).grad_bias_hh, p->G * p->H);
}

static void grads_last_row_zero(fault_plan *p)
{
	float *d = first_layer(p).grad_weight_hh;

	zero(d ? d + (p->G * p->H - 1) * p->R : NULL, p->R);
}

static void grads_weight_doubled(fault_plan *p)
{
	float *d = first_layer(p).grad_weight_ih;

	twice(d ? d + p->G * p->H / 2 * p->problem.input_size : NULL, 1);
}

static void grads_input_doubled(fault_plan *p)
{
	const ptrdiff_t middle = (ptrdiff_t)(p->fwd.T / 2) * p->fwd.in_t + (ptrdiff_t)(p->fwd.N / 2) * p->fwd.in_n;

	twice(p->bwd.grad_input ? p->bwd.grad_input + middle : NULL, 1);
}

/* Gates a and b. */
static void grads_swap_gates(fault_plan *p)
{
	float *d = first_layer(p).grad_weight_hh;
	const size_t block = p->H * p->R;

	if (d)
		swap(d + p->row->a * block, d + p->row->b * block, block);
}

static void grads_dh_0_swapped(fault_plan *p)
{
	const size_t block = p->fwd.N * p->R;

	for (size_t i = 0; p->bwd.grad_h_0 && i < p->count; i += 2)
		swap(p->bwd.grad_h_0 + i * block, p->bwd.grad_h_0 + (i + 1) * block, block);
}

static void grads_input_zero(fault_plan *p)
{
	zero_last(p, p->bwd.grad_input, p->fwd.in_t, p->fwd.in_n, p->problem.input_size);
}

static void grads_h_0_zero(fault_plan *p) { zero(p->bwd.grad_h_0, p->count * p->fwd.N * p->R); }

static void grads_c_0_zero(fault_plan *p) { zero(p->bwd.grad_c_0, p->count * p->fwd.N * p->H); }

/* ---- the table ---- */

#define FAULT(id, cell_mask, in_gradients, text, ...) {.info = {#id, text, cell_mask, in_gradients}, __VA_ARGS__},
const fault_row fault_table[] = {
#include "faults.def"
};
#undef FAULT

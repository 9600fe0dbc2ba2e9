/* SPDX-License-Identifier: MIT */
/* fault_kernel.c - the faulty kernel's plan, products and loops over time.
 *
 * Per (t, n) forward leaves one record of (G + 3) * H floats, gates, a_nh, h, c: in the tape, without one in scratch.
 * Scratch before that: pre-activations or their gradients (2 * G * H), then dh and dc of the batch (2 * N * H). */
#include "fault_kernel.h"

#include <math.h>
#include <string.h>

typedef struct kernel_plan {
	gm_problem problem;
	kernel_fault fault;
	size_t G, I, H;
	fault_layer weights;
	float *zero; /* (H) stands for an absent state */
} kernel_plan;

static kernel_plan *plan_of(gm_plan *plan) { return (kernel_plan *)(void *)plan; }

void fault_kernel_break(gm_plan *plan, kernel_fault fault) { plan_of(plan)->fault = fault; }

/* ---- weights ---- */

size_t fault_layer_floats(const gm_problem *p)
{
	size_t above = gm_layer_input(p, 1), widest = p->input_size > above ? p->input_size : above;

	return (gm_gates(p->cell) * (widest + gm_state_size(p) + 2) + p->proj_size) * p->hidden_size;
}

fault_layer fault_layer_at(const gm_problem *p, size_t layer, float *room)
{
	size_t GH = gm_gates(p->cell) * p->hidden_size;
	fault_layer l = {.weight_ih = room, .width = gm_layer_input(p, layer)};

	l.weight_hh = l.weight_ih + GH * l.width;
	l.bias_ih = l.weight_hh + GH * gm_state_size(p);
	l.bias_hh = l.bias_ih + GH;
	l.weight_hr = l.bias_hh + GH;
	return l;
}

/* NULL: zeros. */
static void copy(float *to, const float *from, size_t count)
{
	if (from)
		memcpy(to, from, count * sizeof *to);
	else
		memset(to, 0, count * sizeof *to);
}

void fault_layer_copy(const gm_problem *p, const fault_layer *to, const gm_layer_weights *from)
{
	size_t GH = gm_gates(p->cell) * p->hidden_size;

	copy(to->weight_ih, from->weight_ih, GH * to->width);
	copy(to->weight_hh, from->weight_hh, GH * gm_state_size(p));
	copy(to->bias_ih, from->bias_ih, GH);
	copy(to->bias_hh, from->bias_hh, GH);
	copy(to->weight_hr, from->weight_hr, p->proj_size * p->hidden_size);
}

/* ---- sums ---- */

float fault_round(float x, unsigned dropped)
{
	uint32_t bits, unit = UINT32_C(1) << dropped;

	memcpy(&bits, &x, sizeof bits);
	if ((bits & 0x7f800000) == 0x7f800000)
		return x;
	bits = (bits + unit / 2 - 1 + (bits >> dropped & 1)) & ~(unit - 1);
	memcpy(&x, &bits, sizeof bits);
	return x;
}

/* sum over k of a[k] * b[k*step], one after another. */
static float dot(kernel_fault fault, float sum, const float *a, const float *b, size_t step, size_t count)
{
	for (size_t k = 0; k < count; k++) {
		float product = a[k] * b[k * step];

		if (fault == KERNEL_FLUSH && fabsf(product) < 0x1p-126f)
			product = 0;
		sum += product;
		if (fault == KERNEL_FLUSH && fabsf(sum) < 0x1p-126f)
			sum = 0;
		if (fault == KERNEL_F16_SUMS)
			sum = fault_round(sum, 13); // 11 bits of significand; no range of f16
	}
	return sum;
}

/* out[g] = bias[g] + W[g,:] x, W (G*H, width) */
static void affine(const kernel_plan *p, float *out, const float *bias, const float *W, const float *x, size_t width)
{
	for (size_t g = 0; g < p->G * p->H; g++)
		out[g] = dot(p->fault, bias[g], x, W + g * width, 1, width);
}

/* ---- forward ---- */

/* Batch row n at step t: what forward leaves of it, what it left of the step before, where gradients are. */
static cell_row row_at(const kernel_plan *p, const gm_forward_args *fwd, size_t t, size_t n)
{
	const size_t H = p->H, GH = p->G * H, N = fwd->N, size = GH + 3 * H;
	float *at = fwd->scratch, *dh = at + 2 * GH, *records = fwd->tape ? fwd->tape : dh + 2 * N * H;
	float *kept = records + (t * N + n) * size;
	const float *before = t ? kept - N * size : NULL;

	return (cell_row){.cell = p->problem.cell,
	                  .fault = p->fault,
	                  .H = H,
	                  .x = fwd->input + (ptrdiff_t)t * fwd->in_t + (ptrdiff_t)n * fwd->in_n,
	                  .a_ih = at,
	                  .a_hh = at + GH,
	                  .gates = kept,
	                  .a_nh = kept + GH,
	                  .h_prev = before   ? before + GH + H
	                          : fwd->h_0 ? fwd->h_0 + n * H
	                                     : p->zero,
	                  .c_prev = before   ? before + GH + 2 * H
	                          : fwd->c_0 ? fwd->c_0 + n * H
	                                     : p->zero,
	                  .h = kept + GH + H,
	                  .c = kept + GH + 2 * H,
	                  .dh = dh + n * H,
	                  .dc = dh + (N + n) * H,
	                  .da_ih = at,
	                  .da_hh = at + GH};
}

/* GRU with the reset gate applied to h before the product; r h goes where dh will be. */
static void reset_before(const kernel_plan *p, const cell_row *row)
{
	size_t H = p->H;

	for (size_t u = 0; u < H; u++)
		row->dh[u] = row->h_prev[u] * cell_sigmoid(p->fault, row->a_ih[u] + row->a_hh[u]);
	for (size_t g = 2 * H; g < 3 * H; g++)
		row->a_hh[g] = dot(p->fault, p->weights.bias_hh[g], row->dh, p->weights.weight_hh + g * H, 1, H);
}

static gm_status kernel_forward(gm_plan *plan, const gm_forward_args *args, gm_error *error)
{
	kernel_plan *p = plan_of(plan);
	const fault_layer *w = &p->weights;
	size_t bytes = p->H * sizeof(float);

	(void)error;
	for (size_t i = 0; i < args->T * args->N; i++) {
		size_t t = i / args->N, n = i % args->N;
		cell_row row = row_at(p, args, t, n);

		affine(p, row.a_ih, w->bias_ih, w->weight_ih, row.x, p->I);
		affine(p, row.a_hh, w->bias_hh, w->weight_hh, row.h_prev, p->H);
		if (p->fault == KERNEL_RESET_BEFORE)
			reset_before(p, &row);
		cell_row_forward(&row);
		memcpy(args->output + (ptrdiff_t)t * args->out_t + (ptrdiff_t)n * args->out_n, row.h, bytes);
		if (t + 1 == args->T && args->h_n)
			memcpy(args->h_n + n * p->H, row.h, bytes);
		if (t + 1 == args->T && args->c_n)
			memcpy(args->c_n + n * p->H, row.c, bytes);
	}
	return GM_OK;
}

/* ---- backward ---- */

/* grad (G*H, width) = da x^T for the first row, += for the others; biases: x is 1. */
static void add_weights(const kernel_plan *p, const gm_layer_grads *d, const cell_row *row, int first)
{
	static const float one = 1;
	const struct {
		float *grad;
		const float *da, *x;
		size_t width;
	} outer[] = {{d->grad_weight_ih, row->da_ih, row->x, p->I},
	             {d->grad_weight_hh, row->da_hh, p->fault == KERNEL_DW_H_T ? row->h : row->h_prev, p->H},
	             {d->grad_bias_ih, row->da_ih, &one, 1},
	             {d->grad_bias_hh, row->da_hh, &one, 1}};

	for (size_t k = 0; k < sizeof outer / sizeof *outer; k++) {
		float *grad = outer[k].grad;
		size_t width = outer[k].width;

		for (size_t i = 0; grad && i < p->G * p->H * width; i++)
			grad[i] = dot(p->fault, first ? 0 : grad[i], &outer[k].da[i / width], &outer[k].x[i % width], 1, 1);
	}
}

static void backward_row(const kernel_plan *p, const gm_backward_args *args, size_t t, size_t n)
{
	const gm_forward_args *fwd = args->fwd;
	const size_t H = p->H, GH = p->G * H;
	const fault_layer *w = &p->weights;
	const float *W = p->fault == KERNEL_DX_FROM_HH ? w->weight_hh : w->weight_ih;
	int turned = p->fault == KERNEL_HH_TRANSPOSED && p->G == 1;
	int first = args->flags == GM_OVERWRITE && t + 1 == args->t_end && n == 0;
	cell_row row = row_at(p, fwd, t, n);

	if (args->grad_output)
		row.grad_output = args->grad_output + (ptrdiff_t)t * fwd->out_t + (ptrdiff_t)n * fwd->out_n;
	cell_row_backward(&row);
	for (size_t k = 0; k < H; k++)
		row.dh[k] = turned ? dot(p->fault, row.dh[k], row.da_hh, w->weight_hh + k * H, 1, H)
		                   : dot(p->fault, row.dh[k], row.da_hh, w->weight_hh + k, H, GH);
	for (size_t k = 0; args->grad_input && k < p->I; k++)
		args->grad_input[row.x - fwd->input + (ptrdiff_t)k] = dot(p->fault, 0, row.da_ih, W + k, p->I, GH);
	if (args->grad_weights)
		add_weights(p, &args->grad_weights->layer[0], &row, first);
}

static gm_status kernel_backward(gm_plan *plan, const gm_backward_args *args, gm_error *error)
{
	kernel_plan *p = plan_of(plan);
	size_t N = args->fwd->N;
	cell_row all = row_at(p, args->fwd, 0, 0); // of which dh and dc are the batch's

	(void)error;
	copy(all.dh, args->grad_h_n, N * p->H);
	copy(all.dc, args->grad_c_n, N * p->H);
	for (size_t t = args->t_end; t-- > args->t_begin;)
		for (size_t n = 0; n < N; n++)
			backward_row(p, args, t, n);
	if (args->grad_h_0)
		memcpy(args->grad_h_0, all.dh, N * p->H * sizeof(float));
	if (args->grad_c_0)
		memcpy(args->grad_c_0, all.dc, N * p->H * sizeof(float));
	return GM_OK;
}

/* ---- plan ---- */

static gm_status kernel_supports(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts,
                                 gm_error *error)
{
	(void)self, (void)opts;
	if (problem->num_layers != 1 || problem->bidirectional || problem->proj_size || problem->lengths)
		return gm_fail(error, GM_UNSUPPORTED, "one layer, one direction, no projection, no lengths");
	return gm_problem_check(problem, error);
}

static gm_status kernel_sizes(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts,
                              gm_sizes *sizes, gm_error *error)
{
	size_t G = gm_gates(problem->cell), H = problem->hidden_size, N = opts->N_max;
	size_t records = opts->T_max * N * (G + 3) * H;

	(void)self;
	(void)error;
	*sizes = (gm_sizes){.struct_size = sizeof *sizes,
	                    .alignment = 64,
	                    .plan_bytes = sizeof(kernel_plan) + (fault_layer_floats(problem) + H) * sizeof(float),
	                    .scratch_bytes = (2 * G * H + 2 * N * H + records) * sizeof(float),
	                    .tape_bytes = opts->mode == GM_MODE_INFER ? 0 : records * sizeof(float)};
	return GM_OK;
}

static gm_status kernel_create(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, void *mem,
                               gm_plan **plan, gm_error *error)
{
	kernel_plan *p = mem;
	float *room = (float *)(void *)(p + 1);

	GM_TRY(kernel_supports(self, problem, opts, error));
	*p = (kernel_plan){.problem = *problem,
	                   .G = gm_gates(problem->cell),
	                   .I = problem->input_size,
	                   .H = problem->hidden_size,
	                   .weights = fault_layer_at(problem, 0, room),
	                   .zero = room + fault_layer_floats(problem)};
	copy(p->zero, NULL, p->H);
	*plan = mem;
	return GM_OK;
}

static gm_status kernel_set_weights(gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	kernel_plan *p = plan_of(plan);

	if (weights->count != 1)
		return gm_fail(error, GM_BAD_ARGUMENT, "weights of %zu layers, must be 1", weights->count);
	fault_layer_copy(&p->problem, &p->weights, &weights->layer[0]);
	return GM_OK;
}

static const char *kernel_describe(const gm_plan *plan)
{
	(void)plan;
	return "fault_kernel";
}

static void kernel_destroy(gm_plan *plan) { (void)plan; }

const gm_variant *fault_kernel(void)
{
	static const gm_variant variant = {
		.struct_size = sizeof variant,
		.abi_major = GM_ABI_MAJOR,
		.abi_minor = GM_ABI_MINOR,
		.name = "fault_kernel",
		.traits = {GM_CLASS_F32, GM_FREE, "scalar", "plain", "libm", "f32"},
		.supports = kernel_supports,
		.sizes = kernel_sizes,
		.plan_create = kernel_create,
		.set_weights = kernel_set_weights,
		.forward = kernel_forward,
		.backward = kernel_backward,
		.describe = kernel_describe,
		.plan_destroy = kernel_destroy,
	};

	return &variant;
}

/* SPDX-License-Identifier: MIT */
/* fault_kernel.c - the faulty kernel's plan, products and loops over time.
 *
 * Tape: per (t, n) one record of (G + 3) * H floats: gates, a_nh, h, c.  Scratch: pre-activations or their gradients
 * (2 * G * H), then h, c (or dh, dc) of the batch (2 * N * H), a zero row (H) and a row for r*h (H). */
#include "fault_kernel.h"

#include <math.h>
#include <string.h>

typedef struct kernel_plan {
	gm_problem problem;
	kernel_fault fault;
	size_t G, I, H;
	float *weight_ih, *weight_hh, *bias_ih, *bias_hh; /* behind this struct */
} kernel_plan;

static kernel_plan *plan_of(gm_plan *plan) { return (kernel_plan *)(void *)plan; }

void fault_kernel_break(gm_plan *plan, kernel_fault fault) { plan_of(plan)->fault = fault; }

/* ---- sums ---- */

static float round_f16(float x) /* to 11 bits of significand; no range of f16 */
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof bits);
	if ((bits & 0x7f800000) == 0x7f800000)
		return x;
	bits = (bits + 0xfff + (bits >> 13 & 1)) & 0xffffe000;
	memcpy(&x, &bits, sizeof bits);
	return x;
}

/* sum over k of a[k] * b[k*step], one after another. */
static float dot(kernel_fault fault, float sum, const float *a, const float *b, size_t step, size_t count)
{
	if (fault == KERNEL_F16_SUMS) {
		for (size_t k = 0; k < count; k++)
			sum = round_f16(sum + a[k] * b[k * step]);
	} else if (fault == KERNEL_FLUSH) {
		for (size_t k = 0; k < count; k++) {
			float product = a[k] * b[k * step];

			sum += fabsf(product) < 0x1p-126f ? 0 : product;
			sum = fabsf(sum) < 0x1p-126f ? 0 : sum;
		}
	} else {
		for (size_t k = 0; k < count; k++)
			sum += a[k] * b[k * step];
	}
	return sum;
}

/* out[g] = bias[g] + W[g,:] x, W (rows, width) */
static void affine(const kernel_plan *p, float *out, const float *bias, const float *W, const float *x, size_t width,
                   size_t rows)
{
	for (size_t g = 0; g < rows; g++)
		out[g] = dot(p->fault, bias[g], x, W + g * width, 1, width);
}

/* ---- forward ---- */

typedef struct views { /* where things are in scratch */
	float *a_ih, *a_hh, *h, *c, *zero, *reset;
} views;

static views views_of(const kernel_plan *p, size_t N, void *scratch)
{
	float *at = scratch;
	size_t GH = p->G * p->H, NH = N * p->H;

	return (views){at, at + GH, at + 2 * GH, at + 2 * GH + NH, at + 2 * GH + 2 * NH, at + 2 * GH + 2 * NH + p->H};
}

static float *record(const kernel_plan *p, const gm_forward_args *args, size_t t, size_t n)
{
	return args->tape ? (float *)args->tape + (t * args->N + n) * (p->G + 3) * p->H : NULL;
}

/* GRU with the reset gate applied to h before the product. */
static void reset_before(const kernel_plan *p, const views *v, const float *h)
{
	size_t H = p->H;

	for (size_t u = 0; u < H; u++)
		v->reset[u] = h[u] * cell_sigmoid(p->fault, v->a_ih[u] + v->a_hh[u]);
	affine(p, v->a_hh + 2 * H, p->bias_hh + 2 * H, p->weight_hh + 2 * H * H, v->reset, H, H);
}

static void forward_row(const kernel_plan *p, const gm_forward_args *args, const views *v, size_t t, size_t n)
{
	size_t H = p->H, GH = p->G * H;
	float *h = v->h + n * H, *c = v->c + n * H, *kept = record(p, args, t, n);
	cell_row row = {.cell = p->problem.cell,
	                .fault = p->fault,
	                .H = H,
	                .a_ih = v->a_ih,
	                .a_hh = v->a_hh,
	                .gates = kept ? kept : v->a_ih,
	                .a_nh = kept ? kept + GH : v->reset,
	                .h_prev = h,
	                .c_prev = c,
	                .h = h,
	                .c = c};

	affine(p, v->a_ih, p->bias_ih, p->weight_ih, args->input + (ptrdiff_t)t * args->in_t + (ptrdiff_t)n * args->in_n,
	       p->I, GH);
	affine(p, v->a_hh, p->bias_hh, p->weight_hh, h, H, GH);
	if (p->fault == KERNEL_RESET_BEFORE)
		reset_before(p, v, h);
	cell_row_forward(&row);
	if (kept) {
		memcpy(kept + GH + H, h, H * sizeof *h);
		memcpy(kept + GH + 2 * H, c, H * sizeof *c);
	}
	memcpy(args->output + (ptrdiff_t)t * args->out_t + (ptrdiff_t)n * args->out_n, h, H * sizeof *h);
}

static gm_status kernel_forward(gm_plan *plan, const gm_forward_args *args)
{
	kernel_plan *p = plan_of(plan);
	views v = views_of(p, args->N, args->scratch);

	fault_copy(v.h, args->h_0, args->N * p->H);
	fault_copy(v.c, args->c_0, args->N * p->H);
	for (size_t t = 0; t < args->T; t++)
		for (size_t n = 0; n < args->N; n++)
			forward_row(p, args, &v, t, n);
	if (args->h_n)
		memcpy(args->h_n, v.h, args->N * p->H * sizeof(float));
	if (args->c_n)
		memcpy(args->c_n, v.c, args->N * p->H * sizeof(float));
	return GM_OK;
}

/* ---- backward ---- */

static const float *state_before(const kernel_plan *p, const gm_forward_args *fwd, const float *initial,
                                 const float *zero, size_t which, size_t t, size_t n)
{
	if (t > 0)
		return record(p, fwd, t - 1, n) + (p->G + which) * p->H;
	return initial ? initial + n * p->H : zero;
}

/* dW (G*H, width) += da x^T; db += da */
static void add_outer(kernel_fault fault, float *dW, const float *da, const float *x, size_t rows, size_t width)
{
	for (size_t g = 0; dW && g < rows; g++)
		for (size_t k = 0; k < width; k++)
			dW[g * width + k] = dot(fault, dW[g * width + k], &da[g], &x[k], 1, 1);
}

static void add_weights(const kernel_plan *p, const gm_backward_args *args, const views *v, const float *x,
                        const float *h)
{
	static const float one = 1;
	const gm_layer_grads *d = args->grad_weights ? &args->grad_weights->layer[0] : NULL;
	size_t GH = p->G * p->H;

	if (!d)
		return;
	add_outer(p->fault, d->grad_weight_ih, v->a_ih, x, GH, p->I);
	add_outer(p->fault, d->grad_weight_hh, v->a_hh, h, GH, p->H);
	add_outer(p->fault, d->grad_bias_ih, v->a_ih, &one, GH, 1);
	add_outer(p->fault, d->grad_bias_hh, v->a_hh, &one, GH, 1);
}

static void backward_row(const kernel_plan *p, const gm_backward_args *args, const views *v, size_t t, size_t n)
{
	const gm_forward_args *fwd = args->fwd;
	size_t H = p->H, GH = p->G * H;
	float *kept = record(p, fwd, t, n), *dh = v->h + n * H;
	const float *h_prev = state_before(p, fwd, fwd->h_0, v->zero, 1, t, n);
	const float *c_prev = state_before(p, fwd, fwd->c_0, v->zero, 2, t, n);
	const float *x = fwd->input + (ptrdiff_t)t * fwd->in_t + (ptrdiff_t)n * fwd->in_n;
	const float *above = args->grad_output;
	cell_row row = {.cell = p->problem.cell,
	                .fault = p->fault,
	                .H = H,
	                .gates = kept,
	                .a_nh = kept + GH,
	                .h_prev = h_prev,
	                .c_prev = c_prev,
	                .h = kept + GH + H,
	                .c = kept + GH + 2 * H,
	                .grad_output = above ? above + (ptrdiff_t)t * fwd->out_t + (ptrdiff_t)n * fwd->out_n : NULL,
	                .dh = dh,
	                .dc = v->c + n * H,
	                .da_ih = v->a_ih,
	                .da_hh = v->a_hh};
	const float *W = p->fault == KERNEL_DX_FROM_HH ? p->weight_hh : p->weight_ih;
	int turned = p->fault == KERNEL_HH_TRANSPOSED && p->G == 1;

	cell_row_backward(&row);
	for (size_t k = 0; k < H; k++)
		dh[k] = turned ? dot(p->fault, dh[k], v->a_hh, p->weight_hh + k * H, 1, H)
		               : dot(p->fault, dh[k], v->a_hh, p->weight_hh + k, H, GH);
	for (size_t k = 0; args->grad_input && k < p->I; k++)
		args->grad_input[(ptrdiff_t)t * fwd->in_t + (ptrdiff_t)n * fwd->in_n + (ptrdiff_t)k] = dot(p->fault, 0, v->a_ih,
		                                                                                           W + k, p->I, GH);
	add_weights(p, args, v, x, p->fault == KERNEL_DW_H_T ? row.h : h_prev);
}

static void clear(float *values, size_t count)
{
	if (values)
		memset(values, 0, count * sizeof *values);
}

static void clear_weights(const kernel_plan *p, const gm_backward_args *args)
{
	const gm_layer_grads *d = args->grad_weights ? &args->grad_weights->layer[0] : NULL;
	size_t GH = p->G * p->H;

	if (!d || args->flags == GM_ACCUMULATE)
		return;
	clear(d->grad_weight_ih, GH * p->I);
	clear(d->grad_weight_hh, GH * p->H);
	clear(d->grad_bias_ih, GH);
	clear(d->grad_bias_hh, GH);
}

static gm_status kernel_backward(gm_plan *plan, const gm_backward_args *args)
{
	kernel_plan *p = plan_of(plan);
	size_t N = args->fwd->N;
	views v = views_of(p, N, args->fwd->scratch);

	clear_weights(p, args);
	clear(v.zero, p->H);
	fault_copy(v.h, args->grad_h_n, N * p->H);
	fault_copy(v.c, args->grad_c_n, N * p->H);
	for (size_t t = args->t_end; t-- > args->t_begin;)
		for (size_t n = 0; n < N; n++)
			backward_row(p, args, &v, t, n);
	if (args->grad_h_0)
		memcpy(args->grad_h_0, v.h, N * p->H * sizeof(float));
	if (args->grad_c_0)
		memcpy(args->grad_c_0, v.c, N * p->H * sizeof(float));
	return GM_OK;
}

/* ---- plan ---- */

static gm_status kernel_supports(const gm_problem *problem, const gm_plan_opts *opts, gm_error *error)
{
	(void)opts;
	if (problem->num_layers != 1 || problem->bidirectional || problem->proj_size || problem->lengths)
		return gm_fail(error, GM_UNSUPPORTED, "one layer, one direction, no projection, no lengths");
	return gm_problem_check(problem, error);
}

static gm_status kernel_sizes(const gm_problem *problem, const gm_plan_opts *opts, gm_sizes *sizes)
{
	size_t G = gm_gates(problem->cell), I = problem->input_size, H = problem->hidden_size, N = opts->N_max;
	size_t tape = opts->mode == GM_MODE_INFER ? 0 : opts->T_max * N * (G + 3) * H;

	*sizes = (gm_sizes){.struct_size = sizeof *sizes,
	                    .alignment = 64,
	                    .plan_bytes = sizeof(kernel_plan) + G * H * (I + H + 2) * sizeof(float),
	                    .scratch_bytes = (2 * G * H + 2 * N * H + 2 * H) * sizeof(float),
	                    .tape_bytes = tape * sizeof(float)};
	return GM_OK;
}

static gm_status kernel_create(const gm_problem *problem, const gm_plan_opts *opts, void *mem, gm_plan **plan,
                               gm_error *error)
{
	kernel_plan *p = mem;
	size_t G = gm_gates(problem->cell), I = problem->input_size, H = problem->hidden_size;
	float *at = (float *)(void *)(p + 1);

	GM_TRY(kernel_supports(problem, opts, error));
	*p = (kernel_plan){
		*problem, KERNEL_HONEST, G, I, H, at, at + G * H * I, at + G * H * (I + H), at + G * H * (I + H + 1)};
	*plan = mem;
	return GM_OK;
}

static gm_status kernel_set_weights(gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	kernel_plan *p = plan_of(plan);
	const gm_layer_weights *w = weights->layer;
	size_t GH = p->G * p->H;

	if (weights->count != 1)
		return gm_fail(error, GM_BAD_ARGUMENT, "weights of %zu layers, must be 1", weights->count);
	fault_copy(p->weight_ih, w->weight_ih, GH * p->I);
	fault_copy(p->weight_hh, w->weight_hh, GH * p->H);
	fault_copy(p->bias_ih, w->bias_ih, GH);
	fault_copy(p->bias_hh, w->bias_hh, GH);
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

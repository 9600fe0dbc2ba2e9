/* SPDX-License-Identifier: MIT */
/* skeleton.c - a complete small plug-in to start from: rnn_tanh, one layer, one direction, forward and backward in
 * plain C.  It says no, with a reason, to everything else.  Replace step and step_back first; the rest is what every
 * plug-in needs: supports, sizes, a plan in the caller's memory, a table, one exported function.
 *
 * forward    h(t) = tanh(weight_ih x(t) + bias_ih + weight_hh h(t-1) + bias_hh),  output(t) = h(t)
 * backward   da   = dh * (1 - h(t)^2)            dh: of output(t), plus what t+1 sends back
 *            dx(t) = weight_ih' da               grad_weight_ih += da x(t)'      grad_bias_ih += da
 *            dh(t-1) = weight_hh' da             grad_weight_hh += da h(t-1)'    grad_bias_hh += da */
#include "gatemark/variant.h"

#include <math.h>
#include <string.h>

struct gm_plan {
	size_t I, H, N_max;
	float *weight_ih, *weight_hh, *bias; /* bias: both added up, zeros without */
	float memory[];                      /* of these three */
};

static gm_status supports(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, gm_error *error)
{
	const char *reason = p->cell != GM_RNN_TANH                 ? "only rnn_tanh"
	                   : p->num_layers != 1 || p->bidirectional ? "only one layer in one direction"
	                   : p->lengths                             ? "no lengths"
	                   : o->denormals != GM_DENORMALS_KEEP      ? "does not flush denormals"
	                                                            : NULL;
	(void)self; /* where several variants share functions, self->own tells which */
	if (!reason)
		return GM_OK; /* more threads than one may be asked for; a plan is free not to use them */
	return gm_fail(error, GM_UNSUPPORTED, "%s", reason);
}

static gm_status sizes(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, gm_sizes *s, gm_error *error)
{
	size_t I = p->input_size, H = p->hidden_size;

	(void)self, (void)error;
	s->alignment = 64;
	s->plan_bytes = sizeof(struct gm_plan) + (H * I + H * H + H) * sizeof(float);
	s->scratch_bytes = 2 * o->N_max * H * sizeof(float);                                    /* dh and da of one step */
	s->tape_bytes = o->mode == GM_MODE_INFER ? 0 : o->T_max * o->N_max * H * sizeof(float); /* h */
	return GM_OK;
}

static gm_status plan_create(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, void *mem,
                             gm_plan **plan, gm_error *error)
{
	gm_plan *made = mem;
	size_t I = p->input_size, H = p->hidden_size;
	float *at = made->memory;

	(void)self, (void)error;
	*made = (gm_plan){
		.I = I, .H = H, .N_max = o->N_max, .weight_ih = at, .weight_hh = at + H * I, .bias = at + H * I + H * H};
	*plan = made;
	return GM_OK;
}

static gm_status set_weights(gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	const gm_layer_weights *w = &weights->layer[0];
	size_t I = plan->I, H = plan->H;

	(void)error;
	memcpy(plan->weight_ih, w->weight_ih, H * I * sizeof(float));
	memcpy(plan->weight_hh, w->weight_hh, H * H * sizeof(float));
	for (size_t j = 0; j < H; j++)
		plan->bias[j] = (w->bias_ih ? w->bias_ih[j] : 0) + (w->bias_hh ? w->bias_hh[j] : 0);
	return GM_OK;
}

/* One step of one batch row: x (I), h_before (H; NULL = zeros, which still multiply: 0 * NaN = NaN) -> h (H). */
static void step(const gm_plan *plan, const float *x, const float *h_before, float *h)
{
	size_t I = plan->I, H = plan->H;

	for (size_t j = 0; j < H; j++) {
		float a = plan->bias[j];

		for (size_t k = 0; k < I; k++)
			a += plan->weight_ih[j * I + k] * x[k];
		for (size_t k = 0; k < H; k++)
			a += plan->weight_hh[j * H + k] * (h_before ? h_before[k] : 0);
		h[j] = tanhf(a);
	}
}

static const float *row_of(const float *base, size_t n, size_t width) { return base ? base + n * width : NULL; }

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	size_t H = plan->H;
	float *tape = f->tape;

	(void)error; /* where a call is refused: gm_fail(error, status, ...) says why */
	for (size_t t = 0; t < f->T; t++)
		for (size_t n = 0; n < f->N; n++) {
			float *h = f->output + (ptrdiff_t)t * f->out_t + (ptrdiff_t)n * f->out_n;
			const float *x = f->input + (ptrdiff_t)t * f->in_t + (ptrdiff_t)n * f->in_n;

			step(plan, x, t ? h - f->out_t : row_of(f->h_0, n, H), h);
			if (tape)
				memcpy(tape + (t * f->N + n) * H, h, H * sizeof(float));
			if (f->h_n && t + 1 == f->T)
				memcpy(f->h_n + n * H, h, H * sizeof(float));
		}
	return GM_OK;
}

/* to (columns) = matrix' (rows, columns) times v (rows). */
static void transposed_product(const float *matrix, const float *v, size_t rows, size_t columns, float *to)
{
	memset(to, 0, columns * sizeof *to);
	for (size_t j = 0; j < rows; j++)
		for (size_t k = 0; k < columns; k++)
			to[k] += matrix[j * columns + k] * v[j];
}

/* to (rows, columns) += u (rows) times v (columns; NULL = zeros).  to NULL: not wanted. */
static void add_outer(float *to, const float *u, const float *v, size_t rows, size_t columns)
{
	for (size_t j = 0; j < rows && to; j++)
		for (size_t k = 0; k < columns; k++)
			to[j * columns + k] += u[j] * (v ? v[k] : 0);
}

static void add_to(float *to, const float *from, size_t count)
{
	for (size_t i = 0; i < count && to; i++)
		to[i] += from[i];
}

/* One step of one batch row backwards.  dh (H): on entry of h(t), on return of h(t-1).  da (H) is scratch. */
static void step_back(const gm_plan *plan, const gm_backward_args *b, size_t t, size_t n, float *dh, float *da)
{
	const gm_forward_args *f = b->fwd;
	size_t I = plan->I, H = plan->H;
	const float *tape = f->tape, *h = tape + (t * f->N + n) * H;
	const float *h_before = t ? h - f->N * H : row_of(f->h_0, n, H);
	const float *x = f->input + (ptrdiff_t)t * f->in_t + (ptrdiff_t)n * f->in_n;

	if (b->grad_output)
		add_to(dh, b->grad_output + (ptrdiff_t)t * f->out_t + (ptrdiff_t)n * f->out_n, H);
	for (size_t j = 0; j < H; j++)
		da[j] = dh[j] * (1 - h[j] * h[j]);
	transposed_product(plan->weight_hh, da, H, H, dh);
	if (b->grad_input)
		transposed_product(plan->weight_ih, da, H, I, b->grad_input + (ptrdiff_t)t * f->in_t + (ptrdiff_t)n * f->in_n);
	if (b->grad_weights) {
		const gm_layer_grads *g = &b->grad_weights->layer[0];

		add_outer(g->grad_weight_ih, da, x, H, I);
		add_outer(g->grad_weight_hh, da, h_before, H, H);
		add_to(g->grad_bias_ih, da, H);
		add_to(g->grad_bias_hh, da, H);
	}
}

static void clear(float *to, size_t count)
{
	if (to)
		memset(to, 0, count * sizeof *to);
}

static gm_status backward(gm_plan *plan, const gm_backward_args *b, gm_error *error)
{
	size_t I = plan->I, H = plan->H, N = b->fwd->N;
	float *dh = b->fwd->scratch, *da = dh + plan->N_max * H;

	(void)error;
	if (b->grad_weights && b->flags == GM_OVERWRITE) {
		const gm_layer_grads *g = &b->grad_weights->layer[0];

		clear(g->grad_weight_ih, H * I);
		clear(g->grad_weight_hh, H * H);
		clear(g->grad_bias_ih, H);
		clear(g->grad_bias_hh, H);
	}
	clear(dh, N * H);
	if (b->grad_h_n)
		add_to(dh, b->grad_h_n, N * H);
	for (size_t t = b->t_end; t-- > b->t_begin;)
		for (size_t n = 0; n < N; n++)
			step_back(plan, b, t, n, dh + n * H, da + n * H);
	if (b->grad_h_0)
		memcpy(b->grad_h_0, dh, N * H * sizeof(float));
	return GM_OK;
}

static const char *describe(const gm_plan *plan)
{
	(void)plan;
	return "plain C, one thread";
}

static void plan_destroy(gm_plan *plan)
{
	(void)plan; /* the memory is the caller's; threads or handles of your own end here */
}

static const gm_variant rnn = {
	.struct_size = sizeof(gm_variant),
	.abi_major = GM_ABI_MAJOR,
	.abi_minor = GM_ABI_MINOR,
	.name = "skeleton",
	.needs = 0, /* GM_CPU_AVX2 | GM_CPU_FMA, ...: where they are missing the host never calls it */
	.traits = {.accuracy_class = GM_CLASS_F32,
               .rounding = GM_FREE,
               .isa = "c",
               .strategy = "plain",
               .activation = "libm",
               .weights = "f32"},
	.supports = supports,
	.sizes = sizes,
	.plan_create = plan_create,
	.set_weights = set_weights,
	.forward = forward,
	.backward = backward,
	.describe = describe,
	.plan_destroy = plan_destroy,
};

static const gm_variant *const variants[] = {&rnn};

GM_PLUGIN_EXPORT gm_plugin_entry gm_plugin_v1;

const gm_plugin *gm_plugin_v1(void)
{
	static const gm_plugin plugin = {
		.struct_size = sizeof(gm_plugin),
		.abi_major = GM_ABI_MAJOR,
		.abi_minor = GM_ABI_MINOR,
		.name = "skeleton",
		.version = "1",
		.licence = "MIT",
		.variant_count = sizeof variants / sizeof *variants,
		.variant = variants,
	};

	return &plugin;
}

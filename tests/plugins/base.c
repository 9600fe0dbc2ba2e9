/* SPDX-License-Identifier: MIT */
/* base.c - the honest part of every test plug-in: constant results, every buffer used to its last byte. */
#include "base.h"

#include <string.h>

static size_t directions(const gm_plan *plan) { return 1 + plan->problem.bidirectional; }

static size_t state(const gm_plan *plan)
{
	return plan->problem.proj_size ? plan->problem.proj_size : plan->problem.hidden_size;
}

static void fill(float *to, size_t count, float value)
{
	for (size_t i = 0; i < count && to; i++)
		to[i] = value;
}

/* Every (t, n) row of a strided tensor. */
static void fill_rows(float *to, size_t T, size_t N, ptrdiff_t t_stride, ptrdiff_t n_stride, size_t width, float value)
{
	for (size_t t = 0; t < T && to; t++)
		for (size_t n = 0; n < N; n++)
			fill(to + (ptrdiff_t)t * t_stride + (ptrdiff_t)n * n_stride, width, value);
}

static float *rows_end(float *base, size_t T, size_t N, ptrdiff_t t_stride, ptrdiff_t n_stride, size_t width)
{
	return base + (ptrdiff_t)(T - 1) * t_stride + (ptrdiff_t)(N - 1) * n_stride + width;
}

float *base_output_end(const gm_plan *plan, const gm_forward_args *f)
{
	return rows_end(f->output, f->T, f->N, f->out_t, f->out_n, directions(plan) * state(plan));
}

float *base_dinput_end(const gm_plan *plan, const gm_backward_args *b)
{
	const gm_forward_args *f = b->fwd;

	return rows_end(b->grad_input, f->T, f->N, f->in_t, f->in_n, plan->problem.input_size);
}

/* What variant.h says that a host guarantees, of a struct and of memory. */
#define REQUIRE(fact)                                                                    \
	do {                                                                                 \
		if (!(fact))                                                                     \
			return gm_fail(error, GM_BAD_ARGUMENT, "the host does not keep: %s", #fact); \
	} while (0)

static gm_status require_question(const gm_problem *p, const gm_plan_opts *o, gm_error *error)
{
	REQUIRE(p->struct_size >= sizeof *p && p->reserved == 0);
	REQUIRE(o->struct_size >= sizeof *o && o->T_max >= 1 && o->N_max >= 1 && o->threads >= 1);
	REQUIRE(o->mode <= GM_MODE_RECOMPUTE && o->denormals <= GM_DENORMALS_FLUSH);
	return GM_OK;
}

static gm_status require_forward(const gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	REQUIRE(plan->has_weights);
	REQUIRE(f->struct_size >= sizeof *f && f->reserved == 0);
	REQUIRE(f->T >= 1 && f->T <= plan->T_max && f->N >= 1 && f->N <= plan->N_max);
	REQUIRE(f->in_t && f->in_n && f->out_t && f->out_n && f->mask_t && f->mask_n);
	REQUIRE(f->input && f->output && f->scratch && (uintptr_t)f->scratch % 64 == 0 && (uintptr_t)f->tape % 64 == 0);
	REQUIRE(!f->lengths == !plan->problem.lengths && !f->dropout_mask == !(plan->problem.dropout > 0));
	for (size_t n = 0; f->lengths && n < f->N; n++)
		REQUIRE(f->lengths[n] >= 1 && (size_t)f->lengths[n] <= f->T);
	return GM_OK;
}

static gm_status supports(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, gm_error *error)
{
	(void)self;
	return require_question(p, o, error);
}

static gm_status sizes(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, gm_sizes *s, gm_error *error)
{
	(void)self;
	GM_TRY(require_question(p, o, error));
	REQUIRE(s->struct_size >= sizeof *s);
	s->alignment = 64;
	s->plan_bytes = sizeof(struct gm_plan) + 5;
	s->scratch_bytes = 200;
	s->tape_bytes = o->mode == GM_MODE_INFER ? 0 : 4100;
	return GM_OK;
}

static gm_status plan_create(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, void *mem,
                             gm_plan **plan, gm_error *error)
{
	gm_plan *made = mem;

	REQUIRE(mem && (uintptr_t)mem % 64 == 0);
	*made = (gm_plan){.problem = *p, .T_max = o->T_max, .N_max = o->N_max};
	made->sizes.struct_size = sizeof made->sizes;
	*plan = made;
	memset(made + 1, 1, 5);
	return sizes(self, p, o, &made->sizes, error);
}

static gm_status set_weights(gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	REQUIRE(weights->struct_size >= sizeof *weights && weights->reserved == 0);
	REQUIRE(weights->count == plan->problem.num_layers * directions(plan));
	for (size_t i = 0; i < weights->count; i++) {
		const gm_layer_weights *w = &weights->layer[i];

		REQUIRE(w->weight_ih && w->weight_hh && !w->weight_hr == !plan->problem.proj_size);
		REQUIRE(!w->bias_ih == !plan->problem.bias && !w->bias_hh == !plan->problem.bias);
	}
	plan->has_weights = 1;
	return GM_OK;
}

gm_status base_forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	const gm_problem *p = &plan->problem;
	size_t count = p->num_layers * directions(plan) * f->N;

	GM_TRY(require_forward(plan, f, error));
	fill_rows(f->output, f->T, f->N, f->out_t, f->out_n, directions(plan) * state(plan), 1);
	fill(f->h_n, count * state(plan), 1);
	if (p->cell == GM_LSTM)
		fill(f->c_n, count * p->hidden_size, 1);
	memset(f->scratch, 1, plan->sizes.scratch_bytes);
	if (f->tape)
		memset(f->tape, 1, plan->sizes.tape_bytes);
	return GM_OK;
}

static void fill_weights(const gm_plan *plan, const gm_grads *grads, size_t index)
{
	const gm_layer_grads *g = &grads->layer[index];
	const gm_problem *p = &plan->problem;
	size_t gates[] = {1, 1, 4, 3}, rows = gates[p->cell] * p->hidden_size;

	fill(g->grad_weight_ih, rows * (index < directions(plan) ? p->input_size : directions(plan) * state(plan)), 2);
	fill(g->grad_weight_hh, rows * state(plan), 2);
	fill(g->grad_bias_ih, rows, 2);
	fill(g->grad_bias_hh, rows, 2);
	fill(g->grad_weight_hr, p->proj_size * p->hidden_size, 2);
}

gm_status base_backward(gm_plan *plan, const gm_backward_args *b, gm_error *error)
{
	const gm_forward_args *f = b->fwd;
	const gm_problem *p = &plan->problem;
	size_t count = p->num_layers * directions(plan);

	REQUIRE(b->struct_size >= sizeof *b && b->flags <= GM_ACCUMULATE && f->tape);
	REQUIRE(b->t_begin < b->t_end && b->t_end <= f->T && (directions(plan) == 1 || b->t_end - b->t_begin == f->T));
	REQUIRE(!b->grad_weights || (b->grad_weights->struct_size >= sizeof(gm_grads) && b->grad_weights->count == count));
	GM_TRY(require_forward(plan, f, error));
	fill_rows(b->grad_input, f->T, f->N, f->in_t, f->in_n, p->input_size, 2);
	fill(b->grad_h_0, count * f->N * state(plan), 2);
	if (p->cell == GM_LSTM)
		fill(b->grad_c_0, count * f->N * p->hidden_size, 2);
	for (size_t i = 0; i < count && b->grad_weights; i++)
		fill_weights(plan, b->grad_weights, i);
	return GM_OK;
}

static void plan_destroy(gm_plan *plan) { (void)plan; }

static const char *describe(const gm_plan *plan)
{
	(void)plan;
	return "constants";
}

GM_PLUGIN_EXPORT gm_plugin_entry gm_plugin_v1;

const gm_plugin *gm_plugin_v1(void)
{
	static gm_variant base = {
		.struct_size = sizeof base,
		.abi_major = GM_ABI_MAJOR,
		.abi_minor = GM_ABI_MINOR,
		.name = "base",
		.traits = {.isa = "c", .strategy = "constant", .activation = "none", .weights = "f32"},
		.supports = supports,
		.sizes = sizes,
		.plan_create = plan_create,
		.set_weights = set_weights,
		.forward = base_forward,
		.backward = base_backward,
		.describe = describe,
		.plan_destroy = plan_destroy,
	};
	static gm_variant forward_only;
	static const gm_variant *variant[] = {&base, &forward_only};
	static gm_plugin plugin = {
		.struct_size = sizeof plugin,
		.abi_major = GM_ABI_MAJOR,
		.abi_minor = GM_ABI_MINOR,
		.name = "base",
		.version = "1",
		.licence = "MIT",
		.variant_count = 2,
		.variant = variant,
	};

	forward_only = base;
	forward_only.name = "forward_only";
	forward_only.backward = NULL;
	return spoil(&plugin, &base);
}

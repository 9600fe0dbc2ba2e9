/* SPDX-License-Identifier: MIT */
/* fault_wrap.c - plans and calls of a faulty variant.  Memory: this plan, its layers, a copy of the weights and the
 * kept state come first, base's plan behind them; base's scratch comes first, the wrapper's own behind it. */
#include "fault_wrap.h"

#include <string.h>

static size_t up(size_t value, size_t alignment) { return (value + alignment - 1) / alignment * alignment; }

static fault_plan *plan_of(gm_plan *plan) { return (fault_plan *)(void *)plan; }

/* ---- before there is a plan ---- */

static unsigned properties(const gm_problem *problem, const gm_plan_opts *opts)
{
	unsigned has = 0;

	has |= problem->bias ? NEEDS_BIAS : 0;
	has |= problem->bidirectional ? NEEDS_D2 : NEEDS_D1;
	has |= problem->num_layers > 1 ? NEEDS_L2 : 0;
	has |= problem->lengths ? NEEDS_LENGTHS : 0;
	has |= problem->dropout > 0 ? NEEDS_DROPOUT : 0;
	has |= problem->proj_size ? NEEDS_PROJ : NEEDS_NO_PROJ;
	has |= problem->input_size == problem->hidden_size && !problem->proj_size ? NEEDS_SQUARE : 0;
	has |= opts->T_max > 1 ? NEEDS_T2 : 0;
	has |= opts->N_max > 1 ? NEEDS_N2 : 0;
	has |= gm_state_size(problem) % 8 ? NEEDS_TAIL : 0;
	return has;
}

gm_status fault_supports(size_t index, const gm_problem *problem, const gm_plan_opts *opts, gm_error *error)
{
	const fault_row *row = fault_row_at(index);

	if (!(row->info.cells >> problem->cell & 1) || (row->needs & ~properties(problem, opts)))
		return gm_fail(error, GM_UNSUPPORTED, "this problem has no room for the fault %s", row->info.name);
	return fault_base_at(index)->supports(problem, opts, error);
}

static size_t weight_floats(const gm_problem *problem)
{
	size_t GH = gm_gates(problem->cell) * problem->hidden_size, D = gm_directions(problem), floats = 0;

	for (size_t layer = 0; layer < problem->num_layers; layer++)
		floats += D * GH * (gm_layer_input(problem, layer) + gm_state_size(problem) + 2);
	return floats + problem->num_layers * D * problem->proj_size * problem->hidden_size;
}

/* Bytes before base's plan. */
static size_t own_bytes(const gm_problem *problem, const gm_plan_opts *opts, size_t alignment)
{
	size_t count = problem->num_layers * gm_directions(problem);
	size_t each = sizeof(fault_layer) + sizeof(gm_layer_weights), N = opts->N_max;
	size_t small = N * sizeof(int64_t) + problem->num_layers * sizeof(float *);
	size_t state = count * N * gm_state_size(problem);

	return up(sizeof(fault_plan) + count * each + small + (weight_floats(problem) + state) * sizeof(float), alignment);
}

/* Bytes behind base's scratch: a sequence of inputs or outputs, or two states. */
static size_t own_scratch(const gm_problem *problem, const gm_plan_opts *opts)
{
	size_t D = gm_directions(problem), width = problem->input_size + D * gm_state_size(problem);
	size_t floats = opts->T_max * width + 2 * problem->num_layers * D * problem->hidden_size;

	return opts->N_max * floats * sizeof(float);
}

gm_status fault_sizes(size_t index, const gm_problem *problem, const gm_plan_opts *opts, gm_sizes *sizes)
{
	GM_TRY(fault_base_at(index)->sizes(problem, opts, sizes));
	if (sizes->alignment < 64)
		sizes->alignment = 64;
	sizes->plan_bytes += own_bytes(problem, opts, sizes->alignment);
	sizes->scratch_bytes = up(sizes->scratch_bytes, 64) + own_scratch(problem, opts);
	return GM_OK;
}

/* ---- the plan ---- */

static void lay_out(fault_plan *p, size_t N_max)
{
	size_t GH = p->G * p->H, L = p->problem.num_layers, P = p->problem.proj_size;
	float *at;

	p->layer = (fault_layer *)(void *)(p + 1);
	p->given = (gm_layer_weights *)(void *)(p->layer + p->count);
	p->lengths = (int64_t *)(void *)(p->given + p->count);
	p->masks = (const float **)(void *)(p->lengths + N_max);
	at = (float *)(void *)(p->masks + L);
	for (size_t i = 0; i < L * p->D; i++) {
		fault_layer *layer = &p->layer[i];

		layer->width = gm_layer_input(&p->problem, i / p->D);
		layer->weight_ih = at;
		layer->weight_hh = layer->weight_ih + GH * layer->width;
		layer->bias_ih = layer->weight_hh + GH * p->R;
		layer->bias_hh = layer->bias_ih + GH;
		layer->weight_hr = layer->bias_hh + GH;
		at = layer->weight_hr + P * p->H;
	}
	p->state = at;
	memset(p->state, 0, p->count * N_max * p->R * sizeof *p->state);
}

gm_status fault_create(size_t index, const gm_problem *problem, const gm_plan_opts *opts, void *mem, gm_plan **plan,
                       gm_error *error)
{
	const gm_variant *base = fault_base_at(index);
	gm_sizes sizes = {.struct_size = sizeof sizes};
	fault_plan *p = mem;
	size_t own;

	GM_TRY(fault_supports(index, problem, opts, error));
	GM_TRY(base->sizes(problem, opts, &sizes));
	own = own_bytes(problem, opts, sizes.alignment < 64 ? 64 : sizes.alignment);
	*p = (fault_plan){.row = fault_row_at(index),
	                  .base = base,
	                  .problem = *problem,
	                  .G = gm_gates(problem->cell),
	                  .H = problem->hidden_size,
	                  .R = gm_state_size(problem),
	                  .D = gm_directions(problem),
	                  .count = problem->num_layers * gm_directions(problem),
	                  .extra = up(sizes.scratch_bytes, 64)};
	lay_out(p, opts->N_max);
	GM_TRY(base->plan_create(problem, opts, (char *)mem + own, &p->inner, error));
	if (p->row->kernel != KERNEL_HONEST)
		fault_kernel_break(p->inner, p->row->kernel);
	*plan = mem;
	return GM_OK;
}

gm_status fault_set_weights(gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	fault_plan *p = plan_of(plan);
	size_t GH = p->G * p->H, P = p->problem.proj_size;
	gm_weights altered = {.struct_size = sizeof altered, .count = p->count, .layer = p->given};

	if (weights->count != p->count)
		return gm_fail(error, GM_BAD_ARGUMENT, "weights of %zu layers, must be %zu", weights->count, p->count);
	for (size_t i = 0; i < p->count; i++) {
		const gm_layer_weights *from = &weights->layer[i];

		fault_copy(p->layer[i].weight_ih, from->weight_ih, GH * p->layer[i].width);
		fault_copy(p->layer[i].weight_hh, from->weight_hh, GH * p->R);
		fault_copy(p->layer[i].bias_ih, from->bias_ih, GH);
		fault_copy(p->layer[i].bias_hh, from->bias_hh, GH);
		fault_copy(p->layer[i].weight_hr, from->weight_hr, P * p->H);
	}
	for (size_t i = 0; i < p->count; i++) {
		const gm_layer_weights *from = &weights->layer[i];
		const fault_layer *to = &p->layer[i];

		if (p->row->weights)
			p->row->weights(p, to);
		p->given[i] = (gm_layer_weights){to->weight_ih, to->weight_hh, from->bias_ih ? to->bias_ih : NULL,
		                                 from->bias_hh ? to->bias_hh : NULL, from->weight_hr ? to->weight_hr : NULL};
	}
	return p->base->set_weights(p->inner, &altered, error);
}

void fault_destroy(gm_plan *plan)
{
	fault_plan *p = plan_of(plan);

	p->base->plan_destroy(p->inner);
}

const char *fault_describe(const gm_plan *plan)
{
	const fault_plan *p = (const fault_plan *)(const void *)plan;

	return p->row->info.what;
}

/* ---- calls ---- */

void fault_zero_last(float *at, ptrdiff_t step_t, ptrdiff_t step_n, const gm_forward_args *args, size_t width, int last)
{
	for (size_t t = last == 0 ? args->T - 1 : 0; at && t < args->T; t++)
		for (size_t n = last == 1 ? args->N - 1 : 0; n < args->N; n++)
			for (size_t u = last == 2 ? width - 1 : 0; u < width; u++)
				at[(ptrdiff_t)t * step_t + (ptrdiff_t)n * step_n + (ptrdiff_t)u] = 0;
}

float *fault_scratch(const fault_plan *plan, const gm_forward_args *args)
{
	return (float *)(void *)((char *)args->scratch + plan->extra);
}

gm_status fault_forward(gm_plan *plan, const gm_forward_args *given)
{
	fault_plan *p = plan_of(plan);
	gm_forward_args args = *given;

	if (p->row->forward_call)
		return p->row->forward_call(p, given);
	if (p->row->forward)
		p->row->forward(p, &args);
	GM_TRY(p->base->forward(p->inner, &args));
	if (p->row->output)
		p->row->output(p, given);
	return GM_OK;
}

gm_status fault_backward(gm_plan *plan, const gm_backward_args *given)
{
	fault_plan *p = plan_of(plan);
	gm_backward_args args = *given;
	gm_forward_args fwd = *given->fwd;

	args.fwd = &fwd;
	if (p->row->forward)
		p->row->forward(p, &fwd);
	if (p->row->upstream)
		p->row->upstream(p, &args, &fwd);
	if (p->row->backward_call)
		return p->row->backward_call(p, &args);
	GM_TRY(p->base->backward(p->inner, &args));
	if (p->row->grads)
		p->row->grads(p, given);
	return GM_OK;
}

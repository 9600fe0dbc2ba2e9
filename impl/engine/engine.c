/* SPDX-License-Identifier: MIT */
/* engine.c - plans and calls as gm_variant promises them: everything is validated here. */
#include "engine.h"

#include <string.h>

#include "plan.h"
#include "isa/host/host.h"

static const gm_kernels *kernels_of(const gm_variant *self) { return self->own; }

gm_status engine_built(const gm_variant *self, gm_error *error)
{
	return kernels_of(self)->lanes ? GM_OK : gm_fail(error, GM_NO_CPU, "%s is not part of this build", self->name);
}

gm_status engine_supports(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, gm_error *error)
{
	GM_TRY(engine_built(self, error));
	GM_TRY(gm_problem_check(problem, error));
	if (!opts || opts->struct_size < sizeof *opts || opts->T_max == 0 || opts->N_max == 0)
		return gm_fail(error, GM_BAD_ARGUMENT, "plan options are missing, too small, or T_max or N_max is 0");
	if (opts->threads != 1)
		return gm_fail(error, GM_UNSUPPORTED, "runs on 1 thread, %u were asked for", (unsigned)opts->threads);
	if (opts->mode != GM_MODE_INFER && opts->mode != GM_MODE_TRAIN)
		return gm_fail(error, GM_UNSUPPORTED, "mode %u is neither infer nor train", (unsigned)opts->mode);
	if (opts->denormals > GM_DENORMALS_FLUSH)
		return gm_fail(error, GM_BAD_ARGUMENT, "denormals is %u, must be keep (0) or flush (1)",
		               (unsigned)opts->denormals);
	return GM_OK;
}

static void plan_init(gm_plan *plan, const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts)
{
	*plan = (gm_plan){.kernels = kernels_of(self), .name = self->name, .problem = *problem, .opts = *opts};
	dims_init(&plan->dims, problem, kernels_of(self));
}

static size_t scratch_bytes(const gm_plan *plan, int backward, int *overflow)
{
	gm_block block = {0};
	gm_scratch scratch;

	layout_scratch(plan, plan->opts.T_max, plan->opts.N_max, backward, &scratch, &block);
	*overflow |= block.overflow;
	return block.used;
}

static size_t tape_bytes(const gm_plan *plan, int *overflow)
{
	gm_block block = {0};
	layer_tape tape;

	for (size_t l = 0; l < plan->dims.L; l++) {
		if (l > 0)
			layout_tape_input(plan, plan->opts.T_max, plan->opts.N_max, &block);
		for (size_t d = 0; d < plan->dims.D; d++)
			layout_tape(plan, plan->opts.T_max, plan->opts.N_max, &tape, &block);
	}
	*overflow |= block.overflow;
	return block.used;
}

gm_status engine_sizes(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, gm_sizes *sizes,
                       gm_error *error)
{
	gm_block block = {0};
	gm_plan plan;
	size_t forward, backward = 0, tape = 0;
	int overflow = 0;

	GM_TRY(engine_supports(self, problem, opts, error));
	if (!sizes || sizes->struct_size < sizeof *sizes)
		return gm_fail(error, GM_BAD_ARGUMENT, "sizes is missing or its struct_size is below %zu", sizeof *sizes);
	plan_init(&plan, self, problem, opts);
	block_take(&block, 1, sizeof plan);
	layout_plan(&plan, &block);
	forward = scratch_bytes(&plan, 0, &overflow);
	if (opts->mode == GM_MODE_TRAIN) {
		backward = scratch_bytes(&plan, 1, &overflow);
		tape = tape_bytes(&plan, &overflow);
	}
	if (overflow || block.overflow)
		return gm_fail(error, GM_BAD_SHAPE, "T_max %zu and N_max %zu need more bytes than can be counted", opts->T_max,
		               opts->N_max);
	sizes->alignment = GM_ALIGNMENT;
	sizes->plan_bytes = block.used;
	sizes->scratch_bytes = forward > backward ? forward : backward;
	sizes->tape_bytes = tape;
	return GM_OK;
}

gm_status engine_plan_create(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, void *mem,
                             gm_plan **plan, gm_error *error)
{
	gm_sizes sizes = {.struct_size = sizeof sizes};
	gm_block block = {.base = mem};
	gm_plan *made;

	GM_TRY(engine_supports(self, problem, opts, error));
	if (!mem || (uintptr_t)mem % GM_ALIGNMENT || !plan)
		return gm_fail(error, GM_BAD_ARGUMENT, "plan memory must be given and aligned to %d bytes", GM_ALIGNMENT);
	GM_TRY(engine_sizes(self, problem, opts, &sizes, error));
	made = block_take(&block, 1, sizeof *made);
	plan_init(made, self, problem, opts);
	layout_plan(made, &block);
	memset(made->zeros, 0, (size_t)((char *)made->pack - (char *)made->zeros));
	*plan = made;
	return GM_OK;
}

static gm_status check_weights(const gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	size_t count = plan->dims.L * plan->dims.D;

	if (!weights || weights->struct_size < sizeof *weights || weights->count != count || !weights->layer)
		return gm_fail(error, GM_BAD_ARGUMENT, "weights must hold %zu layers and directions", count);
	for (size_t i = 0; i < count; i++) {
		const gm_layer_weights *w = &weights->layer[i];
		int bias = plan->problem.bias ? w->bias_ih && w->bias_hh : !w->bias_ih && !w->bias_hh;

		if (!w->weight_ih || !w->weight_hh || !bias || !w->weight_hr != !plan->dims.P)
			return gm_fail(error, GM_BAD_ARGUMENT,
			               "weights of layer %zu direction %zu: a matrix or bias is missing, or one too many",
			               i / plan->dims.D, i % plan->dims.D);
	}
	return GM_OK;
}

gm_status engine_set_weights(gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	uint64_t mode;

	GM_TRY(check_weights(plan, weights, error));
	mode = host_fp_enter(plan->opts.denormals);
	pack_weights(plan, weights);
	host_fp_leave(mode);
	return GM_OK;
}

static gm_status check_forward(const gm_plan *plan, const gm_forward_args *args)
{
	size_t masks = plan->problem.dropout > 0 ? plan->dims.L - 1 : 0;

	if (!args || args->struct_size < sizeof *args || !args->input || !args->output || !args->scratch)
		return GM_BAD_ARGUMENT;
	if (args->T == 0 || args->T > plan->opts.T_max || args->N == 0 || args->N > plan->opts.N_max)
		return GM_BAD_SHAPE;
	if (!args->lengths != !plan->problem.lengths || (args->tape && plan->opts.mode == GM_MODE_INFER))
		return GM_BAD_ARGUMENT;
	for (size_t n = 0; args->lengths && n < args->N; n++)
		if (args->lengths[n] < 1 || (uint64_t)args->lengths[n] > args->T)
			return GM_BAD_SHAPE;
	if (masks && !args->dropout_mask)
		return GM_BAD_ARGUMENT;
	for (size_t l = 0; l < masks; l++)
		if (!args->dropout_mask[l])
			return GM_BAD_ARGUMENT;
	return GM_OK;
}

gm_status engine_run_forward(gm_plan *plan, const gm_forward_args *args, gm_error *error)
{
	uint64_t mode;

	gm_status status = check_forward(plan, args);
	if (status != GM_OK)
		return gm_fail(error, status, "forward: %s", gm_status_name(status));
	mode = host_fp_enter(plan->opts.denormals);
	engine_forward(plan, args);
	host_fp_leave(mode);
	return GM_OK;
}

static gm_status check_backward(const gm_plan *plan, const gm_backward_args *args)
{
	if (!args || args->struct_size < sizeof *args || !args->fwd || !args->fwd->tape || args->flags > GM_ACCUMULATE)
		return GM_BAD_ARGUMENT;
	GM_TRY(check_forward(plan, args->fwd));
	if (args->t_begin >= args->t_end || args->t_end > args->fwd->T)
		return GM_BAD_SHAPE;
	if (plan->dims.D > 1 && (args->t_begin > 0 || args->t_end < args->fwd->T))
		return GM_UNSUPPORTED;
	if (args->grad_weights && (args->grad_weights->struct_size < sizeof *args->grad_weights ||
	                           args->grad_weights->count != plan->dims.L * plan->dims.D || !args->grad_weights->layer))
		return GM_BAD_ARGUMENT;
	return GM_OK;
}

gm_status engine_run_backward(gm_plan *plan, const gm_backward_args *args, gm_error *error)
{
	uint64_t mode;

	gm_status status = check_backward(plan, args);
	if (status != GM_OK)
		return gm_fail(error, status, "backward: %s", gm_status_name(status));
	mode = host_fp_enter(plan->opts.denormals);
	engine_backward(plan, args);
	host_fp_leave(mode);
	return GM_OK;
}

const char *engine_describe(const gm_plan *plan) { return plan->name; }

void engine_plan_destroy(gm_plan *plan)
{
	(void)plan; /* the memory is the caller's, and there are no threads to end */
}

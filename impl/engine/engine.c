/* SPDX-License-Identifier: MIT */
/* engine.c - plans and calls as gm_variant promises them; what is handed in goes through check.c. */
#include "check.h"

#include <string.h>

#include "isa/host/host.h"

static const gm_kernels *kernels_of(const gm_variant *self) { return self->own; }

typedef struct question { /* what supports, sizes and plan_create are asked, in full */
	gm_problem problem;
	gm_plan_opts opts;
} question;

static gm_status check_question(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts,
                                question *q, gm_error *error)
{
	GM_TRY(engine_runnable(self, error));
	GM_TRY(gm_problem_read(problem, &q->problem, error));
	return check_opts(opts, &q->opts, error);
}

gm_status engine_supports(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, gm_error *error)
{
	question q;

	return check_question(self, problem, opts, &q, error);
}

static void plan_init(gm_plan *plan, const gm_variant *self, const question *q)
{
	*plan = (gm_plan){.kernels = kernels_of(self), .name = self->name, .problem = q->problem, .opts = q->opts};
	dims_init(&plan->dims, &q->problem, kernels_of(self));
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

static gm_status count_sizes(const gm_variant *self, const question *q, gm_sizes *sizes, gm_error *error)
{
	gm_block block = {0};
	gm_plan plan;
	size_t forward, backward = 0, tape = 0;
	int overflow = 0;

	plan_init(&plan, self, q);
	block_take(&block, 1, sizeof plan);
	layout_plan(&plan, &block);
	forward = scratch_bytes(&plan, 0, &overflow);
	if (q->opts.mode == GM_MODE_TRAIN) {
		backward = scratch_bytes(&plan, 1, &overflow);
		tape = tape_bytes(&plan, &overflow);
	}
	if (overflow || block.overflow)
		return gm_fail(error, GM_BAD_SHAPE, "T_max %zu and N_max %zu need more bytes than can be counted",
		               q->opts.T_max, q->opts.N_max);
	*sizes = (gm_sizes){.alignment = GM_ALIGNMENT,
	                    .plan_bytes = block.used,
	                    .scratch_bytes = forward > backward ? forward : backward,
	                    .tape_bytes = tape};
	return GM_OK;
}

gm_status engine_sizes(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, gm_sizes *sizes,
                       gm_error *error)
{
	gm_sizes counted;
	question q;

	GM_TRY(check_question(self, problem, opts, &q, error));
	GM_TRY(count_sizes(self, &q, &counted, error));
	return gm_struct_write("gm_sizes", sizes, &counted, sizeof counted, error);
}

gm_status engine_plan_create(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, void *mem,
                             gm_plan **plan, gm_error *error)
{
	gm_block block = {.base = mem};
	gm_sizes counted;
	gm_plan *made;
	question q;

	GM_TRY(check_question(self, problem, opts, &q, error));
	GM_TRY(count_sizes(self, &q, &counted, error));
	GM_TRY(check_memory("mem", mem, error));
	if (!plan)
		return gm_fail(error, GM_BAD_ARGUMENT, "plan, where the plan's address goes, is NULL");
	made = block_take(&block, 1, sizeof *made);
	plan_init(made, self, &q);
	layout_plan(made, &block);
	memset(made->zeros, 0, (size_t)((char *)made->pack - (char *)made->zeros));
	*plan = made;
	return GM_OK;
}

gm_status engine_set_weights(gm_plan *plan, const gm_weights *given, gm_error *error)
{
	gm_weights weights;
	uint64_t mode;

	GM_TRY(check_weights(plan, given, &weights, error));
	mode = host_fp_enter(plan->opts.denormals);
	pack_weights(plan, &weights);
	host_fp_leave(mode);
	plan->has_weights = 1;
	return GM_OK;
}

gm_status engine_run_forward(gm_plan *plan, const gm_forward_args *given, gm_error *error)
{
	gm_forward_args args;
	uint64_t mode;

	GM_TRY(check_forward(plan, given, &args, error));
	mode = host_fp_enter(plan->opts.denormals);
	engine_forward(plan, &args);
	host_fp_leave(mode);
	return GM_OK;
}

gm_status engine_run_backward(gm_plan *plan, const gm_backward_args *given, gm_error *error)
{
	gm_backward_args args;
	gm_forward_args fwd;
	gm_grads grads;
	uint64_t mode;

	GM_TRY(check_backward(plan, given, &args, &fwd, &grads, error));
	mode = host_fp_enter(plan->opts.denormals);
	engine_backward(plan, &args);
	host_fp_leave(mode);
	return GM_OK;
}

const char *engine_describe(const gm_plan *plan) { return plan->name; }

void engine_plan_destroy(gm_plan *plan)
{
	(void)plan; /* the memory is the caller's, and there are no threads to end */
}

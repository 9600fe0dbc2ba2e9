/* SPDX-License-Identifier: MIT */
/* check.c - what callers hand in is read, completed and checked, once. */
#include "check.h"

#define REFUSE(status, ...) return gm_fail(error, status, __VA_ARGS__)

static gm_status check_given(const char *name, const void *pointer, gm_error *error)
{
	if (!pointer)
		REFUSE(GM_BAD_ARGUMENT, "%s is NULL", name);
	return GM_OK;
}

gm_status check_memory(const char *name, const void *memory, gm_error *error)
{
	unsigned beside = (unsigned)((uintptr_t)memory % GM_ALIGNMENT);

	GM_TRY(check_given(name, memory, error));
	if (beside)
		REFUSE(GM_BAD_ARGUMENT, "%s lies %u bytes off its alignment of %d", name, beside, GM_ALIGNMENT);
	return GM_OK;
}

/* A tensor that the problem has not must not be given: what is asked for would stay unwritten. */
static gm_status check_absent(const char *name, const void *tensor, int has, gm_error *error)
{
	if (tensor && !has)
		REFUSE(GM_BAD_ARGUMENT, "%s is given, and the problem has none", name);
	return GM_OK;
}

static int has_c(const gm_plan *plan) { return (plan->dims.cell->traits & CELL_HAS_C) != 0; }

/* ---- a plan ---- */

gm_status check_opts(const gm_plan_opts *given, gm_plan_opts *opts, gm_error *error)
{
	GM_TRY(gm_struct_read("gm_plan_opts", given, opts, sizeof *opts, error));
	if (opts->mode > GM_MODE_RECOMPUTE)
		REFUSE(GM_BAD_ARGUMENT, "mode is %u, must be infer (%d), train (%d) or recompute (%d)", (unsigned)opts->mode,
		       GM_MODE_INFER, GM_MODE_TRAIN, GM_MODE_RECOMPUTE);
	if (opts->mode == GM_MODE_RECOMPUTE)
		REFUSE(GM_UNSUPPORTED, "mode %d, recompute, is not supported: infer or train", GM_MODE_RECOMPUTE);
	if (opts->T_max == 0)
		REFUSE(GM_BAD_ARGUMENT, "T_max is 0, must be at least 1");
	if (opts->N_max == 0)
		REFUSE(GM_BAD_ARGUMENT, "N_max is 0, must be at least 1");
	if (opts->threads == 0)
		opts->threads = 1;
	if (opts->threads != 1)
		REFUSE(GM_UNSUPPORTED, "runs on 1 thread, %u were asked for", (unsigned)opts->threads);
	if (opts->denormals > GM_DENORMALS_FLUSH)
		REFUSE(GM_BAD_ARGUMENT, "denormals is %u, must be keep (%d) or flush (%d)", (unsigned)opts->denormals,
		       GM_DENORMALS_KEEP, GM_DENORMALS_FLUSH);
	return GM_OK;
}

/* ---- weights ---- */

static gm_status check_matrix(const char *name, const float *matrix, int wanted, size_t index, const gm_plan *plan,
                              gm_error *error)
{
	size_t layer = index / plan->dims.D, direction = index % plan->dims.D;

	if (wanted && !matrix)
		REFUSE(GM_BAD_ARGUMENT, "%s of layer %zu direction %zu is missing", name, layer, direction);
	if (!wanted && matrix)
		REFUSE(GM_BAD_ARGUMENT, "%s of layer %zu direction %zu is given, and the problem has none", name, layer,
		       direction);
	return GM_OK;
}

static gm_status check_count(const char *name, size_t count, const void *layers, const gm_plan *plan, gm_error *error)
{
	const gm_dims *d = &plan->dims;

	if (count != d->L * d->D)
		REFUSE(GM_BAD_ARGUMENT, "count of %s is %zu, must be %zu: layers times directions", name, count, d->L * d->D);
	if (!layers)
		REFUSE(GM_BAD_ARGUMENT, "layer of %s is NULL", name);
	return GM_OK;
}

gm_status check_weights(const gm_plan *plan, const gm_weights *given, gm_weights *weights, gm_error *error)
{
	int bias = plan->problem.bias != 0, projected = plan->dims.P != 0;

	GM_TRY(gm_struct_read("gm_weights", given, weights, sizeof *weights, error));
	GM_TRY(gm_reserved_check("gm_weights", weights->reserved, error));
	GM_TRY(check_count("gm_weights", weights->count, weights->layer, plan, error));
	for (size_t i = 0; i < weights->count; i++) {
		const gm_layer_weights *w = &weights->layer[i];

		GM_TRY(check_matrix("weight_ih", w->weight_ih, 1, i, plan, error));
		GM_TRY(check_matrix("weight_hh", w->weight_hh, 1, i, plan, error));
		GM_TRY(check_matrix("bias_ih", w->bias_ih, bias, i, plan, error));
		GM_TRY(check_matrix("bias_hh", w->bias_hh, bias, i, plan, error));
		GM_TRY(check_matrix("weight_hr", w->weight_hr, projected, i, plan, error));
	}
	return GM_OK;
}

/* ---- forward ---- */

static gm_status check_sizes(const gm_plan *plan, const gm_forward_args *args, gm_error *error)
{
	if (args->T == 0 || args->T > plan->opts.T_max)
		REFUSE(GM_BAD_SHAPE, "T is %zu, must be 1 to %zu, which is T_max", args->T, plan->opts.T_max);
	if (args->N == 0 || args->N > plan->opts.N_max)
		REFUSE(GM_BAD_SHAPE, "N is %zu, must be 1 to %zu, which is N_max", args->N, plan->opts.N_max);
	return GM_OK;
}

static gm_status check_lengths(const gm_plan *plan, const gm_forward_args *args, gm_error *error)
{
	if (plan->problem.lengths && !args->lengths)
		REFUSE(GM_BAD_ARGUMENT, "lengths is NULL, and the problem has lengths");
	if (!plan->problem.lengths && args->lengths)
		REFUSE(GM_BAD_ARGUMENT, "lengths are given, and the problem has none");
	for (size_t n = 0; args->lengths && n < args->N; n++)
		if (args->lengths[n] < 1 || (uint64_t)args->lengths[n] > args->T)
			REFUSE(GM_BAD_SHAPE, "lengths[%zu] is %lld, must be 1 to %zu, which is T", n, (long long)args->lengths[n],
			       args->T);
	return GM_OK;
}

static gm_status check_masks(const gm_plan *plan, const gm_forward_args *args, gm_error *error)
{
	size_t masks = plan->problem.dropout > 0 ? plan->dims.L - 1 : 0;

	if (masks && !args->dropout_mask)
		REFUSE(GM_BAD_ARGUMENT, "dropout_mask is NULL, and dropout is %g: %zu masks", plan->problem.dropout, masks);
	if (!(plan->problem.dropout > 0) && args->dropout_mask)
		REFUSE(GM_BAD_ARGUMENT, "dropout_mask is given, and the problem has no dropout");
	for (size_t l = 0; l < masks; l++)
		if (!args->dropout_mask[l])
			REFUSE(GM_BAD_ARGUMENT, "dropout_mask[%zu] is NULL, must be that of layer %zu, of %zu", l, l, masks);
	return GM_OK;
}

/* A tensor's stride of t and of n; both 0: dense.  One may be 0 if its axis has one element. */
static gm_status complete_strides(const char *name, size_t width, const gm_plan *plan, const gm_forward_args *args,
                                  ptrdiff_t *stride[2], gm_error *error)
{
	const size_t count[2] = {args->T, args->N};
	int inner = plan->problem.batch_first ? 0 : 1;

	if (!*stride[0] && !*stride[1]) {
		*stride[inner] = (ptrdiff_t)width;
		*stride[!inner] = (ptrdiff_t)(count[inner] * width);
	}
	for (int axis = 0; axis < 2; axis++)
		if (!*stride[axis] && count[axis] > 1)
			REFUSE(GM_BAD_ARGUMENT, "%s_%c is 0 for %zu elements, and %s_%c is not: both are 0, dense, or none", name,
			       "tn"[axis], count[axis], name, "nt"[axis]);
	return GM_OK;
}

static gm_status check_strides(const gm_plan *plan, gm_forward_args *args, gm_error *error)
{
	size_t width = plan->dims.D * plan->dims.R;

	GM_TRY(complete_strides("in", plan->dims.I, plan, args, (ptrdiff_t *[]){&args->in_t, &args->in_n}, error));
	GM_TRY(complete_strides("mask", width, plan, args, (ptrdiff_t *[]){&args->mask_t, &args->mask_n}, error));
	return complete_strides("out", width, plan, args, (ptrdiff_t *[]){&args->out_t, &args->out_n}, error);
}

gm_status check_forward(const gm_plan *plan, const gm_forward_args *given, gm_forward_args *args, gm_error *error)
{
	GM_TRY(gm_struct_read("gm_forward_args", given, args, sizeof *args, error));
	GM_TRY(gm_reserved_check("gm_forward_args", args->reserved, error));
	if (!plan->has_weights)
		REFUSE(GM_BAD_ARGUMENT, "there are no weights yet: they come first");
	GM_TRY(check_sizes(plan, args, error));
	GM_TRY(check_given("input", args->input, error));
	GM_TRY(check_given("output", args->output, error));
	GM_TRY(check_memory("scratch", args->scratch, error));
	if (args->tape && plan->opts.mode == GM_MODE_INFER)
		REFUSE(GM_BAD_ARGUMENT, "a tape is given in mode infer, where mode train is needed");
	if (args->tape)
		GM_TRY(check_memory("tape", args->tape, error));
	GM_TRY(check_absent("c_0", args->c_0, has_c(plan), error));
	GM_TRY(check_absent("c_n", args->c_n, has_c(plan), error));
	GM_TRY(check_lengths(plan, args, error));
	GM_TRY(check_masks(plan, args, error));
	return check_strides(plan, args, error);
}

/* ---- backward ---- */

static gm_status check_window(const gm_plan *plan, gm_backward_args *args, size_t T, gm_error *error)
{
	if (!args->t_begin && !args->t_end)
		args->t_end = T;
	if (args->t_begin >= args->t_end || args->t_end > T)
		REFUSE(GM_BAD_SHAPE, "t_begin is %zu and t_end %zu, must be a window of the %zu steps", args->t_begin,
		       args->t_end, T);
	if (plan->dims.D > 1 && args->t_end - args->t_begin < T)
		REFUSE(GM_UNSUPPORTED, "steps %zu to %zu of %zu: both directions have the whole only", args->t_begin,
		       args->t_end, T);
	return GM_OK;
}

static gm_status check_grads(const gm_plan *plan, const gm_grads *given, gm_grads *grads, gm_error *error)
{
	int bias = plan->problem.bias != 0, projected = plan->dims.P != 0;

	GM_TRY(gm_struct_read("gm_grads", given, grads, sizeof *grads, error));
	GM_TRY(gm_reserved_check("gm_grads", grads->reserved, error));
	GM_TRY(check_count("gm_grads", grads->count, grads->layer, plan, error));
	for (size_t i = 0; i < grads->count; i++) {
		const gm_layer_grads *g = &grads->layer[i];

		GM_TRY(check_absent("grad_bias_ih", g->grad_bias_ih, bias, error));
		GM_TRY(check_absent("grad_bias_hh", g->grad_bias_hh, bias, error));
		GM_TRY(check_absent("grad_weight_hr", g->grad_weight_hr, projected, error));
	}
	return GM_OK;
}

gm_status check_backward(const gm_plan *plan, const gm_backward_args *given, gm_backward_args *args,
                         gm_forward_args *fwd, gm_grads *grads, gm_error *error)
{
	GM_TRY(gm_struct_read("gm_backward_args", given, args, sizeof *args, error));
	if (args->flags > GM_ACCUMULATE)
		REFUSE(GM_BAD_ARGUMENT, "flags is %u, must be overwrite (%d) or accumulate (%d)", (unsigned)args->flags,
		       GM_OVERWRITE, GM_ACCUMULATE);
	GM_TRY(check_given("fwd", args->fwd, error));
	GM_TRY(check_forward(plan, args->fwd, fwd, error));
	GM_TRY(check_given("tape of fwd", fwd->tape, error));
	args->fwd = fwd;
	GM_TRY(check_window(plan, args, fwd->T, error));
	GM_TRY(check_absent("grad_c_n", args->grad_c_n, has_c(plan), error));
	GM_TRY(check_absent("grad_c_0", args->grad_c_0, has_c(plan), error));
	if (!args->grad_weights)
		return GM_OK;
	GM_TRY(check_grads(plan, args->grad_weights, grads, error));
	args->grad_weights = grads;
	return GM_OK;
}

/* SPDX-License-Identifier: MIT */
/* model.c - the model object of gatemark.h: one plan of one variant with its memory, and the state that its short
 * calls hand on.  All of it stands in one block: this struct, plan, scratch, tape, two states. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cells.h"
#include "core/block.h"
#include "core/core.h"
#include "gatemark/variant.h"

_Static_assert(GM_MODEL_ALIGNMENT == GM_ALIGNMENT, "what a block aligns to is what a caller has to give");

struct gm_model {
	const gm_variant *variant;
	gm_problem problem; /* as it was given */
	gm_plan_opts opts;
	gm_plan *plan;
	void *memory;  /* to free; NULL if the caller's */
	void *scratch; /* of the longest call */
	void *tape;    /* NULL in infer mode */
	size_t tape_bytes;
	float *h[2], *c[2];   /* what the last short call began with and ended with; c NULL where the cell has none */
	int now;              /* which of the two is the state */
	size_t state_N;       /* its batch; 0: zeros, of any */
	gm_forward_args last; /* the last call on `tape`; its tape is NULL before there is one */
};

/* Everything of a model but its memory. */
struct want {
	gm_model model;
	gm_model_opts opts;
	gm_problem run; /* what the plan is made for */
	gm_sizes sizes;
};

static gm_status find_variant(struct want *want, gm_error *error)
{
	const char *name = want->opts.variant;

	if (!name)
		return gm_variant_best(&want->run, &want->model.opts, &want->model.variant, error);
	want->model.variant = gm_variant_find(name);
	if (!want->model.variant)
		return gm_fail(error, GM_BAD_ARGUMENT, "there is no variant \"%.40s\"", name);
	return GM_OK;
}

static gm_status want_read(struct want *want, const gm_problem *problem, const gm_model_opts *opts, gm_error *error)
{
	gm_model *m = &want->model;

	*want = (struct want){.sizes = {.struct_size = sizeof want->sizes}};
	GM_TRY(gm_problem_read(problem, &m->problem, error));
	if (opts)
		GM_TRY(gm_struct_read("gm_model_opts", opts, &want->opts, sizeof want->opts, error));
	want->run = m->problem;
	if (want->opts.mode == GM_MODE_INFER)
		want->run.dropout = 0;
	m->opts = (gm_plan_opts){.struct_size = sizeof m->opts,
	                         .mode = want->opts.mode,
	                         .T_max = want->opts.T_max,
	                         .N_max = want->opts.N_max,
	                         .threads = want->opts.threads ? want->opts.threads : 1,
	                         .denormals = want->opts.denormals};
	GM_TRY(find_variant(want, error));
	return m->variant->sizes(m->variant, &want->run, &m->opts, &want->sizes, error);
}

/* Places everything behind the model itself, which stands at the start of the block; *plan: where the plan goes. */
static void layout(gm_model *m, const struct want *want, gm_block *block, void **plan)
{
	const gm_problem *p = &want->model.problem;
	size_t rows = p->num_layers * gm_directions(p), N = want->model.opts.N_max, wide;

	*plan = block_take(block, 1, want->sizes.plan_bytes);
	m->scratch = block_take(block, 1, want->sizes.scratch_bytes);
	m->tape = want->sizes.tape_bytes ? block_take(block, 1, want->sizes.tape_bytes) : NULL;
	m->tape_bytes = want->sizes.tape_bytes;
	for (int i = 0; i < 2; i++) {
		if (!gm_mul(rows * sizeof(float), N, &wide))
			block->overflow = 1, wide = 0;
		m->h[i] = block_take(block, gm_state_size(p), wide);
		m->c[i] = cell_of(p)->traits & CELL_HAS_C ? block_take(block, p->hidden_size, wide) : NULL;
	}
}

static gm_status bytes_of(const struct want *want, size_t *bytes, gm_error *error)
{
	gm_block block = {0};
	gm_model unplaced;
	void *plan;

	block_take(&block, 1, sizeof(gm_model));
	layout(&unplaced, want, &block, &plan);
	if (block.overflow)
		return gm_fail(error, GM_BAD_SHAPE, "T_max %zu and N_max %zu need more bytes than can be counted",
		               want->model.opts.T_max, want->model.opts.N_max);
	*bytes = block.used;
	return GM_OK;
}

gm_status gm_model_bytes(const gm_problem *problem, const gm_model_opts *opts, size_t *bytes, gm_error *error)
{
	struct want want;

	if (!bytes)
		return gm_fail(error, GM_BAD_ARGUMENT, "bytes is NULL");
	GM_TRY(want_read(&want, problem, opts, error));
	return bytes_of(&want, bytes, error);
}

/* The block's base: the caller's memory, or new memory (then *owned is what to free). */
static gm_status find_memory(const gm_model_opts *opts, size_t bytes, char **base, void **owned, gm_error *error)
{
	*owned = NULL;
	*base = opts->memory;
	if (opts->memory && (uintptr_t)opts->memory % GM_MODEL_ALIGNMENT)
		return gm_fail(error, GM_BAD_ARGUMENT, "memory is not aligned to %d bytes", GM_MODEL_ALIGNMENT);
	if (opts->memory && opts->memory_bytes < bytes)
		return gm_fail(error, GM_NO_MEMORY, "memory_bytes is %zu, must be at least %zu", opts->memory_bytes, bytes);
	if (opts->memory)
		return GM_OK;
	if (bytes > SIZE_MAX - GM_MODEL_ALIGNMENT || !(*owned = malloc(bytes + GM_MODEL_ALIGNMENT)))
		return gm_fail(error, GM_NO_MEMORY, "no memory for a model of %zu bytes", bytes);
	*base = *owned;
	*base += GM_MODEL_ALIGNMENT - (uintptr_t)*owned % GM_MODEL_ALIGNMENT;
	return GM_OK;
}

static gm_status place(const struct want *want, char *base, gm_model **model, gm_error *error)
{
	gm_block block = {.base = base};
	gm_model *m = block_take(&block, 1, sizeof *m);
	const gm_variant *v = want->model.variant;
	void *plan;

	*m = want->model;
	layout(m, want, &block, &plan);
	GM_TRY(v->plan_create(v, &want->run, &m->opts, plan, &m->plan, error));
	*model = m;
	return GM_OK;
}

gm_status gm_model_create_from(const gm_problem *problem, const gm_model_opts *opts, gm_model **model, gm_error *error)
{
	struct want want;
	gm_status status;
	size_t bytes = 0;
	void *owned;
	char *base;

	if (!model)
		return gm_fail(error, GM_BAD_ARGUMENT, "model is NULL");
	GM_TRY(want_read(&want, problem, opts, error));
	GM_TRY(bytes_of(&want, &bytes, error));
	GM_TRY(find_memory(&want.opts, bytes, &base, &owned, error));
	want.model.memory = owned;
	status = place(&want, base, model, error);
	if (status != GM_OK)
		free(owned);
	return status;
}

gm_status gm_model_create(const char *text, const gm_model_opts *opts, gm_model **model, gm_error *error)
{
	gm_model_opts full = {0};
	gm_spec spec;

	if (!text)
		return gm_fail(error, GM_BAD_ARGUMENT, "the text of the problem is NULL");
	GM_TRY(gm_spec_parse(text, &spec, error));
	if (opts)
		GM_TRY(gm_struct_read("gm_model_opts", opts, &full, sizeof full, error));
	full.struct_size = sizeof full;
	full.T_max = full.T_max ? full.T_max : spec.T;
	full.N_max = full.N_max ? full.N_max : spec.N;
	if (gm_pass_backward(spec.pass))
		full.mode = full.mode ? full.mode : GM_MODE_TRAIN;
	return gm_model_create_from(&spec.problem, &full, model, error);
}

void gm_model_destroy(gm_model *model)
{
	if (!model)
		return;
	model->variant->plan_destroy(model->plan);
	free(model->memory);
}

gm_status gm_model_load(gm_model *model, const gm_layer_weights *layer, size_t count, gm_error *error)
{
	gm_weights weights = {.struct_size = sizeof weights, .count = count, .layer = layer};

	if (!model)
		return gm_fail(error, GM_BAD_ARGUMENT, "model is NULL");
	GM_TRY(model->variant->set_weights(model->plan, &weights, error));
	model->last.tape = NULL; // was made with others
	return GM_OK;
}

gm_status gm_model_run(gm_model *model, const gm_forward_args *args, gm_error *error)
{
	gm_forward_args full;

	if (!model)
		return gm_fail(error, GM_BAD_ARGUMENT, "model is NULL");
	GM_TRY(gm_struct_read("gm_forward_args", args, &full, sizeof full, error));
	if (!full.scratch)
		full.scratch = model->scratch;
	if (!full.tape)
		full.tape = model->tape;
	if (model->problem.dropout > 0 && model->opts.mode == GM_MODE_INFER)
		full.dropout_mask = NULL;
	GM_TRY(model->variant->forward(model->plan, &full, error));
	if (full.tape == model->tape)
		model->last = full;
	return GM_OK;
}

/* The call forward that backward goes back on, in full: *given, or the model's last if that is NULL. */
static gm_status find_forward(const gm_model *m, const gm_forward_args *given, gm_forward_args *fwd, gm_error *error)
{
	*fwd = m->last;
	if (given)
		GM_TRY(gm_struct_read("gm_forward_args", given, fwd, sizeof *fwd, error));
	if (!fwd->scratch)
		fwd->scratch = m->scratch;
	if (fwd->tape && fwd->tape != m->tape)
		return GM_OK;
	if (!m->last.tape)
		return gm_fail(error, GM_BAD_ARGUMENT, "there was no call forward with these weights yet to go back on");
	if (fwd->T != m->last.T || fwd->N != m->last.N || fwd->input != m->last.input)
		return gm_fail(error, GM_BAD_ARGUMENT,
		               "fwd is not the last call on the model's tape (T %zu and %zu, N %zu and %zu)", fwd->T, m->last.T,
		               fwd->N, m->last.N);
	fwd->tape = m->tape;
	return GM_OK;
}

gm_status gm_model_run_backward(gm_model *model, const gm_backward_args *args, gm_error *error)
{
	gm_backward_args full;
	gm_forward_args fwd;

	if (!model)
		return gm_fail(error, GM_BAD_ARGUMENT, "model is NULL");
	GM_TRY(gm_struct_read("gm_backward_args", args, &full, sizeof full, error));
	if (model->opts.mode == GM_MODE_INFER)
		return gm_fail(error, GM_BAD_ARGUMENT,
		               "the model was made with GM_MODE_INFER, and backward needs GM_MODE_TRAIN");
	if (!model->variant->backward)
		return gm_fail(error, GM_UNSUPPORTED, "%s runs forward only", model->variant->name);
	GM_TRY(find_forward(model, full.fwd, &fwd, error));
	full.fwd = &fwd;
	return model->variant->backward(model->plan, &full, error);
}

gm_status gm_model_backward(gm_model *model, const float *grad_output, float *grad_input, const gm_layer_grads *grads,
                            size_t count, gm_error *error)
{
	const gm_grads all = {.struct_size = sizeof all, .count = count, .layer = grads};
	const gm_backward_args args = {.struct_size = sizeof args,
	                               .grad_output = grad_output,
	                               .grad_input = grad_input,
	                               .grad_weights = grads ? &all : NULL};

	return gm_model_run_backward(model, &args, error);
}

/* A short call: what only gm_model_run can say is refused. */
static gm_status check_short(const gm_model *m, const float *input, const float *output, gm_error *error)
{
	if (!m || !input || !output)
		return gm_fail(error, GM_BAD_ARGUMENT, "%s is NULL", !m ? "model" : !input ? "input" : "output");
	if (m->problem.lengths)
		return gm_fail(error, GM_BAD_ARGUMENT, "the problem has lengths, which gm_model_run takes");
	if (m->problem.dropout > 0 && m->problem.num_layers > 1 && m->opts.mode != GM_MODE_INFER)
		return gm_fail(error, GM_BAD_ARGUMENT, "the problem has dropout masks, which gm_model_run takes");
	return GM_OK;
}

static gm_status check_state(const gm_model *m, size_t N, gm_error *error)
{
	if (m->problem.bidirectional)
		return gm_fail(error, GM_BAD_ARGUMENT, "the problem is bidirectional: no state goes on from the end of a call");
	if (N == 0 || N > m->opts.N_max)
		return gm_fail(error, GM_BAD_SHAPE, "N is %zu, must be 1 to %zu", N, m->opts.N_max);
	if (m->state_N && m->state_N != N)
		return gm_fail(error, GM_BAD_SHAPE, "N is %zu, but the state is of N %zu (gm_model_reset forgets it)", N,
		               m->state_N);
	return GM_OK;
}

/* Runs a short call whose end becomes the state. */
static gm_status run_on(gm_model *m, gm_forward_args *args, gm_error *error)
{
	args->h_n = m->h[!m->now];
	args->c_n = m->c[!m->now];
	GM_TRY(gm_model_run(m, args, error));
	m->now = !m->now;
	m->state_N = args->N;
	return GM_OK;
}

gm_status gm_model_forward(gm_model *model, size_t T, size_t N, const float *input, float *output, gm_error *error)
{
	gm_forward_args args = {.struct_size = sizeof args, .T = T, .N = N, .input = input, .output = output};

	GM_TRY(check_short(model, input, output, error));
	return run_on(model, &args, error);
}

gm_status gm_model_step(gm_model *model, size_t T, size_t N, const float *input, float *output, gm_error *error)
{
	gm_forward_args args = {.struct_size = sizeof args, .T = T, .N = N, .input = input, .output = output};

	GM_TRY(check_short(model, input, output, error));
	GM_TRY(check_state(model, N, error));
	args.h_0 = model->state_N ? model->h[model->now] : NULL;
	args.c_0 = model->state_N ? model->c[model->now] : NULL;
	return run_on(model, &args, error);
}

void gm_model_reset(gm_model *model)
{
	if (model)
		model->state_N = 0;
}

gm_status gm_model_state(gm_model *model, size_t N, float **h, float **c, gm_error *error)
{
	if (!model || !h)
		return gm_fail(error, GM_BAD_ARGUMENT, "%s is NULL", model ? "h" : "model");
	GM_TRY(check_state(model, N, error));
	*h = model->h[model->now];
	if (c)
		*c = model->c[model->now];
	if (model->state_N)
		return GM_OK;
	memset(*h, 0, model->problem.num_layers * N * gm_state_size(&model->problem) * sizeof(float));
	if (model->c[model->now])
		memset(model->c[model->now], 0, model->problem.num_layers * N * model->problem.hidden_size * sizeof(float));
	model->state_N = N;
	return GM_OK;
}

size_t gm_model_tape_bytes(const gm_model *model) { return model ? model->tape_bytes : 0; }

const char *gm_model_variant(const gm_model *model) { return model ? model->variant->name : NULL; }

const gm_problem *gm_model_problem(const gm_model *model) { return model ? &model->problem : NULL; }

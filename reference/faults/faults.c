/* SPDX-License-Identifier: MIT */
/* faults.c - the variants made of the table of seeded faults: their plans and calls.  Which fault is meant
 * is a variant's own: its row of the table and the base that it wraps.
 *
 * Memory: this plan, a copy of the weights and the kept state come first, base's plan behind them; base's scratch comes
 * first, the wrapper's own behind it. */
#include "fault_plan.h"

#define FAULT(id, ...) FAULT_##id,
enum {
#include "faults.def"
	FAULTS
};
#undef FAULT

typedef struct fault_own {
	const fault_row *row;
	const gm_variant *base;
} fault_own;

static const fault_own *own_of(const gm_variant *self) { return self->own; }

static size_t up(size_t value, size_t alignment) { return (value + alignment - 1) / alignment * alignment; }

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

static gm_status supports(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, gm_error *error)
{
	const fault_row *row = own_of(self)->row;
	const gm_variant *base = own_of(self)->base;

	if (!(row->info.cells >> problem->cell & 1) || (row->needs & ~properties(problem, opts)))
		return gm_fail(error, GM_UNSUPPORTED, "this problem has no room for the fault %s", row->info.name);
	return base->supports(base, problem, opts, error);
}

/* Sizes of base and wrapper together, and a plan that knows its own; its memory is create's business. */
static gm_status sized(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, gm_sizes *sizes,
                       fault_plan *p, gm_error *error)
{
	size_t floats = opts->T_max * (problem->input_size + gm_layer_input(problem, 1));
	size_t R = gm_state_size(problem), each = (fault_layer_floats(problem) + opts->N_max * R) * sizeof(float);

	*p = (fault_plan){.row = own_of(self)->row,
	                  .base = own_of(self)->base,
	                  .problem = *problem,
	                  .G = gm_gates(problem->cell),
	                  .H = problem->hidden_size,
	                  .R = R,
	                  .D = gm_directions(problem),
	                  .count = problem->num_layers * gm_directions(problem)};
	GM_TRY(p->base->sizes(p->base, problem, opts, sizes, error));
	if (sizes->alignment < 64)
		sizes->alignment = 64;
	p->own = up(sizeof *p + p->count * (sizeof *p->given + each), sizes->alignment);
	p->extra = up(sizes->scratch_bytes, 64);
	sizes->plan_bytes += p->own;
	sizes->scratch_bytes = p->extra + opts->N_max * (floats + 2 * p->count * p->H) * sizeof(float) +
	                       opts->N_max * sizeof(int64_t) + problem->num_layers * sizeof(float *);
	return GM_OK;
}

static gm_status sizes_of(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, gm_sizes *sizes,
                          gm_error *error)
{
	fault_plan plan;

	return sized(self, problem, opts, sizes, &plan, error);
}

/* ---- the plan ---- */

static fault_plan *plan_of(gm_plan *plan) { return (fault_plan *)(void *)plan; }

fault_layer fault_plan_layer(const fault_plan *p, size_t index)
{
	return fault_layer_at(&p->problem, index / p->D, p->weights + index * fault_layer_floats(&p->problem));
}

void *fault_scratch(const fault_plan *p) { return (char *)p->fwd.scratch + p->extra; }

static gm_status create(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, void *mem,
                        gm_plan **plan, gm_error *error)
{
	gm_sizes sizes = {.struct_size = sizeof sizes};
	fault_plan *p = mem;

	GM_TRY(supports(self, problem, opts, error));
	GM_TRY(sized(self, problem, opts, &sizes, p, error));
	p->given = (gm_layer_weights *)(void *)(p + 1);
	p->weights = (float *)(void *)(p->given + p->count);
	p->state = p->weights + p->count * fault_layer_floats(problem);
	for (size_t i = 0; i < p->count * opts->N_max * p->R; i++)
		p->state[i] = 0;
	GM_TRY(p->base->plan_create(p->base, problem, opts, (char *)mem + p->own, &p->inner, error));
	if (p->row->kernel != KERNEL_HONEST)
		fault_kernel_break(p->inner, p->row->kernel);
	*plan = mem;
	return GM_OK;
}

static void call(fault_plan *p, fault_hook *hook)
{
	if (hook)
		hook(p);
}

static gm_status set_weights(gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	fault_plan *p = plan_of(plan);
	gm_weights altered = {.struct_size = sizeof altered, .count = p->count, .layer = p->given};

	if (weights->count != p->count)
		return gm_fail(error, GM_BAD_ARGUMENT, "weights of %zu layers, must be %zu", weights->count, p->count);
	for (p->index = 0; p->index < p->count; p->index++) {
		const gm_layer_weights *from = &weights->layer[p->index];
		const fault_layer *to = &p->layer;

		p->layer = fault_plan_layer(p, p->index);
		fault_layer_copy(&p->problem, to, from);
		call(p, p->row->weights);
		p->given[p->index] = (gm_layer_weights){to->weight_ih, to->weight_hh, from->bias_ih ? to->bias_ih : NULL,
		                                        from->bias_hh ? to->bias_hh : NULL,
		                                        from->weight_hr ? to->weight_hr : NULL};
	}
	return p->base->set_weights(p->inner, &altered, error);
}

static void destroy(gm_plan *plan) { plan_of(plan)->base->plan_destroy(plan_of(plan)->inner); }

static const char *describe(const gm_plan *plan) { return ((const fault_plan *)(const void *)plan)->row->info.what; }

/* ---- calls ---- */

static gm_status forward(gm_plan *plan, const gm_forward_args *given, gm_error *error)
{
	fault_plan *p = plan_of(plan);

	for (int more = p->row->calls == FORWARD_TWICE; more >= 0; more--) {
		p->last = !more;
		p->fwd = *given;
		call(p, p->row->forward);
		GM_TRY(p->base->forward(p->inner, &p->fwd, error));
	}
	call(p, p->row->output);
	return GM_OK;
}

static gm_status backward(gm_plan *plan, const gm_backward_args *given, gm_error *error)
{
	fault_plan *p = plan_of(plan);

	for (int more = p->row->calls == BACKWARD_TWICE; more >= 0; more--) {
		p->last = !more;
		p->fwd = *given->fwd;
		p->bwd = *given;
		p->bwd.fwd = &p->fwd;
		call(p, p->row->forward);
		call(p, p->row->upstream);
		GM_TRY(p->base->backward(p->inner, &p->bwd, error));
	}
	call(p, p->row->grads);
	return GM_OK;
}

/* ---- variants ---- */

size_t fault_count(void) { return FAULTS; }

const fault *fault_at(size_t index) { return index < FAULTS ? &fault_table[index].info : NULL; }

const gm_variant *fault_variant(size_t index, const gm_variant *base)
{
	static fault_own own[FAULTS];
	static gm_variant variant[FAULTS];

	if (index >= FAULTS)
		return NULL;
	if (fault_table[index].kernel != KERNEL_HONEST)
		base = fault_kernel();
	if (!base)
		return NULL;
	own[index] = (fault_own){.row = &fault_table[index], .base = base};
	variant[index] = (gm_variant){.struct_size = sizeof(gm_variant),
	                              .abi_major = GM_ABI_MAJOR,
	                              .abi_minor = GM_ABI_MINOR,
	                              .name = fault_table[index].info.name,
	                              .needs = base->needs,
	                              .traits = base->traits,
	                              .own = &own[index],
	                              .supports = supports,
	                              .sizes = sizes_of,
	                              .plan_create = create,
	                              .set_weights = set_weights,
	                              .forward = forward,
	                              .backward = base->backward ? backward : NULL,
	                              .describe = describe,
	                              .plan_destroy = destroy};
	variant[index].traits.rounding = GM_FREE;
	return &variant[index];
}

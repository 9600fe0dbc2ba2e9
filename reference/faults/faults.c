/* SPDX-License-Identifier: MIT */
/* faults.c - the table of seeded faults and the variants made of it.  A gm_variant's first functions are called before
 * there is a plan to say which fault is meant, so each row has its own three; everything else is shared. */
#include "fault_wrap.h"

enum { /* of faults.def */
	   TANH = 1u << GM_RNN_TANH,
	   RELU = 1u << GM_RNN_RELU,
	   RNN = TANH | RELU,
	   LSTM = 1u << GM_LSTM,
	   GRU = 1u << GM_GRU,
	   GATED = LSTM | GRU,
	   CURVED = TANH | GATED,
	   ALL = RNN | GATED
};

#define FAULT(id, ...) FAULT_##id,
enum {
#include "faults.def"
	FAULTS
};
#undef FAULT

#define FAULT(id, cell_mask, in_gradients, text, ...) {.info = {#id, text, cell_mask, in_gradients}, __VA_ARGS__},
static const fault_row table[FAULTS] = {
#include "faults.def"
};
#undef FAULT

#define FAULT(id, ...)                                                                                            \
	static gm_status id##_supports(const gm_problem *p, const gm_plan_opts *o, gm_error *e)                       \
	{                                                                                                             \
		return fault_supports(FAULT_##id, p, o, e);                                                               \
	}                                                                                                             \
	static gm_status id##_sizes(const gm_problem *p, const gm_plan_opts *o, gm_sizes *s)                          \
	{                                                                                                             \
		return fault_sizes(FAULT_##id, p, o, s);                                                                  \
	}                                                                                                             \
	static gm_status id##_create(const gm_problem *p, const gm_plan_opts *o, void *m, gm_plan **out, gm_error *e) \
	{                                                                                                             \
		return fault_create(FAULT_##id, p, o, m, out, e);                                                         \
	}
#include "faults.def"
#undef FAULT

#define FAULT(id, ...) {.name = #id, .supports = id##_supports, .sizes = id##_sizes, .plan_create = id##_create},
static const gm_variant prototype[FAULTS] = {
#include "faults.def"
};
#undef FAULT

static gm_variant variant[FAULTS];
static const gm_variant *base_of[FAULTS];

size_t fault_count(void) { return FAULTS; }

const fault *fault_at(size_t index) { return index < FAULTS ? &table[index].info : NULL; }

const fault_row *fault_row_at(size_t index) { return &table[index]; }

const gm_variant *fault_base_at(size_t index) { return base_of[index]; }

const gm_variant *fault_variant(size_t index, const gm_variant *base)
{
	gm_variant *v;

	if (index >= FAULTS)
		return NULL;
	if (table[index].kernel != KERNEL_HONEST)
		base = fault_kernel();
	if (!base)
		return NULL;
	v = &variant[index];
	*v = prototype[index];
	v->struct_size = sizeof *v;
	v->abi_major = GM_ABI_MAJOR;
	v->abi_minor = GM_ABI_MINOR;
	v->needs = base->needs;
	v->traits = base->traits;
	v->traits.rounding = GM_FREE;
	v->set_weights = fault_set_weights;
	v->forward = fault_forward;
	v->backward = base->backward ? fault_backward : NULL;
	v->describe = fault_describe;
	v->plan_destroy = fault_destroy;
	base_of[index] = base;
	return v;
}

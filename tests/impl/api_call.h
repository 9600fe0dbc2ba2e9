/* SPDX-License-Identifier: MIT */
/* api_call.h - a good call of every function of gm_variant, all of it in structs that a test may spoil. */
#ifndef TESTS_API_CALL_H
#define TESTS_API_CALL_H

#include "run_variant.h"

#include <string.h>

typedef enum function { SUPPORTS, SIZES, PLAN, WEIGHTS, FORWARD, BACKWARD } function;

typedef struct api_call {
	variant_run run;
	gm_problem problem;
	gm_plan_opts opts;
	gm_sizes sizes;
	gm_layer_weights layer[2];
	gm_weights weights;
	int64_t lengths[3];
	const float *mask[1];
	gm_forward_args fwd;
	gm_backward_args bwd;
	gm_layer_grads grad[2];
	gm_grads grads;
	/* what is handed in: addresses of the above */
	const gm_problem *p;
	const gm_plan_opts *o;
	gm_sizes *s;
	char *mem;
	gm_plan *made, **made_at;
	const gm_weights *w;
	const gm_forward_args *f;
	const gm_backward_args *b;
} api_call;

/* Forward has run, so that backward may; at most two layers and directions, a mask, 3 batch rows. */
static inline void call_open(api_call *c, const char *problem)
{
	memset(c, 0, sizeof *c);
	run_random(&c->run, gm_variant_at(0), problem, 1, GM_MODE_TRAIN);
	run_forward(&c->run);
	c->problem = c->run.spec.problem;
	c->opts = (gm_plan_opts){
		.struct_size = sizeof c->opts, .mode = GM_MODE_TRAIN, .T_max = 5, .N_max = 3, .threads = 1};
	c->sizes.struct_size = sizeof c->sizes;
	c->weights = c->run.binding->weights;
	memcpy(c->layer, c->weights.layer, c->weights.count * sizeof *c->layer);
	c->weights.layer = c->layer;
	c->fwd = c->run.binding->fwd;
	if (c->fwd.lengths) {
		memcpy(c->lengths, c->fwd.lengths, sizeof c->lengths);
		c->fwd.lengths = c->lengths;
	}
	if (c->fwd.dropout_mask) {
		c->mask[0] = c->fwd.dropout_mask[0];
		c->fwd.dropout_mask = c->mask;
	}
	c->bwd = c->run.binding->bwd;
	c->bwd.fwd = &c->fwd;
	c->grads = c->run.binding->grads;
	memcpy(c->grad, c->grads.layer, c->grads.count * sizeof *c->grad);
	c->grads.layer = c->grad;
	c->bwd.grad_weights = &c->grads;
	c->p = &c->problem;
	c->o = &c->opts;
	c->s = &c->sizes;
	c->mem = c->run.plan_memory;
	c->made_at = &c->made;
	c->w = &c->weights;
	c->f = &c->fwd;
	c->b = &c->bwd;
}

static inline gm_status call_ask(api_call *c, function which, gm_error *error)
{
	const gm_variant *v = c->run.variant;

	switch (which) {
	case SUPPORTS: return v->supports(v, c->p, c->o, error);
	case SIZES: return v->sizes(v, c->p, c->o, c->s, error);
	case PLAN: return v->plan_create(v, c->p, c->o, c->mem, c->made_at, error);
	case WEIGHTS: return v->set_weights(c->run.plan, c->w, error);
	case FORWARD: return v->forward(c->run.plan, c->f, error);
	default: return v->backward(c->run.plan, c->b, error);
	}
}

/* All outputs and gradients 0x77..., and whether they still are. */
static inline void call_poison(const api_call *c)
{
	for (size_t i = 0; i < c->run.tensors->count; i++)
		if (c->run.tensors->row[i].role >= GM_ROLE_OUTPUT)
			memset(c->run.data[i], 0x77, c->run.tensors->row[i].count * sizeof(float));
}

static inline int call_untouched(const api_call *c)
{
	for (size_t i = 0; i < c->run.tensors->count; i++)
		for (size_t k = 0; c->run.tensors->row[i].role >= GM_ROLE_OUTPUT && k < c->run.tensors->row[i].count; k++)
			if (memcmp((float *)c->run.data[i] + k, "\x77\x77\x77\x77", 4) != 0)
				return 0;
	return 1;
}

#endif

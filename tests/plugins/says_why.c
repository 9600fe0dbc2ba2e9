/* SPDX-License-Identifier: MIT */
/* says_why.c - four variants, each refuses in the function that it is named after and says why. */
#include "base.h"

static gm_status sizes(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, gm_sizes *s, gm_error *error)
{
	(void)self;
	(void)p;
	(void)s;
	return gm_fail(error, GM_BAD_SHAPE, "T_max %zu is odd", o->T_max);
}

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	(void)plan;
	return gm_fail(error, GM_NO_MEMORY, "a pool of %zu threads died", f->N);
}

static gm_status backward(gm_plan *plan, const gm_backward_args *b, gm_error *error)
{
	(void)plan;
	return gm_fail(error, GM_UNSUPPORTED, "steps %zu to %zu are no whole", b->t_begin, b->t_end);
}

static gm_status effective(const gm_plan *plan, gm_weights_out *out, gm_error *error)
{
	(void)plan;
	return gm_fail(error, GM_IO, "%zu matrices are packed beyond recall", out->count);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	static gm_variant variants[4];
	static const gm_variant *const list[4] = {&variants[0], &variants[1], &variants[2], &variants[3]};

	variants[0] = variants[1] = variants[2] = variants[3] = *variant;
	variants[0].name = "sizes";
	variants[0].sizes = sizes;
	variants[1].name = "forward";
	variants[1].forward = forward;
	variants[2].name = "backward";
	variants[2].backward = backward;
	variants[3].name = "effective";
	variants[3].effective_weights = effective;
	plugin->variant = list;
	plugin->variant_count = 4;
	return plugin;
}

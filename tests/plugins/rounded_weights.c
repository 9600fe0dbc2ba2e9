/* SPDX-License-Identifier: MIT */
/* rounded_weights.c - multiplies weights rounded to whole numbers and says so. */
#include "base.h"

static gm_status effective(const gm_plan *plan, gm_weights_out *out, gm_error *error)
{
	const gm_problem *p = &plan->problem;

	(void)error;
	for (size_t i = 0; i < out->count; i++)
		for (size_t k = 0; k < p->hidden_size * p->hidden_size; k++)
			out->weight_hh[i][k] = 3;
	return GM_OK;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->effective_weights = effective;
	return plugin;
}

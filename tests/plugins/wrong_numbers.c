/* SPDX-License-Identifier: MIT */
/* wrong_numbers.c - keeps every rule and is wrong in the last element: for the judge, not for the worker. */
#include "base.h"

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	gm_status status = base_forward(plan, f, error);

	base_output_end(plan, f)[-1] = 2.5f;
	return status;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

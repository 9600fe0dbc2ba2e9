/* SPDX-License-Identifier: MIT */
/* forward_past_end.c - writes one element past the end of output. */
#include "base.h"

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	*base_output_end(plan, f) = 1;
	return base_forward(plan, f, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* forward_before_start.c - writes two elements before the start of output. */
#include "base.h"

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	f->output[-2] = 1;
	return base_forward(plan, f, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

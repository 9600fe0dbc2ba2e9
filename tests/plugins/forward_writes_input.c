/* SPDX-License-Identifier: MIT */
/* forward_writes_input.c - writes to its input. */
#include "base.h"

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	((float *)(uintptr_t)f->input)[1] = 1;
	return base_forward(plan, f, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

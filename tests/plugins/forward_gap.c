/* SPDX-License-Identifier: MIT */
/* forward_gap.c - writes into what alignment leaves behind the scratch memory. */
#include "base.h"

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	((char *)f->scratch)[plan->sizes.scratch_bytes + 2] = 1;
	return base_forward(plan, f, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

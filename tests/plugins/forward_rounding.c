/* SPDX-License-Identifier: MIT */
/* forward_rounding.c - leaves another rounding mode. */
#include "base.h"

#include <fenv.h>

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	fesetround(FE_TOWARDZERO);
	return base_forward(plan, f, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

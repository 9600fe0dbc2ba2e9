/* SPDX-License-Identifier: MIT */
/* forward_unmasks.c - lets floating-point exceptions trap. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base.h"

#include <fenv.h>

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	feenableexcept(FE_DIVBYZERO);
	return base_forward(plan, f, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

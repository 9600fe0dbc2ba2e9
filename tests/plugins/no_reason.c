/* SPDX-License-Identifier: MIT */
/* no_reason.c - says no to everything and not why. */
#include "base.h"

static gm_status never(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, gm_error *error)
{
	(void)self;
	(void)p;
	(void)o;
	(void)error;
	return GM_UNSUPPORTED;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->supports = never;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* refuses_all.c - a plug-in whose only variant says no to every problem. */
#include "base.h"

static gm_status supports(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, gm_error *error)
{
	(void)self;
	(void)problem;
	(void)opts;
	(void)error;
	return GM_UNSUPPORTED;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->supports = supports;
	plugin->variant_count = 1;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* destroy_abort.c - dies when its plan is destroyed. */
#include "base.h"

#include <stdlib.h>

static void destroy(gm_plan *plan)
{
	(void)plan;
	abort();
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->plan_destroy = destroy;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* forward_closes_and_hangs.c - closes the channel and never returns. */
#include "base.h"

#include <unistd.h>

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	close(3);
	for (volatile int on = 1; on;)
		;
	return base_forward(plan, f, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* forward_exit.c - leaves as if all were well. */
#include "base.h"

#include <stdlib.h>

static gm_status forward(gm_plan *plan, const gm_forward_args *f)
{
	(void)plan;
	(void)f;
	exit(0);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

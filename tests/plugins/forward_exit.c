/* SPDX-License-Identifier: MIT */
/* forward_exit.c - leaves as if all were well. */
#include "base.h"

#include <stdlib.h>

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	(void)plan;
	(void)f;
	(void)error;
	exit(0);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

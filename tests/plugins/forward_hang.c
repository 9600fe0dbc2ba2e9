/* SPDX-License-Identifier: MIT */
/* forward_hang.c - never returns. */
#include "base.h"

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	(void)plan;
	(void)f;
	(void)error;
	for (volatile int on = 1; on;)
		;
	return GM_OK;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* forward_refuses.c - returns a status of its own. */
#include "base.h"

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	(void)plan;
	(void)f;
	(void)error;
	return GM_NO_MEMORY;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

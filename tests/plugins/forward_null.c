/* SPDX-License-Identifier: MIT */
/* forward_null.c - writes through a wild pointer. */
#include "base.h"

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	(void)plan;
	(void)f;
	(void)error;
	int *volatile wild = (int *)(uintptr_t)16;

	*wild = 1;
	return GM_OK;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

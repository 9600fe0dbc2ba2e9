/* SPDX-License-Identifier: MIT */
/* forward_status.c - returns a status that there is not. */
#include "base.h"

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	(void)plan;
	(void)f;
	(void)error;
	return (gm_status)99;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

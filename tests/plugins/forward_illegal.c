/* SPDX-License-Identifier: MIT */
/* forward_illegal.c - executes what no CPU knows. */
#include "base.h"

#include <signal.h>

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	(void)plan;
	(void)f;
	(void)error;
	raise(SIGILL);
	return GM_OK;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* forward_stop.c - stops its process. */
#include "base.h"

#include <signal.h>

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	raise(SIGSTOP);
	return base_forward(plan, f, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

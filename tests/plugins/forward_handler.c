/* SPDX-License-Identifier: MIT */
/* forward_handler.c - catches what the host must see. */
#include "base.h"

#include <signal.h>

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	signal(SIGSEGV, SIG_IGN);
	return base_forward(plan, f, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* forward_forks.c - leaves a process behind and dies. */
#include "base.h"

#include <stdlib.h>
#include <unistd.h>

static gm_status forward(gm_plan *plan, const gm_forward_args *f)
{
	(void)plan;
	(void)f;
	if (fork() == 0)
		pause();
	abort();
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* forward_closes_all.c - closes every descriptor, the channel with them. */
#include "base.h"

#include <unistd.h>

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	for (int fd = 0; fd < 1024; fd++)
		close(fd);
	return base_forward(plan, f, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

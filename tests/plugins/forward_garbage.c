/* SPDX-License-Identifier: MIT */
/* forward_garbage.c - writes garbage into the channel. */
#include "base.h"

#include <string.h>
#include <unistd.h>

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	char noise[64];

	memset(noise, 0x5a, sizeof noise);
	if (write(3, noise, sizeof noise) < 0)
		return GM_IO;
	return base_forward(plan, f, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

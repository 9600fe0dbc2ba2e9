/* SPDX-License-Identifier: MIT */
/* crash_load.c - dies while it is loaded, before anybody could check anything. */
#include "base.h"

static __attribute__((constructor)) void on_load(void)
{
	int *volatile wild = (int *)(uintptr_t)16;

	*wild = 1;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	(void)variant;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* null_table.c - its entry returns NULL. */
#include "base.h"

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	(void)plugin;
	(void)variant;
	return NULL;
}

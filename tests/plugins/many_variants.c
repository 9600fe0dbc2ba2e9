/* SPDX-License-Identifier: MIT */
/* many_variants.c - more variants than the program takes. */
#include "base.h"

#include <stdio.h>

enum { MANY = 65 };

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	static gm_variant many[MANY];
	static const gm_variant *list[MANY];
	static char name[MANY][8];

	for (size_t i = 0; i < MANY; i++) {
		snprintf(name[i], sizeof name[i], "v%zu", i);
		many[i] = *variant;
		many[i].name = name[i];
		list[i] = &many[i];
	}
	plugin->variant = list;
	plugin->variant_count = MANY;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* same_name.c - two variants of one name. */
#include "base.h"

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->name = "forward_only";
	return plugin;
}

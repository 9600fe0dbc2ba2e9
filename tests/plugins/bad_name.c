/* SPDX-License-Identifier: MIT */
/* bad_name.c - a name that would spoil a path or a table. */
#include "base.h"

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->name = "../base";
	return plugin;
}

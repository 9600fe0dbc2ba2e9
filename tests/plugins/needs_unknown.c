/* SPDX-License-Identifier: MIT */
/* needs_unknown.c - needs a feature that nobody has given a name to. */
#include "base.h"

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->needs = (uint64_t)1 << 60;
	return plugin;
}

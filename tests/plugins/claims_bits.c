/* SPDX-License-Identifier: MIT */
/* claims_bits.c - a plug-in that says it is canonical and computes constants. */
#include "base.h"

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->traits.rounding = GM_CANONICAL;
	variant->traits.activation = "poly";
	plugin->variant_count = 1;
	return plugin;
}

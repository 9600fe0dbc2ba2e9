/* SPDX-License-Identifier: MIT */
/* absent_cpu.c - a plug-in whose only variant needs what no CPU has. */
#include "base.h"

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->needs = UINT64_C(1) << 63;
	plugin->variant_count = 1;
	return plugin;
}

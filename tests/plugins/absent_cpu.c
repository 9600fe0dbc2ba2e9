/* SPDX-License-Identifier: MIT */
/* absent_cpu.c - a plug-in whose only variant needs what no CPU has: features of two architectures. */
#include "base.h"

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->needs = GM_CPU_AVX512 | GM_CPU_NEON;
	plugin->variant_count = 1;
	return plugin;
}

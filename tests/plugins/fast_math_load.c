/* SPDX-License-Identifier: MIT */
/* fast_math_load.c - linked with -ffast-math: some compilers add start-up code that flushes denormals for the
 * process. */
#include "base.h"

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	(void)variant;
	return plugin;
}

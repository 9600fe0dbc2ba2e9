/* SPDX-License-Identifier: MIT */
/* rounding_load.c - changes the rounding mode while it is loaded. */
#include "base.h"

#include <fenv.h>

static __attribute__((constructor)) void on_load(void) { fesetround(FE_UPWARD); }

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	(void)variant;
	return plugin;
}

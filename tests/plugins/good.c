/* SPDX-License-Identifier: MIT */
/* good.c - spoils nothing: the proof that a refusal of the others has the reason it gives. */
#include "base.h"

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	(void)variant;
	return plugin;
}

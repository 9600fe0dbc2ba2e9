/* SPDX-License-Identifier: MIT */
/* wrong_major.c - speaks the ABI of another age. */
#include "base.h"

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	plugin->abi_major = variant->abi_major = GM_ABI_MAJOR + 1;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* former_major.c - built against the header before this one, whose variants were shorter. */
#include "base.h"

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	plugin->abi_major = variant->abi_major = GM_ABI_MAJOR - 1;
	variant->struct_size -= sizeof variant->own;
	return plugin;
}

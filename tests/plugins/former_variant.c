/* SPDX-License-Identifier: MIT */
/* former_variant.c - offers, in a plug-in of today, a variant built against the header before this one. */
#include "base.h"

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->abi_major = GM_ABI_MAJOR - 1;
	variant->struct_size -= sizeof variant->own;
	return plugin;
}

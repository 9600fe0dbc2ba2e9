/* SPDX-License-Identifier: MIT */
/* small_struct.c - a variant struct that ends before plan_destroy. */
#include "base.h"

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->struct_size = sizeof *variant - sizeof(void *);
	return plugin;
}

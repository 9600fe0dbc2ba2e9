/* SPDX-License-Identifier: MIT */
/* null_function.c - a variant without set_weights. */
#include "base.h"

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->set_weights = NULL;
	return plugin;
}

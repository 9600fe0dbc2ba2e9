/* SPDX-License-Identifier: MIT */
/* backward_null.c - reads through a wild pointer. */
#include "base.h"

static gm_status backward(gm_plan *plan, const gm_backward_args *b, gm_error *error)
{
	int *volatile wild = (int *)(uintptr_t)16;

	return *wild ? GM_OK : base_backward(plan, b, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->backward = backward;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* forward_overflow.c - recursion until the stack ends. */
#include "base.h"

static volatile int deepest = 1 << 30;

static int deeper(int depth)
{
	volatile char room[4096];

	room[0] = (char)depth;
	return depth < deepest ? deeper(depth + 1) + room[0] : 0;
}

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	return deeper(0) ? base_forward(plan, f, error) : GM_IO;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* times_itself.c - measures in a clock of its own: 7 ns a call. */
#include "base.h"

static gm_status own_clock(gm_plan *plan, const gm_call *call, uint64_t iterations, gm_timing *timing)
{
	(void)plan;
	timing->elapsed_ns = call->fwd->output ? 7.0 * (double)iterations : -1;
	return GM_OK;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->time = own_clock;
	return plugin;
}

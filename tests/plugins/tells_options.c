/* SPDX-License-Identifier: MIT */
/* tells_options.c - refuses every problem and tells what it was asked, so that a test sees what arrives. */
#include "base.h"

#include <stdio.h>

static gm_status tells(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, gm_error *error)
{
	(void)self;
	snprintf(error->message, sizeof error->message,
	         "cell %u I %zu H %zu P %zu L %zu D %u bias %u dropout %g mode %u T %zu N %zu threads %u denormals %u "
	         "cpus %d %d",
	         (unsigned)p->cell, p->input_size, p->hidden_size, p->proj_size, p->num_layers,
	         (unsigned)p->bidirectional + 1, (unsigned)p->bias, p->dropout, (unsigned)o->mode, o->T_max, o->N_max,
	         (unsigned)o->threads, (unsigned)o->denormals, o->cpus ? o->cpus[0] : -1,
	         o->cpus && o->threads > 1 ? o->cpus[1] : -1);
	return GM_UNSUPPORTED;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->supports = tells;
	return plugin;
}

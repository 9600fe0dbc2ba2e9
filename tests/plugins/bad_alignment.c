/* SPDX-License-Identifier: MIT */
/* bad_alignment.c - asks for an alignment that there is not. */
#include "base.h"

static gm_status odd_sizes(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, gm_sizes *s,
                           gm_error *error)
{
	(void)self;
	(void)p;
	(void)o;
	(void)error;
	s->alignment = 48;
	s->plan_bytes = s->scratch_bytes = s->tape_bytes = 64;
	return GM_OK;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->sizes = odd_sizes;
	return plugin;
}

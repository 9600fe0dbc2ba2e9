/* SPDX-License-Identifier: MIT */
/* huge_sizes.c - asks for more memory than any machine has. */
#include "base.h"

static gm_status huge_sizes(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, gm_sizes *s,
                            gm_error *error)
{
	(void)self;
	(void)p;
	(void)o;
	(void)error;
	s->alignment = 64;
	s->plan_bytes = s->tape_bytes = 64;
	s->scratch_bytes = (size_t)1 << 44;
	return GM_OK;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->sizes = huge_sizes;
	return plugin;
}

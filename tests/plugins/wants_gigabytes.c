/* SPDX-License-Identifier: MIT */
/* wants_gigabytes.c - asks for scratch memory that a machine may well have, and a process with a limit may not. */
#include "base.h"

static gm_status sizes(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, gm_sizes *s, gm_error *error)
{
	(void)self;
	(void)p;
	(void)error;
	s->alignment = 64;
	s->plan_bytes = 4096;
	s->scratch_bytes = (size_t)2 << 30;
	s->tape_bytes = o->mode == GM_MODE_INFER ? 0 : 4100;
	return GM_OK;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->sizes = sizes;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* colours.c - whatever it says would colour a terminal: traits, its reason, the name of its engine. */
#include "base.h"

#include <stdio.h>

static const char *describe(const gm_plan *plan)
{
	(void)plan;
	return "\033[32mtiles";
}

static gm_status supports(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, gm_error *error)
{
	(void)self;
	(void)problem;
	if (opts->mode == GM_MODE_TRAIN)
		return GM_OK;
	snprintf(error->message, sizeof error->message,
	         "trains\r\033[31m only\x7f, \xc2\x9b"
	         "5m\xc3\xa9");
	return GM_UNSUPPORTED;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->describe = describe;
	variant->supports = supports;
	variant->traits.strategy = "\033[33mbase";
	return plugin;
}

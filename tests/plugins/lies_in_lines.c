/* SPDX-License-Identifier: MIT */
/* lies_in_lines.c - its reason for saying no looks like a verdict of the program's own. */
#include "base.h"

#include <stdio.h>

static gm_status supports(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, gm_error *error)
{
	(void)self;
	(void)problem;
	(void)opts;
	snprintf(error->message, sizeof error->message, "a square\nCHECK  236 cases PASS\n\tall well");
	return GM_IO;
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->supports = supports;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* forward_prints.c - prints a flood of garbage on both streams. */
#include "base.h"

#include <stdio.h>

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	for (int i = 0; i < 100000; i++)
		printf("GMWK \001\377 %d\n", i);
	fprintf(stderr, "noise\n");
	fflush(stdout);
	return base_forward(plan, f, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* forward_abort.c - gives up with a word on stderr. */
#include "base.h"

#include <stdio.h>
#include <stdlib.h>

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	(void)plan;
	(void)f;
	(void)error;
	fprintf(stderr, "first line\ntiles do not fit: \033[31m7\n");
	abort();
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* judge_attacks.c - "kills" ends the process that judges it, "stops" has it stand still, each in its forward; where the
 * system does not let them they give up.  "rests" keeps still for a while. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* kill, nanosleep */
#endif
#include "base.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static gm_status send_to_judge(int number)
{
	if (kill(getppid(), number))
		abort();
	return GM_OK;
}

static gm_status kills(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	(void)send_to_judge(SIGKILL);
	return base_forward(plan, f, error);
}

static gm_status stops(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	(void)send_to_judge(SIGSTOP);
	return base_forward(plan, f, error);
}

static gm_status rests(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	nanosleep(&(struct timespec){.tv_sec = 4}, NULL);
	return base_forward(plan, f, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	static const struct {
		const char *name;
		gm_status (*forward)(gm_plan *plan, const gm_forward_args *f, gm_error *error);
	} row[] = {{"kills", kills}, {"stops", stops}, {"rests", rests}, {"base", base_forward}};
	enum { ROWS = sizeof row / sizeof *row };
	static gm_variant variants[ROWS];
	static const gm_variant *list[ROWS];

	for (size_t i = 0; i < ROWS; i++) {
		variants[i] = *variant;
		variants[i].name = row[i].name;
		variants[i].forward = row[i].forward;
		list[i] = &variants[i];
	}
	plugin->variant = list;
	plugin->variant_count = ROWS;
	return plugin;
}

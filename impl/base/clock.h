/* SPDX-License-Identifier: MIT */
/* clock.h - the one clock for deadlines, progress and budgets of time; what is measured has its own (worker). */
#ifndef GM_BASE_CLOCK_H
#define GM_BASE_CLOCK_H

#include <time.h>

static inline double clock_now(void) /* seconds of CLOCK_MONOTONIC */
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif

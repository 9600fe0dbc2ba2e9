/* SPDX-License-Identifier: MIT */
/* measure_text.h - the table of a race: a row a problem, as measure.c collects it. */
#ifndef TOOLS_MEASURE_TEXT_H
#define TOOLS_MEASURE_TEXT_H

#include <stdio.h>

#include "race.h"

#define MEASURE_DELTA 0.02 /* a smaller difference is of no interest: the two are called equal */

/* The row of one problem: best, its latencies, the next one and its distance; below it what was not timed because it
 * was wrong, and with every = 1 every variant. */
void measure_row(FILE *stream, const bench_result *results, size_t count, int every);

#endif

/* SPDX-License-Identifier: MIT */
/* measure_text.h - the table of a race, from all its results. */
#ifndef TOOLS_MEASURE_TEXT_H
#define TOOLS_MEASURE_TEXT_H

#include <stdio.h>

#include "protocol/race.h"

#define MEASURE_DELTA 0.02 /* a smaller difference is of no interest: the two are called equal */

typedef struct measure_table {
	bench_result *result; /* [problems][contestants]; those without a name were not reached */
	size_t problems, contestants;
	unsigned char *own; /* [contestants] a plug-in's: always shown */
	int every;          /* every variant is shown */
} measure_table;

/* A row a problem: best, its latencies, the next one and its distance, or what cannot be told apart; below it the
 * others that are shown, and what was not timed because it was wrong.  Columns are as wide as the longest of what
 * stands in them; what would pass column 80 goes on in the next line. */
void measure_table_print(FILE *stream, const measure_table *table);

#endif

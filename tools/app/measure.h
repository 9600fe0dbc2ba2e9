/* SPDX-License-Identifier: MIT */
/* measure.h - bench as a step of a verb: the race, its records, its table. */
#ifndef TOOLS_MEASURE_H
#define TOOLS_MEASURE_H

#include "protocol/race.h"
#include "session.h"
#include "terminal.h"

typedef struct measure_table {
	bench_result *result; /* [problems][contestants]; those without a name were not reached */
	size_t problems, contestants;
	int every; /* every variant is shown, else only a plug-in's beside those that a row names */
} measure_table;

typedef struct measured { /* what the table and the notes need */
	session *session;
	race_summary summary;
	measure_table table;       /* owned */
	const contestant **racing; /* by contestant of the table; owned */
	term_progress progress;
} measured;

/* Races the contestants (bit oracles only if named literally) over the session's list; a record a result.
 * Returns the exit code of a bench; m is to be freed in any case. */
int measure(session *s, const contestants *r, measured *m);
/* The block BENCH: header, a row a problem. */
void measure_print(const measured *m);
/* A row a problem: best, its latencies, the next one and its distance, or that they are equal or undecided; below it
 * the others that are shown, and what was not timed because it was wrong.  Columns are as wide as the longest of what
 * stands in them; what would pass column 80 goes on in the next line. */
void measure_table_print(FILE *stream, const measure_table *table);
/* Lines of what spoilt the figures, each begun with lead; nothing if nothing did. */
void measure_notes(const measured *m, FILE *stream, const char *lead);
run_counts measure_counts(const measured *m);
void measure_free(measured *m);

#endif

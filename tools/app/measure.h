/* SPDX-License-Identifier: MIT */
/* measure.h - bench as a step of a verb: the race, its records, its table. */
#ifndef TOOLS_MEASURE_H
#define TOOLS_MEASURE_H

#include "measure_text.h"
#include "contestants.h"
#include "session.h"
#include "shapes/shapes.h"

typedef struct measured { /* what the table and the notes need; filled by measure() */
	race_summary summary;
	measure_table table; /* owned */
	const char *shapes;  /* name of the list */
	uint32_t threads;
} measured;

/* CLI_OK where times mean something; in an emulator CLI_NOTHING, message said. */
int measure_allowed(void);
/* The list that the options name: --problem, else --shapes, else "quick" with --quick, else "full".
 * CLI_OK, CLI_USAGE, CLI_REFUSED; messages said. */
int measure_shapes(const cli_options *options, shape_list *list, const char **name);
/* Races the contestants (bit oracles only if named literally) over the list; a record a result.
 * Returns the exit code of a bench. */
int measure(session *s, const contestants *r, const shape_list *list, const char *name, int quick, measured *m);
/* The block BENCH: header, a row a problem. */
void measure_print(const measured *m, FILE *stream);
/* Lines of what spoilt the figures, each begun with lead; nothing if nothing did. */
void measure_notes(const measured *m, FILE *stream, const char *lead);
run_counts measure_counts(const measured *m);
void measure_free(measured *m);

#endif

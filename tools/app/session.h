/* SPDX-License-Identifier: MIT */
/* session.h - the frame of a verb that leaves records: loads what the options name, opens the result file, writes the
 * run record first and the end record last, catches Ctrl-C, and settles the exit code.
 *
 *   session_load -> session_begin -> session_put ... -> session_end -> session_free
 *
 * Ctrl-C (and SIGTERM, SIGHUP): the first asks the verb to finish what it is at and to write what it has, the second
 * ends the process at once. */
#ifndef TOOLS_SESSION_H
#define TOOLS_SESSION_H

#include <signal.h>
#include <stdio.h>

#include "contestants.h"
#include "record/verdict.h"
#include "record/results.h"
#include "shapes/shapes.h"

typedef struct session {
	const cli_options *options;
	contestants contestants;
	case_list cases; /* with SESSION_CASES */
	unsigned passes;
	int accuracy_class;
	shape_list shapes; /* with SESSION_SHAPES */
	const char *shapes_name;
	run_begin head; /* what is said of this run; its machine only with records or JUnit */
	results *sink;  /* NULL: no records wanted */
	evidence found; /* a copy of every record */
	gm_error lost;  /* why found is not whole */
	char **unmet;   /* what --require asked for in vain */
	size_t unmet_count;
	FILE *text; /* tables for people: stdout, or stderr while records go to stdout */
	double started;
	double judging_s, timed_judging_s, timed_s; /* of a race, for the end record */
} session;

extern volatile sig_atomic_t session_signal; /* number of the signal that asked to stop; 0 = none */
extern volatile sig_atomic_t session_stop;   /* not 0: finish what is at hand; a signal, or records that go nowhere */

/* Contestants, --require, and what is judged or timed; plug-ins are judged instead of the table, timed beside it.  A
 * plug-in or fixture that is refused leaves what is good beside it.
 * CLI_OK, CLI_USAGE, CLI_NOTHING (also where times mean nothing), CLI_REFUSED, CLI_INTERNAL; said.  session_free in any
 * case. */
enum { SESSION_CASES = 1, SESSION_SHAPES = 2 };
int session_load(session *s, const cli_options *options, int what);
/* The result file: --json[=F], else DIR/results.jsonl of --out (made), else none; the run record and what was refused.
 * CLI_OK, CLI_NO_WRITE, CLI_INTERNAL, said. */
int session_begin(session *s);
/* One worker, started and stopped: better one sentence now than a failure for every case.  CLI_OK, CLI_INTERNAL,
 * said. */
int session_try_worker(const session *s);
void session_put(session *s, record_kind kind, const void *value);
/* The verdict as if the run ended now with that code; what: of the checks alone, or of all. */
verdict session_verdict(const session *s, int code, const run_counts *counts, int what);
/* Writes the end record, closes the file; returns code, or what is worse: CLI_REFUSED if an input was refused,
 * CLI_NOISY if not all was judged or timed, CLI_NO_WRITE, 128+n.  Merges found. */
int session_end(session *s, int code, run_counts counts);
void session_free(session *s);

/* The results of the files that are the arguments, else of out/results.jsonl.  CLI_OK, CLI_REFUSED,
 * CLI_INTERNAL, said. */
int session_evidence(const cli_options *options, evidence *e);

#endif

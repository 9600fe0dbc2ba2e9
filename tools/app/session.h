/* SPDX-License-Identifier: MIT */
/* session.h - the frame of a verb that leaves records: opens the result file, writes the run record first and the
 * end record last, catches Ctrl-C, and settles the exit code.
 *
 * Ctrl-C (and SIGTERM, SIGHUP): the first asks the verb to finish what it is at and to write what it has, the second
 * ends the process at once. */
#ifndef TOOLS_SESSION_H
#define TOOLS_SESSION_H

#include <signal.h>
#include <stdio.h>

#include "cli.h"
#include "record/evidence.h"
#include "record/results.h"

typedef struct session {
	const cli_options *options;
	results *sink;  /* NULL: no records wanted */
	evidence *kept; /* NULL, or what takes a copy of every record */
	gm_error lost;  /* why kept is not whole */
	FILE *text;     /* tables for people: stdout, or stderr while records go to stdout */
	double started;
} session;

extern volatile sig_atomic_t session_signal; /* number of the signal that asked to stop; 0 = none */
extern volatile sig_atomic_t session_stop;   /* not 0: finish what is at hand; a signal, or records that go nowhere */

/* path: of the result file, "-", or NULL = none; kept: as above.  Returns CLI_OK or CLI_NO_WRITE, said. */
int session_begin(session *s, const cli_options *options, const char *path, const char *fixtures_version,
                  evidence *kept);
void session_put(session *s, record_kind kind, const void *value);
/* Writes the end record, closes the file; returns code, or what is worse: CLI_NO_WRITE, 128+n. */
int session_end(session *s, int code, const run_counts *counts);
/* --json[=F], else DIR/results.jsonl of --out (made), else NULL.  The caller frees *path.  CLI_OK or CLI_NO_WRITE. */
int session_path(const cli_options *options, char **path);
/* The results of the files that are the arguments, else of out/results.jsonl.  CLI_OK, CLI_REFUSED,
 * CLI_INTERNAL, said. */
int session_evidence(const cli_options *options, evidence *e);

#endif

/* SPDX-License-Identifier: MIT */
/* rerun.h - the one place that composes command lines which repeat something: a failed check, a whole run.  Every
 * output (terminal, JUnit, Markdown, HTML) shows these, quoted so that a POSIX shell takes them back as they were. */
#ifndef RECORD_RERUN_H
#define RECORD_RERUN_H

#include "result.h"

/* Writes a word so that a POSIX shell takes it back as it was. */
void rerun_word(FILE *out, const char *word);
/* "./gatemark check --cases C --variants V --pass P ..." of a check of that run: the program as it was called, and all
 * that decides what a check means; malloc'ed; NULL only without memory. */
char *rerun_check(const check_result *check, const run_begin *run);
/* "./gatemark run --quick": the command line of a run; malloc'ed as above. */
char *rerun_run(const run_begin *run);

#endif

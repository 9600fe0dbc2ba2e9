/* SPDX-License-Identifier: MIT */
/* rerun.h - the one place that composes command lines which repeat something: a failed check, a whole run.  Every output
 * (terminal, JUnit, Markdown, HTML) shows these, quoted so that a POSIX shell takes them back as they were. */
#ifndef TOOLS_RERUN_H
#define TOOLS_RERUN_H

#include <jansson.h>

#include "cli.h"

/* The options of this command line that decide what a check means: {option: its value, or true}.  It is the member
 * "options" of the run record.  New reference; NULL only without memory. */
json_t *rerun_options(const cli_options *options);
/* "gatemark check --cases C --variants V --pass P ..." of a check record; options: those of its run (NULL: none).
 * malloc'ed; NULL only without memory. */
char *rerun_check(const json_t *check, const json_t *options);
/* "gatemark run --quick": the command line of a run record; malloc'ed as above. */
char *rerun_run(const json_t *run);

#endif

/* SPDX-License-Identifier: MIT */
/* rerun.h - the one place that composes command lines which repeat something: a failed check, a whole run.  Every
 * output (terminal, JUnit, Markdown, HTML) shows these, quoted so that a POSIX shell takes them back as they were. */
#ifndef TOOLS_RERUN_H
#define TOOLS_RERUN_H

#include "cli.h"
#include "record/result.h"

/* The options of this command line that decide what a check means, to be freed; 0 without memory. */
int rerun_options_of(const cli_options *options, rerun_options *out);
/* "gatemark check --cases C --variants V --pass P ..." of a check; options: those of its run (NULL: none).
 * malloc'ed; NULL only without memory. */
char *rerun_check(const check_result *check, const rerun_options *options);
/* "gatemark run --quick": the command line of a run; malloc'ed as above. */
char *rerun_run(const run_begin *run);

#endif

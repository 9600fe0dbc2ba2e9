/* SPDX-License-Identifier: MIT */
/* rerun.h - the one place that composes command lines which repeat something: a failed check, a whole run.  Every
 * output (terminal, JUnit, Markdown, HTML) shows these, quoted so that a POSIX shell takes them back as they were. */
#ifndef RECORD_RERUN_H
#define RECORD_RERUN_H

#include "result.h"

/* "gatemark check --cases C --variants V --pass P ..." of a check; options: those of its run.
 * malloc'ed; NULL only without memory. */
char *rerun_check(const check_result *check, const rerun_options *options);
/* "gatemark run --quick": the command line of a run; malloc'ed as above. */
char *rerun_run(const run_begin *run);
/* "FAIL <case>/<pass> <first line of the reason>", "  <its second line> | rerun: ...", without a newline at the end;
 * malloc'ed as above. */
char *failure_text(const check_result *check, const rerun_options *options);

#endif

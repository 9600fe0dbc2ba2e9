/* SPDX-License-Identifier: MIT */
/* about.h - what this build is: the text of --version and the `run` and `end` records of every result file. */
#ifndef TOOLS_ABOUT_H
#define TOOLS_ABOUT_H

#include "cli.h"
#include "record/result.h"

extern const char about_version[];  /* "0.2.0-dev" */
extern const char about_commit[];   /* "3f2a91c", "unknown" outside git */
extern const char about_compiler[]; /* "gcc-12.2" */
extern const char about_sleef[];    /* "3.5.1" */
void about_print(void);             /* --version, on stdout */

/* The run record but its machine, to be freed: fixtures is the version of the set in use or NULL.  0 without memory:
 * then it is what fitted. */
int about_run(const cli_options *options, const char *fixtures, run_begin *head);
const machine_profile *about_machine(void); /* probed once a process */

#endif

/* SPDX-License-Identifier: MIT */
/* about.h - what this build is: the text of --version and the `run` and `end` records of every result file. */
#ifndef TOOLS_ABOUT_H
#define TOOLS_ABOUT_H

#include <jansson.h>

#include "cli.h"

const char *about_version(void);  /* "0.1.0" */
const char *about_commit(void);   /* "3f2a91c", "unknown" outside git */
const char *about_compiler(void); /* "gcc-12.2" */
const char *about_sleef(void);    /* "3.5.1" */
void about_print(void);           /* --version, on stdout */

/* The run record: fixtures is the version of the set in use or NULL; probes the machine. */
json_t *about_run_record(const cli_options *options, const char *fixtures);
json_t *about_machine(void); /* the object machine of it; probed once a process */
json_t *about_end_record(int exit_code, double seconds, int interrupted, json_t *counts); /* steals counts */

#endif

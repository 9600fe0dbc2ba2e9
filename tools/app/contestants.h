/* SPDX-License-Identifier: MIT */
/* contestants.h - who competes and on what: the variants and cases that the options name. */
#ifndef APP_CONTESTANTS_H
#define APP_CONTESTANTS_H

#include "check/check.h"
#include "cli.h"

typedef struct contestants {
	size_t count;
	contestant *variant; /* only those that are in, in order of the table */
	char **plugin;       /* paths with a slash */
	size_t plugins;
	refused_input *refused; /* plug-ins that are not in, and why */
	size_t refused_count;
	executor executor; /* of --executor */
} contestants;

/* The table of variants; with --plugin those of all these shared objects instead of it or beside it; of them those that
 * --variants names; those above --isa-cap are there as not runnable.  A plug-in that is refused, also because it has a
 * variant of the name of another's, is said and leaves the others; names that nobody has may be its.  CLI_OK; CLI_USAGE
 * or CLI_NOTHING as select_names, said.  contestants_free in any case. */
int contestants_load(const cli_options *options, int beside, contestants *r);
void contestants_free(contestants *r);
int contestants_width(const contestants *r, int least); /* columns of their names */
/* Exit code of their check or bench: CLI_WRONG or CLI_OK if one ran; CLI_NOTHING if a literally named one cannot run
 * here, or for what `nothing` says; without that CLI_SKIPPED. */
int contestants_exit(const contestants *r, int wrong, int ran, const char *nothing);

typedef struct case_list {
	fixture_set *set;
	unsigned char *chosen;  /* by case */
	size_t count;           /* of the chosen */
	refused_input *refused; /* files that are not in the set, and why */
	size_t refused_count;
} case_list;

/* The fixtures, and of their cases those that --cases names.  As above: a file that is refused is said and leaves the
 * others.  cases_free in any case. */
int cases_load(const cli_options *options, case_list *list);
/* Of a list with a set the cases that these words name; as select_names. */
int cases_choose(const cli_list *words, int quiet, case_list *list);
void cases_free(case_list *list);

#endif

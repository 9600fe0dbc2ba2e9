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
	executor *executor; /* of --executor; NULL = this CPU */
} contestants;

enum { CONTESTANTS_INSTEAD = 0, CONTESTANTS_BESIDE = 1 };
/* The table of variants; with --plugin those of all these shared objects instead of it or beside it; of them those that
 * --variants names; those above --isa-cap are there as not runnable.  CLI_OK; CLI_USAGE or CLI_NOTHING as select_names;
 * CLI_REFUSED for a plug-in, also if two of them have a variant of the same name; messages are said. */
int contestants_load(const cli_options *options, int plugin, contestants *r);
void contestants_free(contestants *r);
/* A literally named variant that cannot run here, or NULL. */
const contestant *contestants_unable(const contestants *r);

typedef struct case_list {
	fixture_set *set;
	unsigned char *chosen; /* by case */
	size_t count;          /* of the chosen */
} case_list;

/* The fixtures, and of their cases those that --cases names.  As above; CLI_REFUSED for a fixture. */
int cases_load(const cli_options *options, case_list *list);
void cases_free(case_list *list);

/* CHECK_* bits of --pass, all without it; CLI_USAGE for a word that is none. */
int passes_of(const cli_options *options, unsigned *passes);
/* Index of --class, -1 without it; CLI_USAGE. */
int class_of(const cli_options *options, int *accuracy_class);

#endif

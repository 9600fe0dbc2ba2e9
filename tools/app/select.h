/* SPDX-License-Identifier: MIT */
/* select.h - choosing rows of a list of names by GLOB[,GLOB...], the same way for cases, variants and passes. */
#ifndef TOOLS_SELECT_H
#define TOOLS_SELECT_H

#include "cli.h"

/* LITERAL: named without *, ?, [; LITERAL + 1: so named twice, and so on. */
enum { SELECT_OUT = 0, SELECT_GLOB = 1, SELECT_LITERAL = 2, SELECT_MOST = 64 };

typedef struct select_from { /* the names to choose from */
	const char *what;        /* "case", for messages on stderr */
	const char *const *names;
	size_t count;
	const char *(*former)(const char *name); /* NULL, or a second name that selects it too (NULL: none) */
	int lacking; /* not all names are known: one that is not there may be one of the others */
} select_from;

/* chosen[k] becomes one of those.  globs: words that add up, each a name, a glob, or behind ! what is left out; only
 * such words, or none: of all.  A glob that matches nothing is a note beside others, unless quiet.  Returns CLI_OK;
 * CLI_USAGE for an empty word or a literal name that does not exist (with the nearest name); CLI_NOTHING if words were
 * given and no name is left.  Where names are lacking neither is an error. */
int select_names(const select_from *from, const cli_list *globs, int quiet, unsigned char *chosen);

#endif

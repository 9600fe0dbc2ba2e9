/* SPDX-License-Identifier: MIT */
/* select.h - choosing rows of a list of names by GLOB[,GLOB...], the same way for cases, variants and passes. */
#ifndef TOOLS_SELECT_H
#define TOOLS_SELECT_H

#include <stddef.h>

enum { SELECT_OUT = 0, SELECT_GLOB = 1, SELECT_LITERAL = 2 }; /* LITERAL: named without *, ?, [ */

/* chosen[k] of count names becomes one of SELECT_*; globs NULL chooses all.  what: "case", for messages on stderr.
 * Returns CLI_OK; CLI_USAGE for an empty word or a literal name that does not exist (with the nearest name);
 * CLI_NOTHING for a glob without a match. */
int select_names(const char *what, const char *globs, const char *const *names, size_t count, unsigned char *chosen);
size_t select_count(const unsigned char *chosen, size_t count); /* of those that are in */

#endif

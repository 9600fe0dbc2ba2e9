/* SPDX-License-Identifier: MIT */
/* select.c - globs (fnmatch) and literal names.  Every word must match something: a typing error in a gate's
 * configuration must not shrink what it checks. */
#include "select.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static int select_word(const char *what, const char *word, const char *const *names, size_t count,
                       unsigned char *chosen)
{
	int glob = strpbrk(word, "*?[") != NULL;
	size_t found = 0;
	if (word[0] == '\0')
		return cli_fail(CLI_USAGE, "an empty name of a %s", what);
	for (size_t k = 0; k < count; k++) {
		int match = glob ? fnmatch(word, names[k], 0) == 0 : strcmp(word, names[k]) == 0;
		unsigned char how = glob ? SELECT_GLOB : SELECT_LITERAL;
		found += (size_t)match;
		if (match && chosen[k] < how)
			chosen[k] = how;
	}
	if (found > 0)
		return CLI_OK;
	if (glob)
		return cli_fail(CLI_NOTHING, "no %s matches %s", what, word);
	return cli_unknown(what, word, names, count);
}

int select_names(const char *what, const char *globs, const char *const *names, size_t count, unsigned char *chosen)
{
	memset(chosen, !globs ? SELECT_GLOB : SELECT_OUT, count);
	if (!globs)
		return CLI_OK;
	char *copy = strdup(globs), *rest = copy;
	int code = !copy ? cli_fail(CLI_INTERNAL, "no memory") : CLI_OK;
	while (code == CLI_OK && rest) {
		char *comma = strchr(rest, ','), *word = rest;
		rest = !comma ? NULL : comma + 1;
		if (comma)
			*comma = '\0';
		code = select_word(what, word, names, count, chosen);
	}
	free(copy);
	return code;
}

size_t select_count(const unsigned char *chosen, size_t count)
{
	size_t in = 0;
	for (size_t k = 0; k < count; k++)
		in += chosen[k] != SELECT_OUT;
	return in;
}

/* SPDX-License-Identifier: MIT */
/* select.c - globs (fnmatch) and literal names.  A literal name must exist: a typing error in a gate's configuration
 * must not shrink what it checks. */
#include "select.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DENIED = 4 }; /* beside SELECT_*, until all words are read */

static int select_word(const select_from *from, const char *word, int quiet, unsigned char *chosen)
{
	const char *name = word + (word[0] == '!');
	int glob = strpbrk(name, "*?[") != NULL;
	unsigned char how = name != word ? DENIED : glob ? SELECT_GLOB : SELECT_LITERAL;
	size_t found = 0;
	if (name[0] == '\0')
		return cli_fail(CLI_USAGE, "an empty name of a %s", from->what);
	for (size_t k = 0; k < from->count; k++)
		if (glob ? fnmatch(name, from->names[k], 0) == 0 : strcmp(name, from->names[k]) == 0) {
			chosen[k] |= how;
			found++;
		}
	if (found == 0 && !glob)
		return cli_unknown(from->what, name, from->names, from->count);
	if (found == 0 && !quiet)
		fprintf(stderr, "note: no %s matches %s\n", from->what, name);
	return CLI_OK;
}

/* Is there a word, and is every one of them behind a '!'? */
static int only_denies(const char *words)
{
	while (words && words[0] == '!')
		if ((words = strchr(words, ',')) != NULL)
			words++;
	return !words;
}

int select_names(const select_from *from, const cli_list *globs, int quiet, unsigned char *chosen)
{
	char *words = cli_joined(globs), *rest = words;
	int code = CLI_OK, alone = !words || !strchr(words, ',');
	if (!words)
		return cli_fail(CLI_INTERNAL, "no memory");
	memset(chosen, globs->count == 0 || only_denies(words) ? SELECT_GLOB : SELECT_OUT, from->count);
	while (code == CLI_OK && globs->count > 0 && rest) {
		char *word = rest;
		if ((rest = strchr(rest, ',')) != NULL)
			*rest++ = '\0';
		code = select_word(from, word, quiet || alone, chosen);
		if (rest)
			rest[-1] = ','; // whole again, for the message below
	}
	for (size_t k = 0; k < from->count; k++)
		chosen[k] = chosen[k] & DENIED ? SELECT_OUT : chosen[k] & SELECT_LITERAL ? SELECT_LITERAL : chosen[k];
	if (code == CLI_OK && globs->count > 0 && select_count(chosen, from->count) == 0)
		code = cli_fail(CLI_NOTHING, "no %s matches %s", from->what, words);
	free(words);
	return code;
}

size_t select_count(const unsigned char *chosen, size_t count)
{
	size_t in = 0;
	for (size_t k = 0; k < count; k++)
		in += chosen[k] != SELECT_OUT;
	return in;
}

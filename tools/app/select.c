/* SPDX-License-Identifier: MIT */
/* select.c - globs (fnmatch) and literal names.  A literal name must exist: a typing error in a gate's configuration
 * must not shrink what it checks. */
#include "select.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int matches(const char *word, int glob, const char *name)
{
	return name && (glob ? fnmatch(word, name, 0) == 0 : strcmp(word, name) == 0);
}

static int select_word(const select_from *from, const char *word, int quiet, unsigned char *chosen)
{
	const char *name = word + (word[0] == '!');
	int glob = strpbrk(name, "*?[") != NULL;
	size_t found = 0;
	if (name[0] == '\0')
		return cli_fail(CLI_USAGE, "an empty name of a %s", from->what);
	for (size_t k = 0; k < from->count; k++) {
		const char *former = from->former ? from->former(from->names[k]) : NULL;
		unsigned char *was = &chosen[k];
		if (!matches(name, glob, from->names[k]) && !matches(name, glob, former))
			continue;
		found++;
		if (name != word)
			*was = SELECT_OUT;
		else if (!glob)
			*was = *was < SELECT_LITERAL ? SELECT_LITERAL : *was + (*was < SELECT_MOST);
		else if (*was == SELECT_OUT)
			*was = SELECT_GLOB;
	}
	if (found == 0 && !glob && !from->lacking)
		return cli_unknown(from->what, name, from->names, from->count);
	if (found == 0 && !quiet)
		fprintf(stderr, "note: no %s matches %s\n", from->what, name);
	return CLI_OK;
}

/* The words that deny, or those that do not; words is whole again afterwards. */
static int select_words(const select_from *from, char *words, int denying, int quiet, unsigned char *chosen)
{
	int code = CLI_OK;
	for (char *word = words, *rest; code == CLI_OK && word; word = rest) {
		if ((rest = strchr(word, ',')) != NULL)
			*rest++ = '\0';
		if ((word[0] == '!') == denying)
			code = select_word(from, word, quiet, chosen);
		if (rest)
			rest[-1] = ',';
	}
	return code;
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
	char *words = cli_joined(globs);
	if (!words)
		return cli_fail(CLI_INTERNAL, "no memory");
	int code = CLI_OK, given = globs->count > 0, silent = quiet || !strchr(words, ',');
	memset(chosen, !given || only_denies(words) ? SELECT_GLOB : SELECT_OUT, from->count);
	for (int denying = 0; given && code == CLI_OK && denying < 2; denying++)
		code = select_words(from, words, denying, silent, chosen);
	size_t left = 0;
	for (size_t k = 0; k < from->count; k++)
		left += chosen[k] != SELECT_OUT;
	if (given && code == CLI_OK && left == 0 && !from->lacking)
		code = cli_fail(CLI_NOTHING, "no %s matches %s", from->what, words);
	free(words);
	return code;
}

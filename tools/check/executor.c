/* SPDX-License-Identifier: MIT */
/* executor.c - the text of --executor, taken apart. */
#define _GNU_SOURCE
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

gm_status executor_parse(const char *text, executor *e, gm_error *error)
{
	*e = (executor){.name = "native"};
	if (!text)
		return GM_OK;
	const char *equals = strchr(text, '=');
	size_t length = !equals ? 0 : (size_t)(equals - text), count = 0;
	char *rest = NULL;
	if (length == 0 || length >= sizeof e->name || strcspn(text, " ") < length)
		return gm_fail(error, GM_BAD_ARGUMENT,
		               "executor '%.80s' is not NAME=COMMAND WORKER with a name of 1 to %zu letters", text,
		               sizeof e->name - 1);
	snprintf(e->name, sizeof e->name, "%.*s", (int)length, text);
	e->text = strdup(equals + 1);
	if (!e->text)
		return gm_fail(error, GM_NO_MEMORY, "no memory for an executor");
	for (char *word = strtok_r(e->text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
		if (count == EXECUTOR_WORDS)
			return gm_fail(error, GM_BAD_ARGUMENT, "executor %s has more than %d words", e->name, EXECUTOR_WORDS);
		e->words[count++] = word;
	}
	if (count < 2)
		return gm_fail(error, GM_BAD_ARGUMENT, "executor %s needs a command and a gatemark-worker, found %zu words",
		               e->name, count);
	e->program = e->words[count - 1];
	e->words[count - 1] = NULL;
	return GM_OK;
}

void executor_free(executor *e)
{
	free(e->text);
	*e = (executor){0};
}

/* SPDX-License-Identifier: MIT */
/* cli_words.c - messages, and the name that is nearest to a wrong one. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "terminal.h"

int cli_status(gm_status status, int code, const gm_error *error)
{
	if (status == GM_OK)
		return CLI_OK;
	return cli_fail(status == GM_NO_MEMORY ? CLI_INTERNAL : code ? code : cli_exit_of(status), "%s", error->message);
}

int cli_fail(int code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fprintf(stderr, "%sgatemark:%s ", term_escape(stderr, TERM_RED), term_escape(stderr, TERM_PLAIN));
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	return code;
}

int cli_usage(const cli_options *options, const char *message)
{
	cli_fail(CLI_USAGE, "%s", message);
	fprintf(stderr, "Try 'gatemark %s --help'.\n", options->verb);
	return CLI_USAGE;
}

char *cli_joined(const cli_list *list)
{
	size_t bytes = 1, used = 0;
	for (size_t k = 0; k < list->count; k++)
		bytes += strlen(list->text[k]) + 1;
	char *text = calloc(bytes, 1);
	for (size_t k = 0; text && k < list->count; k++)
		used += (size_t)sprintf(text + used, "%s%s", k ? "," : "", list->text[k]);
	return text;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Edits (insert, delete, replace, exchange of neighbours) from a to b; texts longer than 63 count as all different. */
static size_t distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), row[3][64];
	if (n > 63 || m > 63)
		return n + m;
	for (size_t j = 0; j <= m; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *now = row[i % 3], *last = row[(i - 1) % 3], *before = row[(i + 1) % 3];
		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return row[n % 3][m];
}

const char *cli_nearest(const char *text, const char *const *names, size_t count)
{
	size_t allowed = strlen(text) / 3 > 2 ? strlen(text) / 3 : 2, best = allowed + 1;
	const char *nearest = NULL;
	for (size_t k = 0; k < count; k++) {
		size_t edits = distance(text, names[k]);
		if (edits < best && edits < strlen(names[k])) {
			best = edits;
			nearest = names[k];
		}
	}
	return nearest;
}

int cli_unknown(const char *what, const char *text, const char *const *names, size_t count)
{
	const char *nearest = cli_nearest(text, names, count);
	if (!nearest)
		return cli_fail(CLI_USAGE, "there is no %s %s", what, text);
	return cli_fail(CLI_USAGE, "there is no %s %s; the nearest is %s", what, text, nearest);
}

int cli_find(const char *what, const char *text, const char *const *names, size_t count, size_t *index)
{
	for (*index = 0; *index < count; ++*index)
		if (strcmp(text, names[*index]) == 0)
			return CLI_OK;
	return cli_unknown(what, text, names, count);
}

/* SPDX-License-Identifier: MIT */
/* cli_words.c - messages, the nearest name, exit codes and which of two wins. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "terminal.h"

static const struct exit_row {
	int code, strength;      /* of two the stronger wins */
	const char *name, *what; /* NULL: no verb ends with it yet */
} exits[] = {
	{CLI_OK, 0, "0", "all well"},
	{CLI_WRONG, 5, "1", "wrong or crashed"},
	{CLI_USAGE, 6, "2", "usage"},
	{CLI_SLOW, 4, "3", NULL},
	{CLI_NOISY, 3, "4", NULL},
	{CLI_NOTHING, 2, "5", "nothing ran"},
	{CLI_REFUSED, 7, "6", "input refused"},
	{CLI_NO_WRITE, 8, "7", "cannot write"},
	{CLI_INTERNAL, 9, "70", "internal"},
	{CLI_SKIPPED, 1, "77", "all skipped on this CPU"},
	{CLI_SIGNAL, 9, "128+n", "signal"},
};
enum { EXITS = sizeof exits / sizeof exits[0] };

static const struct exit_row *row_of(int code)
{
	for (size_t k = 0; k < EXITS; k++)
		if (exits[k].code == code)
			return &exits[k];
	return row_of(CLI_INTERNAL);
}

int cli_worse(int a, int b)
{
	if (a > CLI_SIGNAL || b > CLI_SIGNAL)
		return a > b ? a : b;
	const struct exit_row *one = row_of(a), *other = row_of(b);
	return one->strength > other->strength ? one->code : other->code;
}

int cli_exit_of(gm_status status)
{
	static const int code[] = {[GM_OK] = CLI_OK,
	                           [GM_BAD_ARGUMENT] = CLI_USAGE,
	                           [GM_BAD_SHAPE] = CLI_USAGE,
	                           [GM_UNSUPPORTED] = CLI_NOTHING,
	                           [GM_NO_CPU] = CLI_NOTHING,
	                           [GM_NO_MEMORY] = CLI_INTERNAL,
	                           [GM_IO] = CLI_NO_WRITE,
	                           [GM_BAD_FIXTURE] = CLI_REFUSED,
	                           [GM_BAD_PLUGIN] = CLI_REFUSED,
	                           [GM_MISMATCH] = CLI_WRONG,
	                           [GM_CRASHED] = CLI_WRONG,
	                           [GM_TIMEOUT] = CLI_WRONG};
	if ((size_t)status >= sizeof code / sizeof code[0])
		return CLI_INTERNAL;
	return code[status];
}

int cli_status(gm_status status, int code, const gm_error *error)
{
	if (status == GM_OK)
		return CLI_OK;
	return cli_fail(status == GM_NO_MEMORY ? CLI_INTERNAL : code ? code : cli_exit_of(status), "%s", error->message);
}

void cli_exits(const char *codes, char text[200])
{
	int used = snprintf(text, 200, "Exit: ");
	for (size_t k = 0; k < EXITS; k++) {
		char word[16];
		snprintf(word, sizeof word, " %d ", exits[k].code);
		if (exits[k].what && (k == 0 || !codes || strstr(codes, word)))
			used += snprintf(text + used, 200 - (size_t)used, "%s%s %s", k ? ", " : "", exits[k].name, exits[k].what);
	}
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

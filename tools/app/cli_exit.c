/* SPDX-License-Identifier: MIT */
/* cli_exit.c - the exit codes: which of two wins, that of a library's status, their line in a help. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* clang-format off */
static const struct exit_row {
	int code, strength;      /* of two the stronger wins */
	const char *name, *what; /* NULL: no verb ends with it yet */
} exits[] = {
	{CLI_OK, 0, "0", "all well"},
	{CLI_WRONG, 5, "1", "wrong or crashed"},
	{CLI_USAGE, 6, "2", "usage"},
	{CLI_SLOW, 4, "3", NULL},
	{CLI_NOISY, 3, "4", "unclear"},
	{CLI_NOTHING, 2, "5", "nothing ran"},
	{CLI_REFUSED, 7, "6", "input refused"},
	{CLI_NO_WRITE, 8, "7", "cannot write"},
	{CLI_INTERNAL, 9, "70", "internal"},
	{CLI_SKIPPED, 1, "77", "all skipped"},
	{CLI_SIGNAL, 9, "128+n", "signal"},
};
/* clang-format on */
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

/* SPDX-License-Identifier: MIT */
/* rerun.c - command lines that repeat a check or a run. */
#define _GNU_SOURCE
#include "rerun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A blank, then the word as a shell needs it. */
static void put_word(FILE *out, const char *word)
{
	size_t plain = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%");
	fputc(' ', out);
	if (*word && !word[plain]) {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", out);
		else
			fputc(*word, out);
	fputc('\'', out);
}

/* Nothing for an option that was not given. */
static void put_option(FILE *out, const char *name, const char *value)
{
	if (!value || value[0] == '\0')
		return;
	fprintf(out, " --%s", name);
	put_word(out, value);
}

char *rerun_check(const check_result *check, const rerun_options *o)
{
	char *text = NULL, variants[128];
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return NULL;
	// check --plugin has the plug-in's variants only: no oracle of the table
	int both = check->oracle[0] != '\0' && (!check->plugin || !gm_variant_find(check->oracle));
	snprintf(variants, sizeof variants, "%s%s%s", both ? check->oracle : "", both ? "," : "", check->variant);
	fputs("gatemark check", out);
	put_option(out, "cases", check->case_id);
	put_option(out, "variants", variants);
	put_option(out, "pass", check_pass_word(check->pass));
	put_option(out, "plugin", check->plugin);
	put_option(out, "fixtures", o->fixtures);
	put_option(out, "class", o->accuracy_class);
	put_option(out, "executor", o->executor);
	fputs(o->allow_unlisted ? " --allow-unlisted" : "", out);
	fclose(out);
	return text;
}

char *rerun_run(const run_begin *run)
{
	char *text = NULL;
	size_t bytes, first = 0;
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return NULL;
	for (size_t i = 0; i < run->arguments_count && i < 2; i++)
		if (strcmp(run->arguments[i], run->verb) == 0)
			first = i + 1;
	fprintf(out, "gatemark %s", run->verb);
	for (size_t i = first; i < run->arguments_count; i++)
		put_word(out, run->arguments[i]);
	fclose(out);
	return text;
}

char *failure_text(const check_result *r, const rerun_options *options)
{
	char *text = NULL, *again = rerun_check(r, options);
	const char *reason = r->reason ? r->reason : "";
	size_t first = strcspn(reason, "\n");
	const char *second = reason[first] == '\n' ? reason + first + 1 : "";
	if (asprintf(&text, "FAIL %s/%s %.*s\n  %s%srerun: %s", r->case_id, check_pass_word(r->pass), (int)first, reason,
	             second, second[0] != '\0' ? " | " : "", !again ? "" : again) < 0)
		text = NULL;
	free(again);
	return text;
}

/* SPDX-License-Identifier: MIT */
/* rerun.c - command lines that repeat a check or a run. */
#define _GNU_SOURCE
#include "rerun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rerun_word(FILE *out, const char *word)
{
	size_t plain = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%");
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
	fprintf(out, " --%s ", name);
	rerun_word(out, value);
}

/* Those that were given, whatever fields.def says there are. */
static void put_options(FILE *out, const rerun_options *options)
{
	for (const record_field *f = rerun_options_type.field; f < rerun_options_type.field + rerun_options_type.count; f++)
		if (f->form == FORM_STRING)
			put_option(out, f->key, RECORD_AT(options, f->offset, const char *));
		else if (f->form == FORM_FLAG && RECORD_AT(options, f->offset, int))
			fprintf(out, " --%s", f->key);
}

/* The program as it was called, and the verb. */
static void put_program(FILE *out, const run_begin *run, const char *verb)
{
	rerun_word(out, run->program && run->program[0] != '\0' ? run->program : "gatemark");
	fputc(' ', out);
	rerun_word(out, verb);
}

char *rerun_check(const check_result *check, const run_begin *run)
{
	char *text = NULL, variants[128];
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return NULL;
	// check --plugin has the plug-ins' variants only: no oracle of the table
	int both = check->oracle[0] != '\0' && (!check->plugin || !gm_variant_find(check->oracle));
	snprintf(variants, sizeof variants, "%s%s%s", both ? check->oracle : "", both ? "," : "", check->variant);
	put_program(out, run, "check");
	put_option(out, "cases", check->case_id);
	put_option(out, "variants", variants);
	put_option(out, "pass", check_pass_word(check->pass));
	for (size_t k = 0; check->plugin && k < run->plugins_count; k++)
		put_option(out, "plugin", run->plugins[k]);
	if (run->plugins_count == 0)
		put_option(out, "plugin", check->plugin);
	put_options(out, &run->options);
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
	put_program(out, run, run->verb);
	for (size_t i = first; i < run->arguments_count; i++) {
		fputc(' ', out);
		rerun_word(out, run->arguments[i]);
	}
	fclose(out);
	return text;
}

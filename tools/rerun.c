/* SPDX-License-Identifier: MIT */
/* rerun.c - command lines that repeat a check or a run. */
#include "rerun.h"

#include <stdio.h>
#include <string.h>

#include "results.h"

enum { FIXTURES, CLASS, EXECUTOR, ALLOW_UNLISTED, NAMES };
static const char *const names[NAMES] = {"fixtures", "class", "executor", "allow-unlisted"};

json_t *rerun_options(const cli_options *o)
{
	const char *const given[NAMES] = {o->fixtures, o->accuracy_class, o->executor};
	json_t *options = json_object();
	for (size_t k = 0; k < NAMES; k++)
		if (given[k])
			json_object_set_new(options, names[k], json_string(given[k]));
	if (o->allow_unlisted)
		json_object_set_new(options, names[ALLOW_UNLISTED], json_true());
	return options;
}

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

static void put_option(FILE *out, const char *name, const char *value)
{
	fprintf(out, " --%s", name);
	if (value)
		put_word(out, value);
}

char *rerun_check(const json_t *check, const json_t *options)
{
	char *text = NULL, variants[128];
	size_t bytes;
	const char *plugin = results_text(check, "plugin"), *oracle = results_text(check, "oracle");
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return NULL;
	// check --plugin has the plug-in's variants only: no oracle of the table
	int both = oracle[0] != '\0' && (plugin[0] == '\0' || !gm_variant_find(oracle));
	snprintf(variants, sizeof variants, "%s%s%s", both ? oracle : "", both ? "," : "", results_text(check, "variant"));
	fputs("gatemark check", out);
	put_option(out, "cases", results_text(check, "case"));
	put_option(out, "variants", variants);
	put_option(out, "pass", results_text(check, "pass"));
	if (plugin[0] != '\0')
		put_option(out, "plugin", plugin);
	for (size_t k = 0; k < NAMES; k++)
		if (json_object_get(options, names[k]))
			put_option(out, names[k], json_string_value(json_object_get(options, names[k])));
	fclose(out);
	return text;
}

char *rerun_run(const json_t *run)
{
	char *text = NULL;
	size_t bytes, first = 0, i;
	const json_t *arguments = json_object_get(run, "arguments");
	const char *verb = results_text(run, "verb");
	json_t *word;
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return NULL;
	json_array_foreach(arguments, i, word)
		if (i < 2 && json_is_string(word) && strcmp(json_string_value(word), verb) == 0)
			first = i + 1;
	fprintf(out, "gatemark %s", verb);
	for (i = first; i < json_array_size(arguments); i++) {
		word = json_array_get(arguments, i);
		put_word(out, json_is_string(word) ? json_string_value(word) : "");
	}
	fclose(out);
	return text;
}

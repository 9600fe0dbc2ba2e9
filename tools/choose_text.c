/* SPDX-License-Identifier: MIT */
/* choose_text.c - the choice for people: the table that `choose` prints, and its counts in one line. */
#include <stdlib.h>
#include <string.h>

#include "choose.h"
#include "results.h"
#include "terminal.h"

typedef struct columns {
	int problem, chosen; /* widths */
} columns;

static int wider(int width, const char *text) { return (int)strlen(text) > width ? (int)strlen(text) : width; }

static void print_entry(FILE *stream, const json_t *entry, const columns *c)
{
	char p50[16], p99[16], margin[32] = "-", text[96];
	const char *chosen = results_text(entry, "chosen"), *next = results_text(entry, "next");
	const json_t *with = json_object_get(entry, "with");
	term_row row = {.stream = stream, .indent = 6};
	term_row_put(&row, results_text(entry, "problem"), c->problem);
	if (!*chosen) {
		term_row_put(&row, "none: no variant was judged and timed", 0);
		fputc('\n', stream);
		return;
	}
	term_time(results_get(entry, "p50_ns", 0), p50);
	term_time(results_get(entry, "p99_ns", 0), p99);
	if (*next)
		snprintf(margin, sizeof margin, results_get(entry, "margin", 0) < 9.995 ? "%.2fx" : "%.3gx",
		         results_get(entry, "margin", 0));
	term_row_put(&row, chosen, c->chosen);
	term_row_put(&row, p50, -6);
	term_row_put(&row, p99, -6);
	term_row_put(&row, margin, -5);
	term_row_put(&row, next, 0);
	fputc('\n', stream);
	for (size_t i = 0; i < json_array_size(with); i++) {
		term_row tied = {.stream = stream, .next = (size_t)c->problem + 1, .indent = 6};
		snprintf(text, sizeof text, "= %.60s, equal within noise", json_string_value(json_array_get(with, i)));
		term_row_put(&tied, text, 0);
		fputc('\n', stream);
	}
}

void choose_print(FILE *stream, const json_t *choice)
{
	columns c = {(int)strlen("problem"), (int)strlen("chosen")};
	const json_t *domain = json_object_get(choice, "domain");
	term_row head = {.stream = stream, .indent = 6};
	char *counts = choose_counts(choice);
	json_t *entry;
	size_t i;
	json_array_foreach(domain, i, entry) {
		c.problem = wider(c.problem, results_text(entry, "problem"));
		c.chosen = wider(c.chosen, results_text(entry, "chosen"));
	}
	term_row_put(&head, "problem", c.problem);
	term_row_put(&head, "chosen", c.chosen);
	term_row_put(&head, "p50", -6);
	term_row_put(&head, "p99", -6);
	term_row_put(&head, "by", -5);
	term_row_put(&head, "next best", 0);
	fputc('\n', stream);
	json_array_foreach(domain, i, entry)
		print_entry(stream, entry, &c);
	fprintf(stream, "%sCHOOSE%s ", term_escape(stream, TERM_BOLD), term_escape(stream, TERM_PLAIN));
	term_wrap(stream, counts ? counts : "", 7, 7);
	free(counts);
}

static void append(FILE *out, const char *name, size_t count)
{
	if (count)
		fprintf(out, "%s%s %zu", ftell(out) > 0 ? ", " : "", name, count);
}

char *choose_counts(const json_t *choice)
{
	json_t *count = json_object(), *entry, *value;
	const char *name;
	char *text = NULL;
	size_t i, bytes, ties = 0, none = 0;
	FILE *out = open_memstream(&text, &bytes);
	json_array_foreach(json_object_get(choice, "domain"), i, entry) {
		const char *chosen = results_text(entry, "chosen");
		ties += (size_t)results_flag(entry, "tie");
		none += !*chosen;
		if (*chosen)
			json_object_set_new(count, chosen, json_integer((json_int_t)results_get(count, chosen, 0) + 1));
	}
	if (out) {
		json_object_foreach(count, name, value)
			append(out, name, (size_t)json_integer_value(value));
		append(out, "tie to simpler", ties);
		append(out, "without a candidate", none);
		fclose(out);
	}
	json_decref(count);
	return text;
}

/* SPDX-License-Identifier: MIT */
/* choose_text.c - the choice for people: the table that `choose` prints, and its counts in one line. */
#include <string.h>

#include "choose.h"
#include "results.h"
#include "terminal.h"

static void print_entry(FILE *stream, const json_t *entry)
{
	char p50[16], p99[16], margin[32] = "-";
	const char *chosen = results_text(entry, "chosen"), *next = results_text(entry, "next");
	const json_t *with = json_object_get(entry, "with");
	term_cell(stream, results_text(entry, "problem"), 28);
	if (!*chosen) {
		fputs(" none: no variant was judged and timed\n", stream);
		return;
	}
	term_time(results_get(entry, "p50_ns", 0), p50);
	term_time(results_get(entry, "p99_ns", 0), p99);
	if (*next)
		snprintf(margin, sizeof margin, results_get(entry, "margin", 0) < 9.995 ? "%.2fx" : "%.3gx",
		         results_get(entry, "margin", 0));
	fputc(' ', stream);
	term_cell(stream, chosen, 16);
	fprintf(stream, " %6s %6s %5s %s\n", p50, p99, margin, next);
	for (size_t i = 0; i < json_array_size(with); i++)
		fprintf(stream, "%29s= %s, equal within noise\n", "", json_string_value(json_array_get(with, i)));
}

void choose_print(FILE *stream, const json_t *choice)
{
	char counts[400];
	json_t *entry;
	size_t i;
	fprintf(stream, "%-28s %-16s %6s %6s %5s %s\n", "problem", "chosen", "p50", "p99", "by", "next best");
	json_array_foreach(json_object_get(choice, "domain"), i, entry)
		print_entry(stream, entry);
	choose_counts(choice, counts, sizeof counts);
	fprintf(stream, "%sCHOOSE%s %s\n", term_escape(stream, TERM_BOLD), term_escape(stream, TERM_PLAIN), counts);
}

/* Appends what fits. */
static void append(char *text, size_t bytes, const char *name, size_t count)
{
	size_t used = strlen(text);
	if (count)
		snprintf(text + used, bytes - used, "%s%s %zu", used ? ", " : "", name, count);
}

void choose_counts(const json_t *choice, char *text, size_t bytes)
{
	json_t *count = json_object(), *entry, *value;
	const char *name;
	size_t i, ties = 0, none = 0;
	*text = 0;
	json_array_foreach(json_object_get(choice, "domain"), i, entry) {
		const char *chosen = results_text(entry, "chosen");
		ties += (size_t)results_flag(entry, "tie");
		none += !*chosen;
		if (*chosen)
			json_object_set_new(count, chosen, json_integer((json_int_t)results_get(count, chosen, 0) + 1));
	}
	json_object_foreach(count, name, value)
		append(text, bytes, name, (size_t)json_integer_value(value));
	append(text, bytes, "tie to simpler", ties);
	append(text, bytes, "without a candidate", none);
	json_decref(count);
}

/* SPDX-License-Identifier: MIT */
/* choose_text.c - the table that `choose` prints (choose_text.h). */
#include "choose_text.h"

#include <stdlib.h>
#include <string.h>

#include "terminal.h"

typedef struct columns {
	int problem, chosen; /* widths */
} columns;

static int wider(int width, const char *text) { return (int)strlen(text) > width ? (int)strlen(text) : width; }

static void print_row(FILE *stream, const columns *c, const char *const cell[6])
{
	const int width[6] = {c->problem, c->chosen, -6, -6, -5, 0};
	term_row row = {.stream = stream, .indent = 6};
	for (size_t k = 0; k < 6; k++)
		term_row_put(&row, cell[k], width[k]);
	fputc('\n', stream);
}

static void print_entry(FILE *stream, const choice_entry *entry, const columns *c)
{
	char p50[16], p99[16], margin[32] = "-", text[96];
	if (!entry->chosen[0]) {
		term_row row = {.stream = stream, .indent = 6};
		term_row_put(&row, entry->problem, c->problem);
		term_row_put(&row, "none: no variant was judged and timed", 0);
		fputc('\n', stream);
		return;
	}
	term_time(entry->p50_ns, p50);
	term_time(entry->p99_ns, p99);
	if (entry->next[0])
		snprintf(margin, sizeof margin, entry->margin < 9.995 ? "%.2fx" : "%.3gx", entry->margin);
	print_row(stream, c, (const char *const[]){entry->problem, entry->chosen, p50, p99, margin, entry->next});
	for (size_t i = 0; i < entry->with_count; i++) {
		term_row tied = {.stream = stream, .next = (size_t)c->problem + 1, .indent = 6};
		snprintf(text, sizeof text, "= %.60s, equal within noise", entry->with[i]);
		term_row_put(&tied, text, 0);
		fputc('\n', stream);
	}
}

void choose_print(FILE *stream, const choice_document *choice)
{
	columns c = {(int)strlen("problem"), (int)strlen("chosen")};
	char *counts = choose_counts(choice);
	for (size_t i = 0; i < choice->domain_count; i++) {
		c.problem = wider(c.problem, choice->domain[i].problem);
		c.chosen = wider(c.chosen, choice->domain[i].chosen);
	}
	print_row(stream, &c, (const char *const[]){"problem", "chosen", "p50", "p99", "by", "next best"});
	for (size_t i = 0; i < choice->domain_count; i++)
		print_entry(stream, &choice->domain[i], &c);
	fprintf(stream, "%sCHOOSE%s ", term_escape(stream, TERM_BOLD), term_escape(stream, TERM_PLAIN));
	term_wrap(stream, counts ? counts : "", 7, 7);
	free(counts);
}

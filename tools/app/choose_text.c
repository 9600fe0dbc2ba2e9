/* SPDX-License-Identifier: MIT */
/* choose_text.c - the table that `choose` prints (choose_text.h). */
#include "choose_text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "terminal.h"

static const char *name_of(const choice_entry *entry, char name[50])
{
	snprintf(name, 50, "%s%s", entry->chosen, entry->disturbed ? "!" : "");
	return name;
}

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static void
print_more(FILE *stream, int problem, const char *format, ...)
{
	char text[160];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	term_row more = {.stream = stream, .next = (size_t)problem + 1, .indent = 6};
	term_row_put(&more, text, 0);
	fputc('\n', stream);
}

static void print_entry(FILE *stream, const choice_entry *entry, int problem, int chosen)
{
	term_row row = {.stream = stream, .indent = 6};
	term_row_put(&row, entry->problem, problem);
	if (!entry->chosen[0]) {
		term_row_put(&row, "none: no variant was judged and timed", 0);
		fputc('\n', stream);
		return;
	}
	char name[50];
	term_row_put(&row, name_of(entry, name), chosen);
	term_row_time(&row, entry->p50_ns);
	term_row_time(&row, entry->p99_ns);
	if (entry->next[0])
		term_row_putf(&row, -5, entry->margin < 9.995 ? "%.2fx" : "%.3gx", entry->margin);
	else
		term_row_put(&row, "-", -5);
	term_row_put(&row, entry->next, 0);
	fputc('\n', stream);
	for (size_t i = 0; i < entry->equal_count; i++)
		print_more(stream, problem, "= %.47s, equal within %.3g %%", entry->equal[i], 100 * entry->delta);
	for (size_t i = 0; i < entry->undecided_count; i++)
		print_more(stream, problem, "? %.47s, undecided", entry->undecided[i]);
	if (entry->comparison == TIME_UNDECIDED)
		print_more(stream, problem, "  the best estimate, slower by %.3g %% at most", 100 * entry->regret);
}

void choose_print(FILE *stream, const choice_document *choice)
{
	int problem = (int)strlen("problem"), chosen = (int)strlen("chosen");
	char *counts = choose_counts(choice), name[50];
	int disturbed = 0;
	for (size_t i = 0; i < choice->domain_count; i++) {
		problem = term_wider(problem, choice->domain[i].problem);
		chosen = term_wider(chosen, name_of(&choice->domain[i], name));
		disturbed |= choice->domain[i].disturbed;
	}
	term_row head = {.stream = stream, .indent = 6};
	term_row_put(&head, "problem", problem);
	term_row_put(&head, "chosen", chosen);
	term_row_put(&head, "p50", -6);
	term_row_put(&head, "p99", -6);
	term_row_put(&head, "by", -5);
	term_row_put(&head, "next best", 0);
	fputc('\n', stream);
	for (size_t i = 0; i < choice->domain_count; i++)
		print_entry(stream, &choice->domain[i], problem, chosen);
	if (disturbed)
		fputs("! rests on blocks that lost time to others\n", stream);
	fprintf(stream, "%sCHOOSE%s ", term_escape(stream, TERM_BOLD), term_escape(stream, TERM_PLAIN));
	term_wrap(stream, counts ? counts : "", 7, 7);
	free(counts);
}

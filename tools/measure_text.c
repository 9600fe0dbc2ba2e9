/* SPDX-License-Identifier: MIT */
/* measure_text.c - best, next, and what cannot be told apart. */
#include "measure_text.h"

#include <string.h>

#include "measure.h"
#include "terminal.h"

/* With 16 for a name and 6 for a time, or with "undecided: ": 80 columns. */
enum { PROBLEM_WIDTH = 29, NEXT_WIDTH = 17, TIE_WIDTH = 37 };

/* The timed result with the least ratio; not = one to leave out.  NULL: there is none. */
static const bench_result *fastest(const bench_result *results, size_t count, const bench_result * not )
{
	const bench_result *best = NULL;
	for (size_t k = 0; k < count; k++)
		if (results[k].status == RACE_TIMED && &results[k] != not &&(!best || results[k].ratio < best->ratio))
			best = &results[k];
	return best;
}

/* "+-1.6 %"; beyond 100 % a number says nothing. */
static void width_text(double share, char text[24])
{
	if (share > 1)
		snprintf(text, 24, "over +-100 %%");
	else
		snprintf(text, 24, "+-%.1f %%", 100 * share);
}

static void print_decided(FILE *stream, const bench_result *best, const bench_result *next)
{
	char p50[16], p99[16], behind[16] = "";
	term_time(best->p50_ns, p50);
	term_time(best->p99_ns, p99);
	if (next)
		snprintf(behind, sizeof behind, next->ratio < 9.95 ? " %.1fx" : " %.0fx", next->ratio);
	term_cell(stream, best->variant, 16);
	const char *name = !next ? "" : next->variant;
	int room = (int)(NEXT_WIDTH - strlen(behind)), cut = (int)strlen(name) > room;
	fprintf(stream, " %6s %6s %.*s%s%s\n", p50, p99, room - cut, name, cut ? "~" : "", behind);
}

static void print_tie(FILE *stream, const bench_result *results, size_t count, const bench_result *best)
{
	const char *other = "";
	char width[24], tail[64], names[128];
	size_t more = 0;
	double wide = 0;
	for (size_t k = 0; k < count; k++) {
		const bench_result *r = &results[k];
		if (r == best || r->status != RACE_TIMED || race_compare(r, MEASURE_DELTA) == RACE_SLOWER)
			continue;
		if (other[0] == '\0')
			other = r->variant;
		else
			more++;
		wide = r->ratio_high - 1 > wide ? r->ratio_high - 1 : wide;
	}
	width_text(wide, width);
	if (more > 0)
		snprintf(tail, sizeof tail, " +%zu  %s", more, width);
	else
		snprintf(tail, sizeof tail, "  %s", width);
	snprintf(names, sizeof names, "%s = %s", best->variant, other);
	int room = TIE_WIDTH - (int)strlen(tail), cut = (int)strlen(names) > room;
	fprintf(stream, "undecided: %.*s%s%s\n", room - cut, names, cut ? "~" : "", tail);
}

static void print_every(FILE *stream, const bench_result *r)
{
	char p50[16], p99[16];
	term_time(r->p50_ns, p50);
	term_time(r->p99_ns, p99);
	fprintf(stream, "    %-28s%-16s %6s %6s %.3f [%.3f, %.3f]\n", judged_how_word(r->judged), r->variant, p50, p99,
	        r->ratio, r->ratio_low, r->ratio_high);
}

void measure_row(FILE *stream, const bench_result *results, size_t count, int every)
{
	const bench_result *best = fastest(results, count, NULL), *next = fastest(results, count, best);
	if (count == 0)
		return;
	fputs("  ", stream);
	term_cell(stream, results[0].problem, PROBLEM_WIDTH);
	fputc(' ', stream);
	if (!best)
		fprintf(stream, "nothing timed: %.60s\n", results[0].reason);
	else if (next && race_compare(next, MEASURE_DELTA) != RACE_SLOWER)
		print_tie(stream, results, count, best);
	else
		print_decided(stream, best, next);
	for (size_t k = 0; k < count; k++) {
		if (results[k].status == RACE_REJECTED || results[k].status == RACE_FAILED)
			fprintf(stream, "  %s %s %s: %s\n", results[k].status == RACE_FAILED ? "FAILED" : "WRONG",
			        results[k].problem, results[k].variant, results[k].reason);
		else if (every && results[k].status == RACE_TIMED)
			print_every(stream, &results[k]);
	}
}

void measure_print(const measured *m, FILE *stream)
{
	char head[96], tail[48], noise[24];
	const race_summary *s = &m->summary;
	snprintf(head, sizeof head, "BENCH  %s: %zu problems, %u thread%s, %zu processes", m->shapes, s->problems,
	         (unsigned)m->threads, m->threads == 1 ? "" : "s", s->processes);
	width_text(s->noise, noise);
	snprintf(tail, sizeof tail, "%.0f s  noise %s", s->seconds, noise);
	fprintf(stream, "%-54s%26s\n  %-*s %-16s %6s %6s %s\n", head, tail, PROBLEM_WIDTH, "problem", "best", "p50", "p99",
	        "next best");
	fputs(!m->table ? "" : m->table, stream);
}

void measure_notes(const measured *m, FILE *stream, const char *lead)
{
	const race_summary *s = &m->summary;
	const char *note = s->notes;
	if (s->tainted > 0)
		fprintf(stream, "%s%zu of %zu blocks lost time to others and were left out\n", lead, s->tainted, s->blocks);
	if (s->budget_spent)
		fprintf(stream, "%sthe time budget was spent: problems with fewer blocks or skipped\n", lead);
	while (*note != '\0') {
		size_t length = strcspn(note, "\n");
		fprintf(stream, "%s%.*s\n", lead, (int)length, note);
		note += length + (note[length] == '\n');
	}
}

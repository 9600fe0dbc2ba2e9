/* SPDX-License-Identifier: MIT */
/* check_table.c - what a check amounts to, for people. */
#include <math.h>
#include <string.h>

#include "conform.h"
#include "base/plural.h"

enum { WHERE = 22 }; /* columns of the last cell, at least */

/* Of a place the end is enough, a sentence goes on in the next line. */
static void put_where(term_row *row, const char *where, int is_place)
{
	size_t length = strlen(where), start = row->next + 2;
	if (length > 0 && start + WHERE > TERM_WIDTH) {
		fputc('\n', row->stream);
		row->used = 0;
		start = row->indent;
	}
	if (length > 0)
		fprintf(row->stream, "%*s", (int)(start - row->used), "");
	if (is_place && length > TERM_WIDTH - start)
		fprintf(row->stream, "...%s\n", where + length - (TERM_WIDTH - start) + 3);
	else
		term_wrap(row->stream, where, start, start);
}

/* The columns between the variant's name and where. */
static const struct {
	const char *word;
	int width;
} column[CHECK_STATUSES + 1] = {{"pass", -4}, {"fail", -4}, {"xfail", -5}, {"unsup", -5}, {"skip", -4}, {"worst", -6}};

static void put_variant(FILE *stream, const contestant *v, const tally *t, int width)
{
	term_row row = {.stream = stream, .next = 2, .indent = 6};
	const int last = column[CHECK_STATUSES].width;
	term_row_put(&row, v->info.name, width);
	for (int what = 0; what < CHECK_STATUSES; what++) {
		int red = what == STATUS_FAIL && t->count[what] > 0;
		fputs(red ? term_escape(stream, TERM_RED) : "", stream);
		term_row_putf(&row, column[what].width, v->runnable || what == STATUS_SKIPPED ? "%zu" : "-", t->count[what]);
		fputs(red ? term_escape(stream, TERM_PLAIN) : "", stream);
	}
	if (t->worst < 9.995)
		term_row_putf(&row, last, t->worst < 0 ? "" : "%.0f %%", 100 * t->worst);
	else
		term_row_putf(&row, last, t->worst > 99 ? "> 99 x" : "%.0f x", t->worst);
	put_where(&row, v->runnable ? t->where : reason_text(v->code), t->worst >= 0);
}

static void put_table(FILE *stream, const check_summary *s)
{
	const contestants *r = &s->session->contestants;
	term_row head = {.stream = stream, .next = 2, .indent = 6};
	int width = contestants_width(r, 16);
	term_row_put(&head, "variant", width);
	for (size_t k = 0; k < CHECK_STATUSES + 1; k++)
		term_row_put(&head, column[k].word, column[k].width);
	put_where(&head, "where", 0);
	for (size_t k = 0; k < r->count; k++)
		put_variant(stream, &r->variant[k], &s->variant[k], width);
	for (size_t k = 0; k < r->count; k++)
		if (s->variant[k].upper_halves)
			fprintf(stream, "  note: %s leaves upper halves of vector registers in use (no vzeroupper)\n",
			        r->variant[k].info.name);
}

static size_t results_of(const run_counts *n) { return n->pass + n->fail + n->xfail + n->unsupported + n->skipped; }

void summary_print(const check_summary *s, const verdict *v)
{
	static const char *const pass_text[] = {"", "fwd", "bwd", "fwd+bwd"};
	FILE *stream = s->session->text;
	char head[96], seconds[16];
	const run_counts counts = summary_counts(s);
	const char *word = verdict_word_word(v->word);
	snprintf(head, sizeof head, "CHECK  %zu %s, %s, %s", s->cases, plural((double)s->cases, "case", "cases"),
	         pass_text[s->session->passes & 3], s->session->contestants.executor.name);
	snprintf(seconds, sizeof seconds, "%.0f s", s->seconds);
	fprintf(stream, "%-*s%8s  %s%s%s\n", TERM_WIDTH - 10 - (int)strlen(word), head, seconds,
	        term_escape(stream, v->word == VERDICT_PASS ? TERM_GREEN : TERM_RED), word,
	        term_escape(stream, TERM_PLAIN));
	if (v->why[0] != '\0') {
		fputs("  ", stream);
		term_wrap(stream, v->why, 2, 2);
	}
	if (results_of(&counts) > 0)
		put_table(stream, s);
	if (s->torch_worst >= 0)
		fprintf(stream, "  PyTorch's own f32 uses %.0f %%", 100 * s->torch_worst);
	if (s->unfit_rows > 0)
		fprintf(stream, "%s%zu %s of %zu %s unfit (list cases --json)", s->torch_worst >= 0 ? "; " : "  ",
		        s->unfit_rows, plural((double)s->unfit_rows, "row", "rows"), s->unfit_cases,
		        plural((double)s->unfit_cases, "case", "cases"));
	if (s->torch_worst >= 0 || s->unfit_rows > 0)
		fputc('\n', stream);
	summary_print_bits(s);
}

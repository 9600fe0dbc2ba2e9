/* SPDX-License-Identifier: MIT */
/* check_summary.c - counts and exit code of a check, and the table that a person reads. */
#include "check_summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "about.h"
#include "base/plural.h"
#include "terminal.h"

int summary_open(check_summary *s, const contestants *r, const cli_options *options)
{
	*s = (check_summary){
		.contestants = r, .options = options, .torch_worst = -1, .variant = calloc(r->count + 1, sizeof *s->variant)};
	if (!rerun_options_of(options, &s->rerun) || !s->variant)
		return cli_fail(CLI_INTERNAL, "no memory");
	for (size_t k = 0; k < r->count; k++)
		s->variant[k].worst = -1;
	return CLI_OK;
}

void summary_free(check_summary *s)
{
	rerun_options_free(&s->rerun);
	for (size_t k = 0; k < s->results_count; k++)
		check_result_free(&s->results[k]);
	for (size_t k = 0; k < s->bits_count; k++)
		bits_result_free(&s->bits[k].result);
	digests_free(&s->committed);
	free(s->results);
	free(s->bits);
	free(s->variant);
}

/* ---- taking in ---- */

void summary_facts(check_summary *s, const case_facts *facts)
{
	s->cases++;
	s->unfit_rows += facts->unfit_rows;
	s->unfit_cases += facts->unfit_rows > 0;
	s->weak_cases += facts->weak_count > 0;
	s->torch_worst = fmax(s->torch_worst, facts->torch_used);
}

void summary_take(check_summary *s, check_result *r)
{
	size_t k = 0;
	while (k < s->contestants->count && strcmp(s->contestants->variant[k].info.name, r->variant) != 0)
		k++;
	if (k == s->contestants->count)
		return;
	tally *t = &s->variant[k];
	t->count[r->status]++;
	t->flaky += (size_t)r->flaky;
	if (r->tensors_count > 0 && r->used > t->worst) {
		t->worst = r->used;
		snprintf(t->where, sizeof t->where, "%s/%s", r->case_id, r->where);
	} else if (t->where[0] == '\0' && r->reason) {
		snprintf(t->where, sizeof t->where, "%.*s", (int)strcspn(r->reason, "\n"), r->reason);
	}
	summary_take_digest(s, r);
	check_result *last = record_grow(&s->results, &s->results_count, sizeof *last);
	s->no_memory |= !last;
	if (last) {
		*last = *r;
		check_result_init(r);
	}
}

size_t summary_total(const check_summary *s, check_status status)
{
	size_t total = 0;
	for (size_t k = 0; k < s->contestants->count; k++)
		total += s->variant[k].count[status];
	return total;
}

run_counts summary_counts(const check_summary *s)
{
	run_counts counts;
	run_counts_init(&counts);
	counts.pass = summary_total(s, STATUS_PASS);
	counts.fail = summary_total(s, STATUS_FAIL);
	counts.xfail = summary_total(s, STATUS_XFAIL);
	counts.unsupported = summary_total(s, STATUS_UNSUPPORTED);
	counts.skipped = summary_total(s, STATUS_SKIPPED);
	counts.cases = s->cases;
	return counts;
}

int summary_exit(const check_summary *s)
{
	const contestant *unable = contestants_unable(s->contestants);
	int code = summary_total(s, STATUS_FAIL) > 0 ? CLI_WRONG : CLI_OK;
	if (unable)
		code = cli_worse(code, cli_fail(CLI_NOTHING, "cannot run: %s", unable->why));
	if (summary_total(s, STATUS_PASS) + summary_total(s, STATUS_FAIL) > 0 || unable)
		return code;
	if (summary_total(s, STATUS_UNSUPPORTED) > 0)
		return cli_fail(CLI_NOTHING, "nothing ran: no variant supports any of these cases");
	if (summary_total(s, STATUS_SKIPPED) == 0)
		return cli_fail(CLI_NOTHING, "nothing ran");
	for (size_t k = 0; k < s->contestants->count; k++)
		if (s->contestants->variant[k].runnable)
			return cli_fail(CLI_NOTHING, "nothing was judged: every row is unfit");
	return CLI_SKIPPED;
}

/* ---- printing ---- */

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

static void append_variant(FILE *stream, const check_summary *s, size_t k, int width)
{
	static const int columns[CHECK_STATUSES] = {-4, -4, -5, -5, -4};
	const tally *t = &s->variant[k];
	const contestant *v = &s->contestants->variant[k];
	term_row row = {.stream = stream, .next = 2, .indent = 6};
	char cell[CHECK_STATUSES][24], worst[24] = "";
	for (int what = 0; what < CHECK_STATUSES; what++)
		snprintf(cell[what], sizeof cell[what], v->runnable || what == STATUS_SKIPPED ? "%zu" : "-", t->count[what]);
	if (t->worst >= 0)
		snprintf(worst, sizeof worst,
		         isinf(t->worst) || t->worst > 99 ? "> 99 x"
		         : t->worst < 9.995               ? "%.0f %%"
		                                          : "%.0f x",
		         t->worst < 9.995 ? 100 * t->worst : t->worst);
	term_row_put(&row, v->info.name, width);
	for (int what = 0; what < CHECK_STATUSES; what++) {
		int red = what == STATUS_FAIL && t->count[what] > 0;
		fputs(red ? term_escape(stream, TERM_RED) : "", stream);
		term_row_put(&row, cell[what], columns[what]);
		fputs(red ? term_escape(stream, TERM_PLAIN) : "", stream);
	}
	term_row_put(&row, worst, -6);
	put_where(&row, v->runnable ? t->where : reason_text(v->code), t->worst >= 0);
}

/* The heading of the table; returns the width of its first column. */
static int put_heading(FILE *stream, const check_summary *s)
{
	static const char *const word[] = {"pass", "fail", "xfail", "unsup", "skip", "worst"};
	static const int columns[] = {-4, -4, -5, -5, -4, -6};
	term_row row = {.stream = stream, .next = 2, .indent = 6};
	int width = 16;
	for (size_t k = 0; k < s->contestants->count; k++)
		width = (int)strlen(s->contestants->variant[k].info.name) > width
		          ? (int)strlen(s->contestants->variant[k].info.name)
		          : width;
	term_row_put(&row, "variant", width);
	for (size_t k = 0; k < sizeof word / sizeof word[0]; k++)
		term_row_put(&row, word[k], columns[k]);
	put_where(&row, "where", 0);
	return width;
}

void summary_print(const check_summary *s, FILE *stream, unsigned passes, int code)
{
	static const char *const pass_text[] = {"", "fwd", "bwd", "fwd+bwd"};
	char head[96], seconds[16];
	int good = code == CLI_OK && !session_stop;
	const char *word = session_stop ? "STOP" : good ? "PASS" : code == CLI_WRONG ? "FAIL" : "NONE";
	if (code == CLI_SKIPPED)
		word = "SKIP";
	snprintf(head, sizeof head, "CHECK  %zu %s, %s, %s", s->cases, plural((double)s->cases, "case", "cases"),
	         pass_text[passes & 3], executor_name(s->contestants->executor));
	snprintf(seconds, sizeof seconds, "%.0f s", s->seconds);
	fprintf(stream, "%-66s%8s  %s%s%s\n", head, seconds, term_escape(stream, good ? TERM_GREEN : TERM_RED), word,
	        term_escape(stream, TERM_PLAIN));
	const int width = put_heading(stream, s);
	for (size_t k = 0; k < s->contestants->count; k++)
		append_variant(stream, s, k, width);
	if (s->torch_worst >= 0)
		fprintf(stream, "  PyTorch's own f32 uses %.0f %%", 100 * s->torch_worst);
	if (s->unfit_rows > 0)
		fprintf(stream, "%s%zu %s of %zu %s unfit (list cases --json)", s->torch_worst >= 0 ? "; " : "  ",
		        s->unfit_rows, plural((double)s->unfit_rows, "row", "rows"), s->unfit_cases,
		        plural((double)s->unfit_cases, "case", "cases"));
	if (s->torch_worst >= 0 || s->unfit_rows > 0)
		fputc('\n', stream);
	summary_print_bits(s, stream);
}

/* SPDX-License-Identifier: MIT */
/* measure.c - runs the race; each result goes to the result file and to the table: of each problem the fastest, its p50
 * and p99 and the next, with what is known about the two. */
#include "measure.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench_judge.h"
#include "base/plural.h"
#include "record/compare.h"

static void on_results(void *context, const bench_result *results, size_t count)
{
	measured *m = context;
	for (size_t k = 0; k < count; k++) {
		bench_result r = results[k];
		if (r.status == RACE_FAILED && session_signal != 0) { // Ctrl-C may have reached the worker itself
			r.status = RACE_SKIPPED;
			r.code = CODE_INTERRUPTED;
			snprintf(r.reason, sizeof r.reason, "interrupted");
		}
		session_put(m->session, RECORD_BENCH, &r);
		r.blocks_ns = NULL; // goes now
		m->table.result[r.place * count + k] = r;
	}
}

static void on_progress(void *context, const char *text, double done)
{
	term_progress_show(&((measured *)context)->progress, text, done);
}

/* Bit oracles race only if named literally; what is so named twice races against itself. */
static int starts(const contestant *v) { return v->literal > 0 ? v->literal : strcmp(v->info.strategy, "oracle") != 0; }

/* Who races, and room for what comes of it.  0 without memory. */
static int enter(const contestants *r, measured *m)
{
	size_t most = 1;
	for (size_t k = 0; k < r->count; k++)
		most += (size_t)starts(&r->variant[k]);
	m->racing = calloc(most, sizeof *m->racing);
	m->table.result = calloc(m->table.problems * most, sizeof *m->table.result);
	if (!m->racing || !m->table.result) {
		m->table.problems = 0;
		return 0;
	}
	for (const contestant *v = r->variant; v < r->variant + r->count; v++)
		for (int times = starts(v); times > 0; times--)
			m->racing[m->table.contestants++] = v;
	return 1;
}

static race_options options_of(session *s, measured *m, bench_judge *judge)
{
	const cli_options *o = s->options;
	return (race_options){.specs = s->shapes.specs,
	                      .spec_count = s->shapes.count,
	                      .contestants = m->racing,
	                      .contestant_count = m->table.contestants,
	                      .judge = bench_judge_one,
	                      .judge_context = judge,
	                      .report = on_results,
	                      .report_context = m,
	                      .progress = on_progress,
	                      .progress_context = m,
	                      .quick = o->quick,
	                      .timeout = o->timeout.seconds,
	                      .budget_seconds = o->budget.seconds,
	                      .judged_flops = BENCH_JUDGE_FLOPS,
	                      .seed = o->seed,
	                      .in_place = o->no_fork,
	                      .flags = o->benchmark.text,
	                      .flag_count = o->benchmark.count,
	                      .stop = &session_stop};
}

int measure(session *s, const contestants *r, measured *m)
{
	const cli_options *o = s->options;
	gm_error error;
	*m = (measured){.session = s, .table = {.problems = s->shapes.count, .every = o->verbose}};
	if (session_try_worker(s) != CLI_OK)
		return CLI_INTERNAL;
	term_progress_begin(&m->progress, NULL, 0, o->quiet);
	bench_judge judge = {.no_fork = o->no_fork, .seed = o->seed};
	if (!enter(r, m))
		return cli_fail(CLI_INTERNAL, "no memory");
	const race_options options = options_of(s, m, &judge);
	const gm_status status = m->table.contestants > 0 ? race_run(&options, &m->summary, &error) : GM_OK;
	bench_judge_free(&judge);
	s->judging_s += m->summary.judging_seconds;
	s->timed_judging_s += m->summary.timed_judging_seconds;
	s->timed_s += m->summary.timed_seconds;
	term_progress_end(&m->progress);
	if (m->table.contestants == 0)
		return cli_fail(CLI_NOTHING, "nothing to time: bit oracles race only if named");
	if (status != GM_OK)
		return cli_status(status, 0, &error);
	const int wrong = m->summary.rejected + m->summary.failed > 0;
	return contestants_exit(r, wrong, wrong || m->summary.timed > 0 || session_stop,
	                        contestants_able(r->variant, r->count) ? "nothing was timed" : NULL);
}

run_counts measure_counts(const measured *m)
{
	const race_summary *s = &m->summary;
	run_counts counts;
	run_counts_init(&counts);
	counts.problems = s->problems;
	counts.timed = s->timed;
	counts.rejected = s->rejected;
	counts.unsupported = s->unsupported;
	counts.skipped = s->skipped;
	counts.failed = s->failed;
	counts.blocks = s->blocks;
	counts.tainted = s->tainted;
	counts.counted = s->counted;
	return counts;
}

void measure_free(measured *m)
{
	free(m->table.result);
	free(m->racing);
}

/* ---- the table ---- */

enum { NEXT_TEXT = 128 };

typedef struct columns {
	int problem, variant; /* widths */
	size_t more;          /* where a row goes on in the next line: below the best, if what comes has room there */
} columns;

/* The two that a row names: the timed results of least ratio; NULL where there is none. */
typedef struct leaders {
	const bench_result *best, *next;
	size_t open; /* others that best is not proved faster than, next among them */
} leaders;

static const bench_result *fastest(const bench_result *results, size_t count, const bench_result *but)
{
	const bench_result *best = NULL;
	for (size_t k = 0; k < count; k++)
		if (results[k].status == RACE_TIMED && &results[k] != but && (!best || results[k].ratio < best->ratio))
			best = &results[k];
	return best;
}

static leaders leaders_of(const bench_result *results, size_t count)
{
	leaders l = {.best = fastest(results, count, NULL)};
	l.next = fastest(results, count, l.best);
	for (const bench_result *r = results; r < results + count; r++)
		l.open += r != l.best && r->status == RACE_TIMED && r->comparison != TIME_FASTER;
	return l;
}

/* Has a result a line of its own below the row? */
static int has_line(const measure_table *t, const bench_result *r, const leaders *l)
{
	return r->status == RACE_TIMED && (t->every || (r->plugin && r != l->best && r != l->next));
}

static const bench_result *results_of(const measure_table *t, size_t problem)
{
	return t->result + problem * t->contestants;
}

/* Its name, with a mark if its figures rest on blocks that lost time to others. */
static const char *name_of(const bench_result *r, char name[50])
{
	snprintf(name, 50, "%s%s", r->variant, r->disturbed ? "!" : "");
	return name;
}

/* "avx2-fused-u10 1.1x", or how little is known: "avx2-fused-u10 ?16%", "+1" others of that kind. */
static const char *next_of(const leaders *l, char text[NEXT_TEXT])
{
	static const char *const sign[COMPARISONS] = {[TIME_EQUAL] = "=", [TIME_UNDECIDED] = "?"};
	const bench_result *r = l->next;
	char width[24], others[24] = "", name[50];
	name_of(r, name);
	if (r->comparison == TIME_FASTER) {
		snprintf(text, NEXT_TEXT, r->ratio < 9.95 ? "%s %.1fx" : "%s %.0fx", name, r->ratio);
		return text;
	}
	const double share = fmax(r->ratio_high - 1, 1 - r->ratio_low);
	snprintf(width, sizeof width, share > 1 ? ">100%%" : "%.*f%%", share < 0.0995, 100 * share);
	if (l->open > 1)
		snprintf(others, sizeof others, " +%zu", l->open - 1);
	snprintf(text, NEXT_TEXT, "%s %s%s%s", name, r->comparison == comparison_none ? "?" : sign[r->comparison], width,
	         others);
	return text;
}

static columns columns_of(const measure_table *t)
{
	columns c = {.problem = (int)strlen("problem"), .variant = (int)strlen("best")};
	char name[50], next[NEXT_TEXT];
	int widest = 0;
	for (size_t p = 0; p < t->problems; p++) {
		const bench_result *results = results_of(t, p);
		const leaders l = leaders_of(results, t->contestants);
		c.problem = term_wider(c.problem, results[0].problem);
		for (const bench_result *r = results; r < results + t->contestants; r++)
			if (r == l.best || has_line(t, r, &l))
				c.variant = term_wider(c.variant, name_of(r, name));
		if (l.next)
			widest = term_wider(widest, next_of(&l, next));
	}
	c.more = (size_t)c.problem + 3;
	if (c.more + (size_t)(widest > c.variant ? widest : c.variant) > TERM_WIDTH)
		c.more = 6;
	return c;
}

/* "+-1.6 %"; beyond 100 % a number says nothing. */
static void width_text(double share, char text[24])
{
	if (share > 1)
		snprintf(text, 24, "over +-100 %%");
	else
		snprintf(text, 24, "+-%.*f %%", share < 0.0995, 100 * share);
}

static void put_result(term_row *row, const columns *c, const bench_result *r)
{
	char name[50];
	term_row_put(row, name_of(r, name), c->variant);
	term_row_time(row, r->p50_ns);
	term_row_time(row, r->p99_ns);
}

/* "  budget   avx2-fused 59.7us 80.5us 14.88x [14.78, 14.97]" */
static void put_line(FILE *stream, const columns *c, const bench_result *r)
{
	term_row row = {.stream = stream, .next = 2, .indent = c->more};
	term_row_putf(&row, c->problem, "  %s", judged_how_word(r->judged));
	put_result(&row, c, r);
	term_row_putf(&row, 0, "%.2fx [%.2f, %.2f]", r->ratio, r->ratio_low, r->ratio_high);
	fputc('\n', stream);
}

static void put_problem(FILE *stream, const measure_table *t, const bench_result *results, const columns *c)
{
	const leaders l = leaders_of(results, t->contestants);
	term_row row = {.stream = stream, .next = 2, .indent = c->more};
	char next[NEXT_TEXT];
	term_row_put(&row, results[0].problem, c->problem);
	if (!l.best) {
		fputs(" nothing timed: ", stream);
		term_wrap(stream, results[0].reason, row.used + 16, 6);
	} else {
		put_result(&row, c, l.best);
		if (l.next)
			term_row_put(&row, next_of(&l, next), 0);
		fputc('\n', stream);
	}
	for (size_t k = 0; k < t->contestants; k++) {
		if (results[k].status == RACE_REJECTED || results[k].status == RACE_FAILED)
			fprintf(stream, "  %s %s %s: %s\n", results[k].status == RACE_FAILED ? "FAILED" : "WRONG",
			        results[k].problem, results[k].variant, results[k].reason);
		else if (has_line(t, &results[k], &l))
			put_line(stream, c, &results[k]);
	}
}

/* What the signs mean that were used. */
static void put_legend(FILE *stream, const measure_table *t)
{
	size_t used[COMPARISONS] = {0}, disturbed = 0;
	for (size_t p = 0; p < t->problems; p++) {
		const bench_result *results = results_of(t, p);
		const leaders l = leaders_of(results, t->contestants);
		if (l.next && l.next->comparison != comparison_none)
			used[l.next->comparison]++;
		for (const bench_result *r = results; r < results + t->contestants; r++)
			disturbed += r->disturbed && (r == l.best || r == l.next || has_line(t, r, &l));
	}
	term_row row = {.stream = stream, .next = 2, .indent = 2};
	if (used[TIME_EQUAL])
		term_row_putf(&row, 0, "= equal, surely within %.3g %%.", 100 * COMPARE_DELTA);
	if (used[TIME_UNDECIDED])
		term_row_put(&row, "?N% undecided, within N % either way: shown is the better estimate.", 0);
	if (disturbed > 0)
		term_row_put(&row, "! rests on blocks that lost time to others.", 0);
	if (row.used > 0)
		fputc('\n', stream);
}

void measure_table_print(FILE *stream, const measure_table *t)
{
	const columns c = columns_of(t);
	term_row head = {.stream = stream, .next = 2, .indent = c.more};
	term_row_put(&head, "problem", c.problem);
	term_row_put(&head, "best", c.variant);
	term_row_put(&head, "p50", -6);
	term_row_put(&head, "p99", -6);
	term_row_put(&head, "next best", 0);
	fputc('\n', stream);
	for (size_t p = 0; p < t->problems; p++)
		if (results_of(t, p)[0].problem[0] != '\0')
			put_problem(stream, t, results_of(t, p), &c);
	put_legend(stream, t);
}

void measure_print(const measured *m)
{
	char head[160], noise[24];
	const race_summary *s = &m->summary;
	term_row row = {.stream = m->session->text, .indent = 6};
	snprintf(head, sizeof head, "BENCH  %.60s: %zu %s, 1 thread, %zu %s", m->session->shapes_name, s->problems,
	         plural((double)s->problems, "problem", "problems"), s->processes,
	         plural((double)s->processes, "process", "processes"));
	width_text(s->noise, noise);
	term_row_put(&row, head, 54);
	term_row_putf(&row, -25, "%.0f s  noise %s", s->seconds, noise);
	fputc('\n', row.stream);
	measure_table_print(row.stream, &m->table);
}

/* The widest interval of a variant against its copy, as a difference; 0: none raced against itself. */
static double against_itself(const measure_table *t)
{
	double widest = 0;
	for (const bench_result *x = t->result; x < t->result + t->problems * t->contestants; x++)
		for (const bench_result *y = t->result; x->copy_of[0] && y < t->result + t->problems * t->contestants; y++) {
			if (x->status != RACE_TIMED || y->status != RACE_TIMED || strcmp(x->problem, y->problem) != 0 ||
			    strcmp(x->copy_of, y->variant) != 0)
				continue;
			const span s = compare_through((span){x->ratio, x->ratio_low, x->ratio_high},
			                               (span){y->ratio, y->ratio_low, y->ratio_high});
			widest = fmax(widest, fmax(s.high - 1, 1 - s.low));
		}
	return widest;
}

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static void
note_line(FILE *stream, const char *lead, const char *format, ...)
{
	char text[300];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	fputs(lead, stream);
	term_wrap(stream, text, strlen(lead), strlen(lead));
}

void measure_notes(const measured *m, FILE *stream, const char *lead)
{
	const race_summary *s = &m->summary;
	const char *note = s->notes;
	const double self = against_itself(&m->table);
	if (s->tainted > 0 && s->counted == 0)
		note_line(stream, lead, "%zu of %zu %s lost time to others and %s left out", s->tainted, s->blocks,
		          plural((double)s->blocks, "block", "blocks"), plural((double)s->tainted, "was", "were"));
	if (s->counted > 0)
		note_line(stream, lead, "%zu of %zu %s lost time to others: %zu left out, %zu count, too few others being left",
		          s->tainted, s->blocks, plural((double)s->blocks, "block", "blocks"), s->tainted - s->counted,
		          s->counted);
	if (s->budget_spent)
		note_line(stream, lead, "the time budget was spent: problems were skipped");
	if (self > 0)
		note_line(stream, lead,
		          "against itself a variant differs by up to %.2g %%: nothing smaller can be claimed here", 100 * self);
	while (*note != '\0') {
		size_t length = strcspn(note, "\n");
		note_line(stream, lead, "%.*s", (int)length, note);
		note += length + (note[length] == '\n');
	}
}

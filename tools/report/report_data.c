/* SPDX-License-Identifier: MIT */
/* report_data.c - the numbers of the report (report_parts.h): verdict, noise, families. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gatemark/tensors.h"
#include "report_parts.h"

/* ---- the summary ---- */

enum { PASSING, FAILING, CASES, UNFIT, WEAK, FIT, SETS = FIT + CHECK_PASSES };

/* Unfit rows and weak cases: of each case and pass once, however many variants ran it. */
static void add_fitness(report_summary *s, const check_result *r, names *met)
{
	if (r->rows == 0 || !names_new(&met[FIT + (int)r->pass], r->case_id))
		return;
	s->unfit_rows += r->unfit_rows;
	if (r->unfit_rows > 0)
		names_add(&met[UNFIT], r->case_id);
	if (r->weak)
		names_add(&met[WEAK], r->case_id);
}

static void add_check(report_summary *s, const check_result *r, names *met)
{
	const int passed = r->status == STATUS_PASS, failed = r->status == STATUS_FAIL || r->status == STATUS_XFAIL;
	s->checks[r->status]++;
	s->flaky += r->flaky != 0;
	if (passed || r->status == STATUS_FAIL)
		names_add(&s->executors, r->executor);
	if (passed || failed) {
		names_add(&met[passed ? PASSING : FAILING], r->variant);
		names_add(&met[CASES], r->case_id);
	}
	if (passed && (!s->worst || r->used >= s->worst->used))
		s->worst = r;
}

static void add_checks(report_summary *s, const evidence *e)
{
	names met[SETS] = {{0}};
	for (size_t i = 0; i < e->check_count; i++) {
		add_check(s, &e->check[i], met);
		add_fitness(s, &e->check[i], met);
	}
	for (size_t v = 0; v < met[PASSING].count; v++)
		s->conformant += names_find(&met[FAILING], met[PASSING].name[v]) == met[FAILING].count;
	s->judged = s->conformant + met[FAILING].count;
	s->cases = met[CASES].count;
	s->unfit_cases = met[UNFIT].count;
	s->weak = met[WEAK].count;
	for (size_t k = 0; k < SETS; k++)
		free(met[k].name);
}

static int order_reals(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void add_benches(report_summary *s, const evidence *e)
{
	double *half = calloc(e->bench_count + 1, sizeof *half);
	for (size_t i = 0; i < e->bench_count; i++) {
		const bench_result *r = &e->bench[i];
		s->rejected += r->status == RACE_REJECTED;
		s->failed += r->status == RACE_FAILED;
		if (!half || r->status != RACE_TIMED || !(r->p50_ns > 0))
			continue;
		const double low = r->low_ns < 0 ? r->p50_ns : r->low_ns, high = r->high_ns < 0 ? r->p50_ns : r->high_ns;
		half[s->timed++] = (high - low) / 2 / r->p50_ns;
		s->blocks += r->blocks_ns_rows * r->blocks_ns_columns;
		s->tainted += r->tainted;
		s->remarks += r->reason[0] != '\0';
	}
	if (half && s->timed > 0)
		qsort(half, s->timed, sizeof *half, order_reals);
	s->noise = half && s->timed > 0 ? half[s->timed / 2] : NAN;
	free(half);
}

static void summarise(report_summary *s, const evidence *e)
{
	add_checks(s, e);
	add_benches(s, e);
	for (size_t i = 0; i < e->run_count; i++) {
		size_t k = 0;
		while (k < e->end_count && strcmp(e->end[k].run, e->run[i].run) != 0)
			k++;
		s->incomplete += k == e->end_count || e->end[k].interrupted;
	}
	s->word = s->checks[STATUS_FAIL] + s->rejected > 0 ? "FAIL"
	        : s->checks[STATUS_PASS] + s->timed > 0    ? "PASS"
	                                                   : "NOT JUDGED";
}

/* ---- the view ---- */

static int order_names(const void *a, const void *b)
{
	return evidence_order(*(const char *const *)a, *(const char *const *)b);
}

gm_status report_view_create(const evidence *e, report_view *view, gm_error *error)
{
	*view = (report_view){.e = e, .run = evidence_latest(e)};
	GM_TRY(choose_decide(e, NULL, &view->choice, error));
	summarise(&view->summary, e);
	for (size_t i = 0; i < e->check_count; i++)
		names_add(&view->variants, e->check[i].variant);
	for (size_t i = 0; i < e->bench_count; i++)
		names_add(&view->variants, e->bench[i].variant);
	if (view->variants.count > 0)
		qsort(view->variants.name, view->variants.count, sizeof *view->variants.name, order_names);
	report_find_absent(view);
	report_find_notes(view);
	return GM_OK;
}

void report_view_destroy(report_view *view)
{
	for (size_t i = 0; i < view->notes; i++)
		free(view->note[i]);
	free(view->note);
	free(view->absent);
	choice_document_free(&view->choice);
	free(view->summary.executors.name);
	free(view->variants.name);
}

/* ---- families ---- */

void report_family(const char *problem, char family[64])
{
	gm_spec s;
	if (gm_spec_parse(problem, &s, NULL) != GM_OK) {
		snprintf(family, 64, "other");
		return;
	}
	const struct {
		int holds;
		const char *text;
	} parts[] = {{s.problem.bidirectional != 0, " D2"}, {s.problem.proj_size > 0, " P"},
	             {!s.problem.bias, " nobias"},          {s.problem.batch_first != 0, " bf"},
	             {s.problem.unbatched != 0, " unb"},    {s.problem.lengths != 0, " len"},
	             {s.problem.dropout > 0, " drop"}};
	int used = snprintf(family, 64, "%s", gm_cell_name(s.problem.cell));
	if (s.problem.num_layers > 1)
		used += snprintf(family + used, 64 - (size_t)used, " L%zu", (size_t)(s.problem.num_layers % 1000));
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i].holds)
			used += snprintf(family + used, 64 - (size_t)used, "%s", parts[i].text);
}

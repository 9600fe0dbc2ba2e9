/* SPDX-License-Identifier: MIT */
/* report_data.c - the view (report_parts.h): the verdict and its numbers, what is absent and why, notes, and texts that
 * several parts show. */
#define _GNU_SOURCE
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gatemark/tensors.h"
#include "base/plural.h"
#include "report_parts.h"

/* ---- the summary ---- */

/* Sets of names: what was met so far. */
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
		if (strcmp(evidence_machine(e, e->check[i].run), s->machine) != 0)
			continue;
		s->checks++;
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
		if (!half || r->status != RACE_TIMED || !(r->p50_ns > 0) ||
		    strcmp(evidence_machine(e, r->run), s->machine) != 0)
			continue;
		const double low = r->low_ns < 0 ? r->p50_ns : r->low_ns, high = r->high_ns < 0 ? r->p50_ns : r->high_ns;
		half[s->timed++] = (high - low) / 2 / r->p50_ns;
		s->blocks += r->blocks_ns_rows * r->blocks_ns_columns;
		s->tainted += r->tainted;
		s->disturbed += r->disturbed != 0;
		s->remarks += r->reason[0] != '\0';
	}
	if (half && s->timed > 0)
		qsort(half, s->timed, sizeof *half, order_reals);
	s->noise = half && s->timed > 0 ? half[s->timed / 2] : NAN;
	free(half);
}

static report_summary summary_of(const evidence *e, const char *machine)
{
	report_summary s = {.machine = machine, .run = evidence_run(e, ""), .verdict = verdict_of(e, machine)};
	for (size_t i = 0; i < e->run_count; i++)
		if (strcmp(e->run[i].machine.fingerprint, machine) == 0)
			s.run = &e->run[i];
	add_checks(&s, e);
	add_benches(&s, e);
	return s;
}

static gm_status summarise(report_view *view, gm_error *error)
{
	names machines = evidence_machines(view->e);
	view->summary = calloc(machines.count + 1, sizeof *view->summary);
	for (size_t m = 0; view->summary && m < machines.count; m++)
		view->summary[view->machines++] = summary_of(view->e, machines.name[m]);
	free(machines.name);
	view->verdict = verdict_of_all(view->e);
	return view->summary ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for the report");
}

/* ---- what is absent ---- */

static void add_absent(report_view *view, absent one)
{
	for (size_t i = view->absent_count; i > 0; i--) { // from the end, where it mostly is
		absent *a = &view->absent[i - 1];
		if (strcmp(a->variant, one.variant) == 0 && strcmp(a->status, one.status) == 0 && a->what == one.what &&
		    strcmp(a->reason, one.reason) == 0 && strcmp(a->machine, one.machine) == 0) {
			a->count++;
			return;
		}
	}
	absent *last = record_grow(&view->absent, &view->absent_count, sizeof *last);
	if (last)
		*last = one;
}

static void find_absent(report_view *view)
{
	static const char checks[] = "checks", problems[] = "problems";
	const evidence *e = view->e;
	for (const check_result *r = e->check; r < e->check + e->check_count; r++)
		if (r->status == STATUS_SKIPPED || r->status == STATUS_UNSUPPORTED)
			add_absent(view, (absent){r->variant, check_status_word(r->status), r->reason ? r->reason : "", checks,
			                          evidence_machine(e, r->run), 1});
	for (const bench_result *r = e->bench; r < e->bench + e->bench_count; r++)
		if (r->status == RACE_SKIPPED || r->status == RACE_UNSUPPORTED)
			add_absent(view, (absent){r->variant, race_status_word(r->status), r->reason, problems,
			                          evidence_machine(e, r->run), 1});
}

/* ---- notes ---- */

static void add_bits(report_view *view, const bits_result *b)
{
	const char *committed = b->committed == COMMITTED_SAME      ? ", digests as committed"
	                      : b->committed == COMMITTED_DIFFERENT ? ", digests differ from the committed ones"
	                                                            : "";
	char *on = report_on(view, evidence_machine(view->e, b->run));
	record_appendf(&view->note, &view->notes, "bits%s: %s, %zu variant%s over %zu case%s %s%s%s", on ? on : "",
	               b->bit_class, b->variants_count, plural((double)b->variants_count, "", "s"), b->cases,
	               plural((double)b->cases, "", "s"),
	               b->identical ? "identical" : "DIFFER: ", b->identical ? "" : b->first_difference, committed);
	free(on);
}

static void add_counts(report_view *view, const report_summary *s)
{
	char *on = report_on(view, s->machine);
	const struct {
		size_t count;
		const char *one, *many, *rest;
	} notes[] = {{s->verdict.stopped, "run", "runs", "did not end"},
	             {s->flaky, "check", "checks", "passed only when repeated (flaky)"},
	             {s->tainted, "block", "blocks", "of timings lost time to the machine (stolen, waiting, migration)"},
	             {s->disturbed, "timing rests", "timings rest", "on blocks that lost time to others (marked !)"},
	             {s->remarks, "timing has", "timings have", "a remark: column reason of the benchmark CSV"},
	             {s->verdict.broken, "timing", "timings", "of a variant on a problem failed"},
	             {s->weak, "case is", "cases are", "weak evidence (outputs mostly zero or saturated)"}};
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		if (notes[i].count > 0)
			record_appendf(&view->note, &view->notes, "%zu %s %s%s", notes[i].count,
			               plural((double)notes[i].count, notes[i].one, notes[i].many), notes[i].rest, on ? on : "");
	if (s->unfit_rows > 0)
		record_appendf(&view->note, &view->notes,
		               "%zu %s of %zu %s unfit%s (chaos or underflow): counted, never passed", s->unfit_rows,
		               plural((double)s->unfit_rows, "row", "rows"), s->unfit_cases,
		               plural((double)s->unfit_cases, "case is", "cases are"), on ? on : "");
	free(on);
}

static void find_notes(report_view *view)
{
	for (size_t i = 0; i < view->e->bits_count; i++)
		add_bits(view, &view->e->bits[i]);
	for (size_t m = 0; m < view->machines; m++)
		add_counts(view, &view->summary[m]);
	if (view->e->torn)
		record_appendf(&view->note, &view->notes, "%zu file%s ended in a cut-off line, which was left out",
		               view->e->torn, plural((double)view->e->torn, "", "s"));
	for (size_t i = 0; i < view->run->machine.hints_count; i++)
		record_append(&view->note, &view->notes, view->run->machine.hints[i]);
	for (size_t i = 0; i < view->choice.notes_count; i++)
		record_append(&view->note, &view->notes, view->choice.notes[i]);
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
	gm_status status = causes_find(e, STATUS_FAIL, &view->failures, error);
	if (status == GM_OK)
		status = causes_find(e, STATUS_XFAIL, &view->known, error);
	if (status == GM_OK)
		status = incidents_find(e, &view->incidents, error);
	if (status == GM_OK)
		status = summarise(view, error);
	if (status != GM_OK) {
		report_view_destroy(view);
		return status;
	}
	for (size_t i = 0; i < e->check_count; i++)
		names_add(&view->variants, e->check[i].variant);
	for (size_t i = 0; i < e->bench_count; i++)
		names_add(&view->variants, e->bench[i].variant);
	if (view->variants.count > 0)
		qsort(view->variants.name, view->variants.count, sizeof *view->variants.name, order_names);
	find_absent(view);
	find_notes(view);
	return GM_OK;
}

void report_view_destroy(report_view *view)
{
	for (size_t i = 0; i < view->notes; i++)
		free(view->note[i]);
	free(view->note);
	free(view->absent);
	choice_document_free(&view->choice);
	causes_free(&view->failures);
	causes_free(&view->known);
	free(view->incidents.list);
	for (size_t m = 0; m < view->machines; m++)
		free(view->summary[m].executors.name);
	free(view->summary);
	free(view->variants.name);
}

/* ---- texts of a machine and a problem ---- */

char *report_on(const report_view *view, const char *machine)
{
	char *text = NULL;
	for (size_t m = 0; m < view->machines; m++)
		if (view->machines > 1 && strcmp(view->summary[m].machine, machine) == 0 &&
		    asprintf(&text, " on %s, %s", machine[0] ? view->summary[m].run->machine.cpu : "a machine unknown",
		             machine[0] ? machine : "no run record") >= 0)
			return text;
	return strdup("");
}

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

/* SPDX-License-Identifier: MIT */
/* report_words.c - the sentences of the report that HTML and Markdown share: differences, what is absent and
 * why, notes. */
#include <stdlib.h>
#include <string.h>

#include "base/plural.h"
#include "report_parts.h"
#include "record/rerun.h"

char *report_rerun(const report_view *view, const check_result *check)
{
	return rerun_check(check, &evidence_run(view->e, check->run)->options);
}

char *report_difference(const check_result *check)
{
	char *text = NULL, share[24];
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return NULL;
	fputs(check->reason && check->reason[0] ? check->reason : check->where, out);
	for (size_t i = 0; i < check->tensors_count; i++) {
		const tensor_result *t = &check->tensors[i];
		if (!(t->used > 1))
			continue;
		report_share(t->used, share);
		fprintf(out, "\n%s: %s of the budget, %zu element%s wrong", t->name, share, t->wrong,
		        plural((double)t->wrong, "", "s"));
	}
	fclose(out);
	return text;
}

/* ---- what is absent ---- */

static void add_absent(report_view *view, absent one)
{
	for (size_t i = view->absent_count; i > 0; i--) { // from the end, where it mostly is
		absent *a = &view->absent[i - 1];
		if (strcmp(a->variant, one.variant) == 0 && strcmp(a->status, one.status) == 0 && a->what == one.what &&
		    strcmp(a->reason, one.reason) == 0) {
			a->count++;
			return;
		}
	}
	absent *last = record_grow(&view->absent, &view->absent_count, sizeof *last);
	if (last)
		*last = one;
}

void report_find_absent(report_view *view)
{
	static const char checks[] = "checks", problems[] = "problems";
	const evidence *e = view->e;
	for (const check_result *r = e->check; r < e->check + e->check_count; r++)
		if (r->status == STATUS_SKIPPED || r->status == STATUS_UNSUPPORTED)
			add_absent(view, (absent){r->variant, check_status_word(r->status), r->reason ? r->reason : "", checks, 1});
	for (const bench_result *r = e->bench; r < e->bench + e->bench_count; r++)
		if (r->status == RACE_SKIPPED || r->status == RACE_UNSUPPORTED)
			add_absent(view, (absent){r->variant, race_status_word(r->status), r->reason, problems, 1});
}

/* ---- notes ---- */

static void add_bits(report_view *view, const bits_result *b)
{
	static const char *const more[COMMITTED_WORDS] = {
		[COMMITTED_SAME] = ", digests as committed",
		[COMMITTED_DIFFERENT] = ", digests differ from the committed ones"};
	const char *committed = b->committed == committed_word_none ? NULL : more[b->committed];
	record_appendf(
		&view->note, &view->notes, "bits: %s, %zu variant%s over %zu case%s %s%s%s", b->bit_class, b->variants_count,
		plural((double)b->variants_count, "", "s"), b->cases, plural((double)b->cases, "", "s"),
		b->identical ? "identical" : "DIFFER: ", b->identical ? "" : b->first_difference, committed ? committed : "");
}

static void add_counts(report_view *view)
{
	const report_summary *s = &view->summary;
	const struct {
		size_t count;
		const char *one, *many, *rest;
	} notes[] = {{s->incomplete, "run", "runs", "did not end: these results are partial"},
	             {s->flaky, "check", "checks", "passed only when repeated (flaky)"},
	             {s->tainted, "block", "blocks", "of timings lost time to the machine (stolen, waiting, migration)"},
	             {s->remarks, "timing has", "timings have", "a remark: column reason of the benchmark CSV"},
	             {s->failed, "timing", "timings", "of a variant on a problem failed"},
	             {s->weak, "case is", "cases are", "weak evidence (outputs mostly zero or saturated)"}};
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		if (notes[i].count > 0)
			record_appendf(&view->note, &view->notes, "%zu %s %s", notes[i].count,
			               plural((double)notes[i].count, notes[i].one, notes[i].many), notes[i].rest);
	if (s->unfit_rows > 0)
		record_appendf(&view->note, &view->notes, "%zu %s of %zu %s unfit (chaos or underflow): counted, never passed",
		               s->unfit_rows, plural((double)s->unfit_rows, "row", "rows"), s->unfit_cases,
		               plural((double)s->unfit_cases, "case is", "cases are"));
}

void report_find_notes(report_view *view)
{
	for (size_t i = 0; i < view->e->bits_count; i++)
		add_bits(view, &view->e->bits[i]);
	add_counts(view);
	if (view->e->torn)
		record_appendf(&view->note, &view->notes, "%zu file%s ended in a cut-off line, which was left out",
		               view->e->torn, plural((double)view->e->torn, "", "s"));
	for (size_t i = 0; i < view->run->machine.hints_count; i++)
		record_appendf(&view->note, &view->notes, "%s", view->run->machine.hints[i]);
	for (size_t i = 0; i < view->choice.notes_count; i++)
		record_appendf(&view->note, &view->notes, "%s", view->choice.notes[i]);
}

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
	const run_begin *run = evidence_run(view->e, check->run);
	return rerun_check(check, run ? &run->options : NULL);
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

typedef struct groups {
	absent *list;
	size_t count;
} groups;

static void add_absent(groups *g, absent one)
{
	for (size_t i = g->count; i > 0; i--) { // from the end: what belongs together stands together
		const absent *a = &g->list[i - 1];
		if (strcmp(a->variant, one.variant) == 0 && strcmp(a->status, one.status) == 0 && a->what == one.what &&
		    strcmp(a->reason, one.reason) == 0) {
			g->list[i - 1].count++;
			return;
		}
	}
	absent *last = record_grow(&g->list, &g->count, sizeof *last);
	if (last)
		*last = one;
}

size_t report_absent(const report_view *view, absent **list)
{
	static const char checks[] = "checks", problems[] = "problems";
	groups g = {0};
	for (size_t i = 0; i < view->e->check_count; i++) {
		const check_result *r = &view->e->check[i];
		if (r->status == STATUS_SKIPPED || r->status == STATUS_UNSUPPORTED)
			add_absent(&g, (absent){r->variant, check_status_word(r->status), r->reason ? r->reason : "", checks, 1});
	}
	for (size_t i = 0; i < view->e->bench_count; i++) {
		const bench_result *r = &view->e->bench[i];
		if (r->status == RACE_SKIPPED || r->status == RACE_UNSUPPORTED)
			add_absent(&g, (absent){r->variant, race_status_word(r->status), r->reason, problems, 1});
	}
	*list = g.list;
	return g.count;
}

/* ---- notes ---- */

void texts_free(texts *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->text[i]);
	free(list->text);
}

/* What finds no memory is left out. */
static void add_bits(texts *list, const bits_result *b)
{
	static const char *const more[COMMITTED_WORDS] = {
		[COMMITTED_SAME] = ", digests as committed",
		[COMMITTED_DIFFERENT] = ", digests differ from the committed ones"};
	const char *committed = b->committed == committed_word_none ? NULL : more[b->committed];
	record_appendf(
		&list->text, &list->count, "bits: %s, %zu variant%s over %zu case%s %s%s%s", b->bit_class, b->variants_count,
		plural((double)b->variants_count, "", "s"), b->cases, plural((double)b->cases, "", "s"),
		b->identical ? "identical" : "DIFFER: ", b->identical ? "" : b->first_difference, committed ? committed : "");
}

static void add_counts(texts *list, const report_summary *s)
{
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
			record_appendf(&list->text, &list->count, "%zu %s %s", notes[i].count,
			               plural((double)notes[i].count, notes[i].one, notes[i].many), notes[i].rest);
	if (s->unfit_rows > 0)
		record_appendf(&list->text, &list->count, "%zu %s of %zu %s unfit (chaos or underflow): counted, never passed",
		               s->unfit_rows, plural((double)s->unfit_rows, "row", "rows"), s->unfit_cases,
		               plural((double)s->unfit_cases, "case is", "cases are"));
}

texts report_notes(const report_view *view)
{
	texts list = {0};
	for (size_t i = 0; i < view->e->bits_count; i++)
		add_bits(&list, &view->e->bits[i]);
	add_counts(&list, &view->summary);
	if (view->e->torn)
		record_appendf(&list.text, &list.count, "%zu file%s ended in a cut-off line, which was left out", view->e->torn,
		               plural((double)view->e->torn, "", "s"));
	for (size_t i = 0; i < view->run->machine.hints_count; i++)
		record_appendf(&list.text, &list.count, "%s", view->run->machine.hints[i]);
	for (size_t i = 0; i < view->choice.notes_count; i++)
		record_appendf(&list.text, &list.count, "%s", view->choice.notes[i]);
	return list;
}

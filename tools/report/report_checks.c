/* SPDX-License-Identifier: MIT */
/* report_checks.c - conformance below the fold: the map of used budget, failures with the line that repeats them,
 * what was skipped and why, notes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_parts.h"

enum { MOST_FAILURES = 200 }; /* shown; the CSV has all */

/* ---- the map: a row a family and pass, a column a variant ---- */

static void key_of(const check_result *r, int whole_cells, char key[80])
{
	char family[64];
	report_family(r->problem, family);
	if (whole_cells)
		family[strcspn(family, " ")] = 0;
	snprintf(key, 80, "%s / %s", family, check_pass_word(r->pass));
}

/* A failure hides a pass, a pass hides what was not run. */
static const check_result *more_telling(const check_result *a, const check_result *b)
{
	static const int weight[CHECK_STATUSES] = {
		[STATUS_SKIPPED] = 0, [STATUS_UNSUPPORTED] = 1, [STATUS_PASS] = 2, [STATUS_XFAIL] = 3, [STATUS_FAIL] = 4};
	const int more = a ? weight[b->status] - weight[a->status] : 1;
	return more > 0 || (more == 0 && b->used > a->used) ? b : a;
}

/* A cell with a bar of 5 % steps behind the text. */
static void put_used(table *t, double used)
{
	char css[24];
	snprintf(css, sizeof css, "u u%d%s", used > 0 ? (int)ceil(fmin(used, 1) * 20) : 0, used > 0.6 ? " high" : "");
	t->css = css;
	table_cell(t, "%p", used);
}

static void put_map_cell(table *t, const check_result *r)
{
	char title[600];
	t->css = "u off";
	if (!r) {
		table_cell(t, "\342\200\223");
		return;
	}
	snprintf(title, sizeof title, "%s: %s", r->case_id, r->where[0] ? r->where : r->reason ? r->reason : "");
	t->title = title;
	if (r->status == STATUS_PASS) {
		put_used(t, r->used);
	} else if (r->status == STATUS_FAIL || r->status == STATUS_XFAIL) {
		t->css = "u bad";
		table_cell(t, "<a href=\"#failures\">\342\234\225 ");
		if (r->used > 1)
			table_more(t, "%p</a>", r->used);
		else
			table_more(t, "%s</a>", check_status_word(r->status));
	} else {
		table_cell(t, r->status == STATUS_SKIPPED ? "skipped" : "unsupp.");
	}
}

/* keys: of all checks. */
static void put_row(table *t, const report_view *view, char (*keys)[80], const char *key)
{
	double torch = -1;
	const check_result **cell = calloc(view->variants.count + 1, sizeof *cell);
	for (size_t i = 0; cell && i < view->e->check_count; i++) {
		const check_result *r = &view->e->check[i];
		if (strcmp(keys[i], key) != 0)
			continue;
		const size_t v = names_find(&view->variants, r->variant);
		cell[v] = more_telling(cell[v], r);
		torch = fmax(torch, r->torch_used);
	}
	table_row(t, "%s", key);
	if (torch >= 0)
		put_used(t, torch);
	else
		put_map_cell(t, NULL);
	for (size_t v = 0; cell && v < view->variants.count; v++)
		put_map_cell(t, cell[v]);
	free(cell);
}

static void put_map(FILE *out, const report_view *view, int whole_cells)
{
	static const char *const columns[] = {"cases", "PyTorch f32", NULL};
	const size_t count = view->e->check_count;
	char(*keys)[80] = calloc(count + 1, sizeof *keys);
	table t = {.out = out, .more = &view->variants};
	names met = {0};
	for (size_t i = 0; keys && i < count; i++)
		key_of(&view->e->check[i], whole_cells, keys[i]);
	table_begin(&t, "class=\"map\"", columns, "tn");
	for (size_t i = 0; keys && i < count; i++)
		if (names_new(&met, keys[i]))
			put_row(&t, view, keys, keys[i]);
	table_end(&t);
	free(met.name);
	free(keys);
}

void report_part_budget(FILE *out, const report_view *view) { put_map(out, view, 1); }

void report_part_families(FILE *out, const report_view *view) { put_map(out, view, 0); }

/* ---- lists ---- */

static void put_failure(FILE *out, const report_view *view, const check_result *r)
{
	const int known = r->status == STATUS_XFAIL;
	html(
		out,
		"<li><p><b class=\"%s\">%s</b> %s/%s <b>%s</b>%s</p><pre>%S</pre><p class=\"rerun\"><code>%S</code></p></li>\n",
		known ? "known" : "bad", known ? "XFAIL" : "FAIL", r->case_id, check_pass_word(r->pass), r->variant,
		r->flaky ? " (flaky)" : "", report_difference(r), report_rerun(view, r));
}

void report_part_failures(FILE *out, const report_view *view)
{
	size_t count = 0;
	fputs("<ol class=\"failures\">", out);
	for (const check_result *r = view->e->check; r < view->e->check + view->e->check_count; r++)
		if ((r->status == STATUS_FAIL || r->status == STATUS_XFAIL) && count++ < MOST_FAILURES)
			put_failure(out, view, r);
	for (const bench_result *r = view->e->bench; r < view->e->bench + view->e->bench_count; r++)
		if (r->status == RACE_REJECTED && count++ < MOST_FAILURES)
			html(out,
			     "<li><p><b class=\"bad\">REJECTED</b> %s <b>%s</b> judged wrong before timing</p><pre>%s</pre></li>\n",
			     r->problem, r->variant, r->reason);
	fputs(count ? "</ol>" : "</ol><p>None.</p>", out);
	if (count > MOST_FAILURES)
		html(out, "<p>%z more are in the CSV below.</p>", count - MOST_FAILURES);
}

void report_absent_table(table *t, const report_view *view, size_t most)
{
	static const char *const columns[] = {"variant", "what", "why", "count", NULL};
	table_begin(t, "", columns, "tttn");
	for (size_t i = 0; i < view->absent_count && i < most; i++) {
		const absent *a = &view->absent[i];
		table_row(t, "%s\t%s\t%s\t%z %s", a->variant, a->status, a->reason, a->count, a->what);
	}
	table_end(t);
}

void report_part_absent(FILE *out, const report_view *view)
{
	if (view->absent_count == 0)
		fputs("<p>Nothing: every variant ran on everything.</p>", out);
	else
		report_absent_table(&(table){.out = out}, view, view->absent_count);
}

void report_part_notes(FILE *out, const report_view *view)
{
	fputs(view->notes ? "<ul>" : "<p>None.</p>", out);
	for (size_t i = 0; i < view->notes; i++)
		html(out, "<li>%s</li>", view->note[i]);
	fputs(view->notes ? "</ul>" : "", out);
}

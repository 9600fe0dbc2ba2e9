/* SPDX-License-Identifier: MIT */
/* report_checks.c - conformance below the fold: the map of used budget, failures with the line that repeats them,
 * what was skipped and why, notes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_parts.h"

enum { MOST_FAILURES = 200 }; /* shown; the CSV has all */

/* ---- the map: a row a family and pass, a column a variant ---- */

typedef struct map_row {
	char key[80];
	double torch;              /* PyTorch's share; negative: unknown */
	const check_result **cell; /* [variants] what says most, or NULL */
} map_row;

typedef struct map {
	map_row *row;
	size_t rows, columns;
} map;

/* NULL without memory. */
static map_row *row_of(map *m, const char *key)
{
	for (size_t i = 0; i < m->rows; i++)
		if (strcmp(m->row[i].key, key) == 0)
			return &m->row[i];
	const check_result **cells = calloc(m->columns + 1, sizeof *cells);
	map_row *row = cells ? record_grow(&m->row, &m->rows, sizeof *row) : NULL;
	if (!row) {
		free(cells);
		return NULL;
	}
	*row = (map_row){.torch = -1, .cell = cells};
	snprintf(row->key, sizeof row->key, "%s", key);
	return row;
}

static void add_to_map(map *m, const report_view *view, const check_result *r, int whole_cells)
{
	/* How much a status says: a failure hides a pass, a pass hides what was not run. */
	static const int weight[CHECK_STATUSES] = {
		[STATUS_SKIPPED] = 0, [STATUS_UNSUPPORTED] = 1, [STATUS_PASS] = 2, [STATUS_XFAIL] = 3, [STATUS_FAIL] = 4};
	char family[64], key[80];
	report_family(r->problem, family);
	if (whole_cells)
		family[strcspn(family, " ")] = 0;
	snprintf(key, sizeof key, "%s / %s", family, check_pass_word(r->pass));
	map_row *row = row_of(m, key);
	if (!row)
		return;
	const check_result **cell = &row->cell[names_find(&view->variants, r->variant)], *old = *cell;
	const int more = old ? weight[r->status] - weight[old->status] : 1;
	if (more > 0 || (more == 0 && r->used > old->used))
		*cell = r;
	row->torch = fmax(row->torch, r->torch_used);
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

static void put_map(FILE *out, const report_view *view, int whole_cells)
{
	map m = {.columns = view->variants.count};
	table t = {.out = out};
	const char **columns = report_columns(view, (const char *const[]){"cases", "PyTorch f32", NULL});
	for (size_t i = 0; i < view->e->check_count; i++)
		add_to_map(&m, view, &view->e->check[i], whole_cells);
	if (columns)
		table_begin(&t, "class=\"map\"", columns, "tn");
	for (map_row *row = m.row; row < m.row + m.rows; row++) {
		if (columns) {
			table_row(&t);
			table_cell(&t, "%s", row->key);
			if (row->torch >= 0)
				put_used(&t, row->torch);
			else
				put_map_cell(&t, NULL);
			for (size_t v = 0; v < m.columns; v++)
				put_map_cell(&t, row->cell[v]);
		}
		free(row->cell);
	}
	if (columns)
		table_end(&t);
	free(columns);
	free(m.row);
}

void report_part_budget(FILE *out, const report_view *view) { put_map(out, view, 1); }

void report_part_families(FILE *out, const report_view *view) { put_map(out, view, 0); }

/* ---- lists ---- */

static void put_failure(FILE *out, const report_view *view, const check_result *r)
{
	char *difference = report_difference(r), *command = report_rerun(view, r);
	const int known = r->status == STATUS_XFAIL;
	html(
		out,
		"<li><p><b class=\"%s\">%s</b> %s/%s <b>%s</b>%s</p><pre>%s</pre><p class=\"rerun\"><code>%s</code></p></li>\n",
		known ? "known" : "bad", known ? "XFAIL" : "FAIL", r->case_id, check_pass_word(r->pass), r->variant,
		r->flaky ? " (flaky)" : "", difference, command);
	free(difference);
	free(command);
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
		table_row(t);
		table_cell(t, "%s", a->variant);
		table_cell(t, "%s", a->status);
		table_cell(t, "%s", a->reason);
		table_cell(t, "%z %s", a->count, a->what);
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

/* SPDX-License-Identifier: MIT */
/* report_checks.c - conformance below the fold: the map of used budget, failures by their causes with the line that
 * repeats them, what was skipped and why, notes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_parts.h"

enum { MOST_FAILURES = 60 }; /* causes shown; the CSV has all failures */

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
static void put_used(page *p, double used)
{
	char css[24];
	snprintf(css, sizeof css, "u u%d%s", used > 0 ? (int)ceil(fmin(used, 1) * 20) : 0, used > 0.6 ? " high" : "");
	p->css = css;
	table_cell(p, "%p", used);
}

static void put_map_cell(page *p, const check_result *r)
{
	char title[600];
	p->css = "u off";
	if (!r) {
		table_cell(p, "\342\200\223");
		return;
	}
	snprintf(title, sizeof title, "%s: %s", r->case_id, r->where[0] ? r->where : r->reason ? r->reason : "");
	p->title = title;
	if (r->status == STATUS_PASS) {
		put_used(p, r->used);
	} else if (r->status == STATUS_FAIL || r->status == STATUS_XFAIL) {
		p->css = "u bad";
		table_cell(p, "<a href=\"#failures\">\342\234\225 ");
		if (r->used > 1)
			put(p, "%p</a>", r->used);
		else
			put(p, "%s</a>", check_status_word(r->status));
	} else {
		table_cell(p, r->status == STATUS_SKIPPED ? "skipped" : "unsupp.");
	}
}

/* On the machine that the map is of? */
static int is_here(const report_view *view, const char *run)
{
	return strcmp(evidence_machine(view->e, run), view->run->machine.fingerprint) == 0;
}

/* keys: of all checks. */
static void put_row(page *p, const report_view *view, char (*keys)[80], const char *key)
{
	double torch = -1;
	const check_result **cell = calloc(view->variants.count + 1, sizeof *cell);
	for (size_t i = 0; cell && i < view->e->check_count; i++) {
		const check_result *r = &view->e->check[i];
		if (strcmp(keys[i], key) != 0 || !is_here(view, r->run))
			continue;
		const size_t v = names_find(&view->variants, r->variant);
		cell[v] = more_telling(cell[v], r);
		torch = fmax(torch, r->torch_used);
	}
	table_row(p, "%s", key);
	if (torch >= 0)
		put_used(p, torch);
	else
		put_map_cell(p, NULL);
	for (size_t v = 0; cell && v < view->variants.count; v++)
		put_map_cell(p, cell[v]);
	free(cell);
}

static void put_map(page *p, const report_view *view, int whole_cells)
{
	static const char *const columns[] = {"cases", "PyTorch f32"};
	const size_t count = view->e->check_count;
	char(*keys)[80] = calloc(count + 1, sizeof *keys);
	names met = {0};
	if (count == 0) {
		put(p, "<p>Nothing was checked: these results hold no check records.</p>");
		free(keys);
		return;
	}
	for (size_t i = 0; keys && i < count; i++)
		key_of(&view->e->check[i], whole_cells, keys[i]);
	if (view->machines > 1)
		put(p, "<p>Of the checks%S.</p>", report_on(view, view->run->machine.fingerprint));
	table_begin(p, "class=\"map\"", columns, 2, &view->variants, "tn");
	for (size_t i = 0; keys && i < count; i++)
		if (is_here(view, view->e->check[i].run) && names_new(&met, keys[i]))
			put_row(p, view, keys, keys[i]);
	table_end(p);
	free(met.name);
	free(keys);
}

void report_part_budget(page *p, const report_view *view) { put_map(p, view, 1); }

void report_part_families(page *p, const report_view *view) { put_map(p, view, 0); }

/* ---- lists ---- */

/* One cause: a heading, lines, and the line that repeats it by itself. */
static void put_cause(page *p, const report_view *view, const cause *c)
{
	char *line[CAUSE_LINES];
	const size_t count = cause_lines(c, view->e, line);
	const int known = c->failure[0]->status == STATUS_XFAIL;
	put(p, "<li><p><b class=\"%s\">%s</b> <b>%s</b>%S: %s</p><pre>", known ? "known" : "bad", known ? "XFAIL" : "FAIL",
	    c->failure[0]->variant, report_on(view, evidence_machine(view->e, c->failure[0]->run)), c->heading);
	for (size_t k = 0; k < count; k++)
		if (strncmp(line[k], "rerun: ", 7) != 0)
			put(p, "%s\n", line[k]);
	put(p, "</pre>");
	for (size_t k = 0; k < count; k++) {
		if (strncmp(line[k], "rerun: ", 7) == 0)
			put(p, "<p class=\"rerun\"><code>%s</code></p>", line[k] + 7);
		free(line[k]);
	}
	put(p, "</li>\n");
}

static void put_incident(page *p, const report_view *view, const incident *one)
{
	put(p, "<li><p><b class=\"bad\">%s</b> %s%S</p>", incident_row[one->kind].word, one->name,
	    report_on(view, one->machine));
	put(p, one->message[0] ? "<pre>%s</pre></li>\n" : "</li>\n", one->message);
}

void report_part_failures(page *p, const report_view *view)
{
	const causes *const lists[] = {&view->failures, &view->known};
	size_t count = 0;
	put(p, "<ol class=\"failures\">");
	for (size_t l = 0; l < 2; l++)
		for (size_t k = 0; k < lists[l]->count; k++)
			if (count++ < MOST_FAILURES)
				put_cause(p, view, &lists[l]->list[k]);
	for (const incident *one = view->incidents.list; one < view->incidents.list + view->incidents.count; one++)
		if (one->kind != INCIDENT_INCOMPLETE && count++ < MOST_FAILURES)
			put_incident(p, view, one);
	put(p, count ? "</ol>" : "</ol><p>None.</p>");
	if (count > MOST_FAILURES)
		put(p, "<p>%z more are in the CSV below.</p>", count - MOST_FAILURES);
}

void report_part_absent(page *p, const report_view *view)
{
	static const char *const columns[] = {"variant", "what", "why", "count"}, *const machine[] = {"machine"};
	names more = {(const char **)(uintptr_t)machine, view->machines > 1, 0};
	if (view->absent_count == 0) {
		put(p, "<p>Nothing: every variant ran on everything.</p>");
		return;
	}
	table_begin(p, "", columns, 4, &more, "tttnt");
	for (size_t i = 0; i < view->absent_count && (!p->markdown || i < PAGE_ABSENT); i++) {
		const absent *a = &view->absent[i];
		table_row(p, "%s\t%s\t%s\t%z %s", a->variant, a->status, a->reason, a->count, a->what);
		if (view->machines > 1)
			table_cell(p, "%s", a->machine);
	}
	table_end(p);
}

void report_part_notes(page *p, const report_view *view)
{
	put(p, view->notes ? "<ul>" : "<p>None.</p>");
	for (size_t i = 0; i < view->notes; i++)
		put(p, "<li>%s</li>", view->note[i]);
	put(p, view->notes ? "</ul>" : "");
}

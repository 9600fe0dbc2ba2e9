/* SPDX-License-Identifier: MIT */
/* report_tables.c - the tables of times: what was chosen, time per step against T, speed against the chosen one.
 * The last two hold what the charts above them show, for readers without scripts. */
#include <stdlib.h>
#include <string.h>

#include "gatemark/tensors.h"
#include "report_parts.h"

/* ---- what was chosen ---- */

static void put_reasons(table *t, const choice_entry *entry)
{
	if (entry->rejected_count == 0) {
		table_cell(t, "");
		return;
	}
	table_cell(t, "<details><summary>%n</summary><ul>", entry->rejected_count, "other", "others");
	for (size_t i = 0; i < entry->rejected_count; i++)
		table_more(t, "<li><b>%s</b> %s</li>", entry->rejected[i].variant, entry->rejected[i].why);
	table_more(t, "</ul></details>");
}

static void put_chosen(table *t, const choice_entry *entry)
{
	if (entry->chosen[0])
		table_cell(t, "%H%s%H", "<b>", entry->chosen, "</b>");
	else
		table_cell(t, t->markdown ? "none" : "<em>none</em>");
	for (size_t i = 0; i < entry->with_count; i++)
		table_more(t, " %H= %s%H", "<span class=\"tie\">", entry->with[i], "</span>");
}

static void put_times(table *t, const choice_entry *entry)
{
	static const double never = 0;
	const double *const times[] = {&entry->p50_ns, &entry->p99_ns};
	for (size_t k = 0; k < 2; k++) {
		t->sort = *times[k] > 0 ? times[k] : &never;
		if (entry->chosen[0] && *times[k] > 0)
			table_cell(t, "%t", *times[k]);
		else
			table_cell(t, "");
	}
}

static void put_margin(table *t, const choice_entry *entry)
{
	static const double none = 0;
	t->sort = entry->next[0] ? &entry->margin : &none;
	if (entry->next[0] && t->markdown)
		table_cell(t, "%r", entry->margin);
	else if (entry->next[0])
		table_cell(t, "<b>%r \303\227</b> <small>%r\342\200\223%r</small>", entry->margin, entry->margin_low,
		           entry->margin_high);
	else
		table_cell(t, "%H", "\342\200\223");
	table_cell(t, "%s", entry->next[0] ? entry->next : t->markdown ? "" : "none");
}

void report_choice_table(table *t, const report_view *view, size_t most)
{
	static const char *const all[] = {"problem", "chosen", "p50", "p99", "margin", "next best", "why not the others",
	                                  NULL};
	const char *columns[sizeof all / sizeof *all];
	memcpy(columns, all, sizeof all);
	if (t->markdown)
		columns[6] = NULL;
	table_begin(t, "id=\"choice-table\" class=\"sortable\"", columns, "ttnnnt");
	for (size_t i = 0; i < view->choice.domain_count && i < most; i++) {
		const choice_entry *entry = &view->choice.domain[i];
		table_row(t, "%s", entry->problem);
		put_chosen(t, entry);
		put_times(t, entry);
		put_margin(t, entry);
		if (!t->markdown)
			put_reasons(t, entry);
	}
	if (view->choice.domain_count == 0 && !t->markdown)
		html(t->out, "<tr><td colspan=\"7\">Nothing was timed: these results hold no bench records.</td></tr>");
	table_end(t);
}

void report_part_counts(FILE *out, const report_view *view)
{
	char *counts = choose_counts(&view->choice);
	const size_t problems = view->choice.domain_count;
	html(out, "%n%s%S", problems, "problem", "problems", counts && *counts ? ": " : "", counts);
}

void report_part_choice(FILE *out, const report_view *view)
{
	table t = {.out = out};
	report_choice_table(&t, view, view->choice.domain_count);
}

/* ---- behind the charts: a row a problem, a column a variant ---- */

/* What an entry says of a variant, as if the chosen one were rejected too: its time is there then, and no ratio. */
static rejected_variant about(const choice_entry *entry, const char *variant)
{
	rejected_variant one;
	rejected_variant_init(&one);
	snprintf(one.variant, sizeof one.variant, "%s", variant);
	if (strcmp(entry->chosen, variant) == 0)
		one.p50_ns = entry->p50_ns;
	for (size_t i = 0; i < entry->rejected_count; i++)
		if (strcmp(entry->rejected[i].variant, variant) == 0)
			one = entry->rejected[i];
	return one;
}

static void put_step(table *t, const choice_entry *entry, const rejected_variant *v)
{
	gm_spec spec;
	const double T = gm_spec_parse(entry->problem, &spec, NULL) == GM_OK ? (double)spec.T : 1;
	if (v->p50_ns > 0)
		table_cell(t, "%t", v->p50_ns / T);
	else
		table_cell(t, "\342\200\223");
}

static void put_speed(table *t, const choice_entry *entry, const rejected_variant *v)
{
	const int chosen = strcmp(entry->chosen, v->variant) == 0;
	t->title = v->ratio < 0 && !chosen ? v->why : NULL;
	if (v->ratio < 0)
		table_cell(t, chosen ? "chosen" : "\342\200\223");
	else
		table_cell(t, "%r \303\227 <small>%r\342\200\223%r</small>", v->ratio, v->ratio_low, v->ratio_high);
}

static void put_by_variant(FILE *out, const report_view *view,
                           void (*cell)(table *t, const choice_entry *entry, const rejected_variant *v))
{
	static const char *const columns[] = {"problem", NULL};
	table t = {.out = out, .more = &view->variants};
	table_begin(&t, "", columns, "tn");
	for (size_t i = 0; i < view->choice.domain_count; i++) {
		table_row(&t, "%s", view->choice.domain[i].problem);
		for (size_t v = 0; v < view->variants.count; v++) {
			const rejected_variant one = about(&view->choice.domain[i], view->variants.name[v]);
			t.css = strcmp(view->choice.domain[i].chosen, one.variant) == 0 ? "best"
			      : one.code == CODE_TIE                                    ? "tied"
			                                                                : NULL;
			cell(&t, &view->choice.domain[i], &one);
		}
	}
	table_end(&t);
}

void report_part_steps(FILE *out, const report_view *view) { put_by_variant(out, view, put_step); }

void report_part_speed(FILE *out, const report_view *view) { put_by_variant(out, view, put_speed); }

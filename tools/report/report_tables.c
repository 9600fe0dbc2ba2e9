/* SPDX-License-Identifier: MIT */
/* report_tables.c - the tables of times: what was chosen, time per step against T, speed against the chosen one.
 * The last two hold what the charts above them show, for readers without scripts. */
#include <stdlib.h>
#include <string.h>

#include "gatemark/tensors.h"
#include "report_parts.h"

/* ---- what was chosen ---- */

static void put_reasons(page *p, const choice_entry *entry)
{
	const size_t count = entry->rejected_count;
	table_cell(p, count ? "<details><summary>%n</summary><ul>" : "", count, "other", "others");
	for (size_t i = 0; i < count; i++)
		put(p, "<li><b>%s</b> %s</li>", entry->rejected[i].variant, entry->rejected[i].why);
	put(p, count ? "</ul></details>" : "");
}

static void put_chosen(page *p, const choice_entry *entry)
{
	if (entry->chosen[0])
		table_cell(p, "%H%s%H%s", "<b>", entry->chosen, "</b>", entry->disturbed ? "!" : "");
	else
		table_cell(p, p->markdown ? "none" : "<em>none</em>");
	for (size_t i = 0; i < entry->equal_count; i++)
		put(p, " %H= %s%H", "<span class=\"tie\">", entry->equal[i], "</span>");
	for (size_t i = 0; i < entry->undecided_count; i++)
		put(p, " %H? %s%H", "<span class=\"tie\">", entry->undecided[i], "</span>");
}

static const double none = 0; /* what stands for no number is sorted by */

static void put_time(page *p, const choice_entry *entry, const double *ns)
{
	p->sort = *ns > 0 ? ns : &none;
	table_cell(p, entry->chosen[0] && *ns > 0 ? "%t" : "", *ns);
}

static void put_margin(page *p, const choice_entry *entry)
{
	const char *format = p->markdown ? "%r" : "<b>%r \303\227</b> <small>%r\342\200\223%r</small>";
	const char *nothing = p->markdown ? "" : "\342\200\223";
	p->sort = entry->next[0] ? &entry->margin : &none;
	table_cell(p, entry->next[0] ? format : nothing, entry->margin, entry->margin_low, entry->margin_high);
	table_cell(p, "%s", entry->next[0] ? entry->next : p->markdown ? "" : "none");
	p->sort = &entry->regret;
	table_cell(p, entry->regret >= 0 ? "%f %%" : "", 100 * entry->regret);
}

void report_part_choice(page *p, const report_view *view)
{
	static const char *const columns[] = {"problem", "chosen",    "p50",    "p99",
	                                      "margin",  "next best", "regret", "why not the others"};
	if (view->choice.domain_count == 0 && !p->markdown) {
		put(p, "<p>Nothing was timed: these results hold no bench records.</p>");
		return;
	}
	table_begin(p, "id=\"choice-table\" class=\"sortable\"", columns, p->markdown ? 7 : 8, NULL, "ttnnntnt");
	for (size_t i = 0; i < view->choice.domain_count && (!p->markdown || i < PAGE_ROWS); i++) {
		const choice_entry *entry = &view->choice.domain[i];
		table_row(p, "%s", entry->problem);
		put_chosen(p, entry);
		put_time(p, entry, &entry->p50_ns);
		put_time(p, entry, &entry->p99_ns);
		put_margin(p, entry);
		if (!p->markdown)
			put_reasons(p, entry);
	}
	table_end(p);
}

void report_part_counts(page *p, const report_view *view)
{
	char *counts = choose_counts(&view->choice);
	const size_t problems = view->choice.domain_count;
	put(p, "%n%s%S", problems, "problem", "problems", counts && *counts ? ": " : "", counts);
}

/* ---- behind the charts: a row a problem, a column a variant ---- */

/* What an entry says of a variant, as if the chosen one were rejected too: its time is there then, and no ratio. */
static rejected_variant about(const choice_entry *entry, const char *variant)
{
	rejected_variant one;
	rejected_variant_init(&one);
	snprintf(one.variant, sizeof one.variant, "%s", variant);
	if (strcmp(entry->chosen, variant) == 0) {
		one.p50_ns = entry->p50_ns;
		one.disturbed = entry->disturbed;
	}
	for (size_t i = 0; i < entry->rejected_count; i++)
		if (strcmp(entry->rejected[i].variant, variant) == 0)
			one = entry->rejected[i];
	return one;
}

static void put_step(page *p, const choice_entry *entry, const rejected_variant *v)
{
	gm_spec spec;
	const double T = gm_spec_parse(entry->problem, &spec, NULL) == GM_OK ? (double)spec.T : 1;
	table_cell(p, v->p50_ns > 0 ? "%t" : "\342\200\223", v->p50_ns / T);
	put(p, v->disturbed ? "!" : "");
}

static void put_speed(page *p, const choice_entry *entry, const rejected_variant *v)
{
	const int chosen = strcmp(entry->chosen, v->variant) == 0;
	p->title = v->ratio < 0 && !chosen ? v->why : NULL;
	const char *other = chosen ? "chosen" : "\342\200\223";
	table_cell(p, v->ratio < 0 ? other : "%r \303\227 <small>%r\342\200\223%r</small>", v->ratio, v->ratio_low,
	           v->ratio_high);
}

static void put_by_variant(page *p, const report_view *view,
                           void (*cell)(page *p, const choice_entry *entry, const rejected_variant *v))
{
	static const char *const columns[] = {"problem"};
	table_begin(p, "", columns, 1, &view->variants, "tn");
	for (size_t i = 0; i < view->choice.domain_count; i++) {
		table_row(p, "%s", view->choice.domain[i].problem);
		for (size_t v = 0; v < view->variants.count; v++) {
			const rejected_variant one = about(&view->choice.domain[i], view->variants.name[v]);
			p->css = strcmp(view->choice.domain[i].chosen, one.variant) == 0 ? "best"
			       : one.code == CODE_EQUAL                                  ? "tied"
			       : one.code == CODE_UNDECIDED                              ? "open"
			                                                                 : NULL;
			cell(p, &view->choice.domain[i], &one);
		}
	}
	table_end(p);
}

void report_part_steps(page *p, const report_view *view) { put_by_variant(p, view, put_step); }

void report_part_speed(page *p, const report_view *view) { put_by_variant(p, view, put_speed); }

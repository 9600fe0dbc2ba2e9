/* SPDX-License-Identifier: MIT */
/* report_tables.c - the tables of times: what was chosen, time per step against T, speed against the chosen one.
 * The last two hold what the charts above them show, for readers without scripts. */
#include <stdlib.h>
#include <string.h>

#include "choose.h"
#include "gatemark/tensors.h"
#include "plural.h"
#include "report_parts.h"
#include "results.h"

static const json_t *domain_of(const report_view *view) { return json_object_get(view->choice, "domain"); }

/* What an entry says about a variant: the entry itself, or its member of rejected; NULL = no word. */
static const json_t *about(const json_t *entry, const char *variant)
{
	json_t *other;
	size_t i;
	if (strcmp(results_text(entry, "chosen"), variant) == 0)
		return entry;
	json_array_foreach(json_object_get(entry, "rejected"), i, other)
		if (strcmp(results_text(other, "variant"), variant) == 0)
			return other;
	return NULL;
}

static int is_tied(const json_t *entry, const char *variant)
{
	const json_t *with = json_object_get(entry, "with");
	for (size_t i = 0; i < json_array_size(with); i++)
		if (strcmp(json_string_value(json_array_get(with, i)), variant) == 0)
			return 1;
	return 0;
}

static void put_variant_heads(FILE *out, const report_view *view)
{
	json_t *name;
	size_t i;
	json_array_foreach(view->variants, i, name) {
		fputs("<th class=\"n\">", out);
		report_escape(out, json_string_value(name));
		fputs("</th>", out);
	}
}

/* ---- what was chosen ---- */

static void put_reasons(FILE *out, const json_t *entry)
{
	const json_t *rejected = json_object_get(entry, "rejected");
	json_t *other;
	size_t i;
	if (!json_array_size(rejected))
		return;
	fprintf(out, "<details><summary>%zu other%s</summary><ul>", json_array_size(rejected),
	        plural((double)json_array_size(rejected), "", "s"));
	json_array_foreach(rejected, i, other) {
		fputs("<li><b>", out);
		report_escape(out, results_text(other, "variant"));
		fputs("</b> ", out);
		report_escape(out, results_text(other, "why"));
		fputs("</li>", out);
	}
	fputs("</ul></details>", out);
}

static void put_times(FILE *out, const json_t *entry)
{
	static const char *const KEY[] = {"p50_ns", "p99_ns"};
	char text[24];
	for (size_t k = 0; k < 2; k++) {
		double ns = results_get(entry, KEY[k], 0);
		report_time(ns, text);
		fprintf(out, "<td class=\"n\" data-sort=\"%.6g\">%s</td>", ns, text);
	}
}

static void put_margin(FILE *out, const json_t *entry)
{
	char value[24], low[24], high[24];
	const char *next = results_text(entry, "next");
	report_ratio(results_get(entry, "margin", 0), value);
	report_ratio(results_get(entry, "margin_low", 0), low);
	report_ratio(results_get(entry, "margin_high", 0), high);
	if (*next)
		fprintf(out, "<td class=\"n\" data-sort=\"%.6g\"><b>%s \303\227</b> <small>%s\342\200\223%s</small></td><td>",
		        results_get(entry, "margin", 0), value, low, high);
	else
		fputs("<td class=\"n\" data-sort=\"0\">\342\200\223</td><td>", out);
	report_escape(out, *next ? next : "none");
	fputs("</td>", out);
}

static void put_chosen(FILE *out, const json_t *entry)
{
	const char *chosen = results_text(entry, "chosen");
	json_t *name;
	size_t i;
	fputs("<td>", out);
	if (!*chosen)
		fputs("<em>no candidate</em>", out);
	else
		fputs("<b>", out);
	report_escape(out, chosen);
	fputs(*chosen ? "</b>" : "", out);
	json_array_foreach(json_object_get(entry, "with"), i, name) {
		fputs(" <span class=\"tie\">= ", out);
		report_escape(out, json_string_value(name));
		fputs("</span>", out);
	}
	fputs("</td>", out);
}

void report_slot_counts(FILE *out, const report_view *view)
{
	char *counts = choose_counts(view->choice);
	const size_t problems = json_array_size(domain_of(view));
	fprintf(out, "%zu %s%s", problems, plural((double)problems, "problem", "problems"), counts && *counts ? ": " : "");
	report_escape(out, counts);
	free(counts);
}

void report_slot_choice(FILE *out, const report_view *view)
{
	json_t *entry;
	size_t i;
	json_array_foreach(domain_of(view), i, entry) {
		fputs("<tr><th scope=\"row\">", out);
		report_escape(out, results_text(entry, "problem"));
		fputs("</th>", out);
		put_chosen(out, entry);
		put_times(out, entry);
		put_margin(out, entry);
		fputs("<td>", out);
		put_reasons(out, entry);
		fputs("</td></tr>\n", out);
	}
	if (!json_array_size(domain_of(view)))
		fputs("<tr><td colspan=\"7\">Nothing was timed: these results hold no bench records.</td></tr>", out);
}

/* ---- behind the charts ---- */

static void put_step_cell(FILE *out, const json_t *entry, const char *variant, double T)
{
	char text[24];
	const json_t *a = about(entry, variant);
	double ns = results_get(a, "p50_ns", 0);
	if (!(ns > 0)) {
		fputs("<td class=\"n\">\342\200\223</td>", out);
		return;
	}
	report_time(ns / T, text);
	fprintf(out, "<td class=\"n%s\">%s</td>", a == entry ? " best" : is_tied(entry, variant) ? " tied" : "", text);
}

void report_slot_steps(FILE *out, const report_view *view)
{
	json_t *entry, *name;
	size_t i, v;
	fputs("<table><thead><tr><th>problem</th>", out);
	put_variant_heads(out, view);
	fputs("</tr></thead><tbody>", out);
	json_array_foreach(domain_of(view), i, entry) {
		gm_spec s;
		double T = gm_spec_parse(results_text(entry, "problem"), &s, NULL) == GM_OK ? (double)s.T : 1;
		fputs("<tr><th scope=\"row\">", out);
		report_escape(out, results_text(entry, "problem"));
		fputs("</th>", out);
		json_array_foreach(view->variants, v, name)
			put_step_cell(out, entry, json_string_value(name), T);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table>", out);
}

static void put_speed_cell(FILE *out, const json_t *entry, const char *variant)
{
	char value[24], low[24], high[24];
	const json_t *a = about(entry, variant);
	if (a == entry) {
		fputs("<td class=\"n best\">chosen</td>", out);
		return;
	}
	if (!a || !json_object_get(a, "ratio")) {
		fputs("<td class=\"n\" title=\"", out);
		report_escape(out, results_text(a, "why"));
		fputs("\">\342\200\223</td>", out);
		return;
	}
	report_ratio(results_get(a, "ratio", 0), value);
	report_ratio(results_get(a, "ratio_low", 0), low);
	report_ratio(results_get(a, "ratio_high", 0), high);
	fprintf(out, "<td class=\"n%s\">%s \303\227 <small>%s\342\200\223%s</small></td>",
	        is_tied(entry, variant) ? " tied" : "", value, low, high);
}

void report_slot_speed(FILE *out, const report_view *view)
{
	json_t *entry, *name;
	size_t i, v;
	fputs("<table><thead><tr><th>problem</th>", out);
	put_variant_heads(out, view);
	fputs("</tr></thead><tbody>", out);
	json_array_foreach(domain_of(view), i, entry) {
		fputs("<tr><th scope=\"row\">", out);
		report_escape(out, results_text(entry, "problem"));
		fputs("</th>", out);
		json_array_foreach(view->variants, v, name)
			put_speed_cell(out, entry, json_string_value(name));
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table>", out);
}

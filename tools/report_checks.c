/* SPDX-License-Identifier: MIT */
/* report_checks.c - conformance below the fold: the map of used budget, failures with the line that repeats them,
 * what was skipped and why, notes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gatemark/tensors.h"
#include "report_parts.h"
#include "record/results.h"

enum { MOST_FAILURES = 200 }; /* shown; the CSV has all */

/* ---- the map: family/pass -> {torch, variant -> {used, case, where, status}} ---- */

static json_t *member(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);
	if (!value) {
		value = json_object();
		json_object_set_new(object, key, value);
	}
	return value;
}

/* How much a status says about a cell: a failure hides a pass, a pass hides what was not run. */
static int weight(const char *status)
{
	static const char *const ORDER[] = {"skipped", "unsupported", "pass", "xfail", "fail"};
	for (int i = 0; i < 5; i++)
		if (strcmp(status, ORDER[i]) == 0)
			return i;
	return -1;
}

static void add_to_map(json_t *map, const json_t *record, int whole_cells)
{
	char family[64], key[80];
	report_family(results_text(record, "problem"), family);
	if (whole_cells)
		family[strcspn(family, " ")] = 0;
	snprintf(key, sizeof key, "%s / %s", family, strcmp(results_text(record, "pass"), "bwd") == 0 ? "bwd" : "fwd");
	json_t *row = member(map, key), *cells = member(row, "cells");
	const json_t *old = json_object_get(cells, results_text(record, "variant"));
	int w = weight(results_text(record, "status")), was = old ? weight(results_text(old, "status")) : -2;
	if (w > was || (w == was && results_get(record, "used", 0) > results_get(old, "used", 0)))
		json_object_set(cells, results_text(record, "variant"), (json_t *)(uintptr_t)record);
	double torch = results_get(record, "torch_used", -1);
	if (torch > results_get(row, "torch", -1))
		json_object_set_new(row, "torch", results_number(torch));
}

/* Cell with a bar of 5 % steps behind the text. */
static void put_used(FILE *out, double used, const char *more)
{
	char text[24];
	int step = used > 0 ? (int)ceil(fmin(used, 1) * 20) : 0;
	report_share(used, text);
	fprintf(out, "<td class=\"u u%d%s\"%s>%s</td>", step, used > 0.6 ? " high" : "", more, text);
}

static void put_map_cell(FILE *out, const json_t *record)
{
	const char *status = results_text(record, "status");
	char text[24], *more = NULL;
	size_t bytes;
	double used = results_get(record, "used", 0);
	FILE *title = open_memstream(&more, &bytes);
	if (!title)
		return;
	fputs(" title=\"", title);
	report_escape(title, results_text(record, "case"));
	fputs(": ", title);
	report_escape(title, *results_text(record, "where") ? results_text(record, "where") : results_text(record, "reason"));
	fputs("\"", title);
	fclose(title);
	if (strcmp(status, "pass") == 0) {
		put_used(out, used, more);
	} else if (strcmp(status, "fail") == 0 || strcmp(status, "xfail") == 0) {
		report_share(used, text);
		fprintf(out, "<td class=\"u bad\"%s><a href=\"#failures\">\342\234\225 %s</a></td>", more,
		        used > 1 ? text : status);
	} else {
		fprintf(out, "<td class=\"u off\"%s>%s</td>", more, strcmp(status, "skipped") == 0 ? "skipped" : "unsupp.");
	}
	free(more);
}

static json_t *map_of(const report_view *view, int whole_cells)
{
	json_t *map = json_object(), *record;
	size_t i;
	json_array_foreach(view->e->check, i, record)
		add_to_map(map, record, whole_cells);
	return map;
}

static void put_map(FILE *out, const report_view *view, int whole_cells)
{
	json_t *map = map_of(view, whole_cells), *row, *name;
	const char *key;
	size_t v;
	fputs("<table class=\"map\"><thead><tr><th>cases</th><th class=\"n\">PyTorch f32</th>", out);
	json_array_foreach(view->variants, v, name) {
		fputs("<th class=\"n\">", out);
		report_escape(out, json_string_value(name));
		fputs("</th>", out);
	}
	fputs("</tr></thead><tbody>", out);
	json_object_foreach(map, key, row) {
		fputs("<tr><th scope=\"row\">", out);
		report_escape(out, key);
		fputs("</th>", out);
		if (json_object_get(row, "torch"))
			put_used(out, results_get(row, "torch", 0), "");
		else
			fputs("<td class=\"u off\">\342\200\223</td>", out);
		json_array_foreach(view->variants, v, name) {
			const json_t *record = json_object_get(json_object_get(row, "cells"), json_string_value(name));
			if (record)
				put_map_cell(out, record);
			else
				fputs("<td class=\"u off\">\342\200\223</td>", out);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table>", out);
	json_decref(map);
}

void report_slot_budget(FILE *out, const report_view *view) { put_map(out, view, 1); }

void report_slot_families(FILE *out, const report_view *view) { put_map(out, view, 0); }

/* ---- lists ---- */

static void put_failure(FILE *out, const report_view *view, const json_t *record)
{
	char *difference = report_difference(record), *command = report_rerun(view, record);
	fprintf(out, "<li><p><b class=\"%s\">%s</b> ", strcmp(results_text(record, "status"), "xfail") == 0 ? "known" : "bad",
	        strcmp(results_text(record, "status"), "xfail") == 0 ? "XFAIL" : "FAIL");
	report_escape(out, results_text(record, "case"));
	fputs("/", out);
	report_escape(out, results_text(record, "pass"));
	fputs(" <b>", out);
	report_escape(out, results_text(record, "variant"));
	fputs(results_flag(record, "flaky") ? "</b> (flaky)</p><pre>" : "</b></p><pre>", out);
	report_escape(out, difference);
	fputs("</pre><p class=\"rerun\"><code>", out);
	report_escape(out, command);
	fputs("</code></p></li>\n", out);
	free(difference);
	free(command);
}

static void put_rejected(FILE *out, const json_t *record)
{
	fputs("<li><p><b class=\"bad\">REJECTED</b> ", out);
	report_escape(out, results_text(record, "problem"));
	fputs(" <b>", out);
	report_escape(out, results_text(record, "variant"));
	fputs("</b> judged wrong before timing</p><pre>", out);
	report_escape(out, results_text(record, "reason"));
	fputs("</pre></li>\n", out);
}

void report_slot_failures(FILE *out, const report_view *view)
{
	json_t *record;
	size_t i, count = 0;
	fputs("<ol class=\"failures\">", out);
	json_array_foreach(view->e->check, i, record)
		if (weight(results_text(record, "status")) >= 3 && count++ < MOST_FAILURES)
			put_failure(out, view, record);
	json_array_foreach(view->e->bench, i, record)
		if (strcmp(results_text(record, "status"), "rejected") == 0 && count++ < MOST_FAILURES)
			put_rejected(out, record);
	fputs("</ol>", out);
	if (!count)
		fputs("<p>None.</p>", out);
	if (count > MOST_FAILURES)
		fprintf(out, "<p>%zu more are in the CSV below.</p>", count - MOST_FAILURES);
}

void report_slot_absent(FILE *out, const report_view *view)
{
	json_t *list = report_absent(view), *group;
	size_t i;
	if (!json_array_size(list))
		fputs("<p>Nothing: every variant ran on everything.</p>", out);
	else
		fputs("<table><thead><tr><th>variant</th><th>what</th><th>why</th><th class=\"n\">count</th></tr></thead><tbody>",
		      out);
	json_array_foreach(list, i, group) {
		fputs("<tr><th scope=\"row\">", out);
		report_escape(out, results_text(group, "variant"));
		fputs("</th><td>", out);
		report_escape(out, results_text(group, "status"));
		fputs("</td><td>", out);
		report_escape(out, results_text(group, "reason"));
		fprintf(out, "</td><td class=\"n\">%.0f %s</td></tr>", results_get(group, "count", 0),
		        results_text(group, "what"));
	}
	fputs(json_array_size(list) ? "</tbody></table>" : "", out);
	json_decref(list);
}

void report_slot_notes(FILE *out, const report_view *view)
{
	json_t *list = report_notes(view), *text;
	size_t i;
	fputs(json_array_size(list) ? "<ul>" : "<p>None.</p>", out);
	json_array_foreach(list, i, text) {
		fputs("<li>", out);
		report_escape(out, json_string_value(text));
		fputs("</li>", out);
	}
	fputs(json_array_size(list) ? "</ul>" : "", out);
	json_decref(list);
}

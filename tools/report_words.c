/* SPDX-License-Identifier: MIT */
/* report_words.c - the sentences of the report that HTML and Markdown share: differences, what is absent and
 * why, notes. */
#include <stdlib.h>
#include <string.h>

#include "plural.h"
#include "report_parts.h"
#include "results.h"

char *report_command(const json_t *run)
{
	run_begin typed;
	if (record_from_json(&run_begin_type, run, &typed, NULL) != GM_OK)
		return strdup("gatemark");
	char *text = rerun_run(&typed);
	run_begin_free(&typed);
	return text;
}

char *report_rerun(const report_view *view, const json_t *check)
{
	check_result typed;
	rerun_options options;
	const json_t *given = json_object_get(evidence_run(view->e, check), "options");
	if (record_from_json(&check_result_type, check, &typed, NULL) != GM_OK)
		return strdup("gatemark check");
	if (!given || record_from_json(&rerun_options_type, given, &options, NULL) != GM_OK)
		rerun_options_init(&options);
	char *text = rerun_check(&typed, &options);
	check_result_free(&typed);
	rerun_options_free(&options);
	return text;
}

char *report_difference(const json_t *check)
{
	char *text = NULL, share[24];
	size_t bytes, i;
	const char *reason = results_text(check, "reason");
	json_t *tensor;
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return NULL;
	fputs(*reason ? reason : results_text(check, "where"), out);
	json_array_foreach(json_object_get(check, "tensors"), i, tensor) {
		if (!(results_get(tensor, "used", 0) > 1))
			continue;
		report_share(results_get(tensor, "used", 0), share);
		fprintf(out, "\n%s: %s of the budget, %.0f element%s wrong", results_text(tensor, "name"), share,
		        results_get(tensor, "wrong", 0), plural(results_get(tensor, "wrong", 0), "", "s"));
	}
	fclose(out);
	return text;
}

/* ---- what is absent ---- */

static void add_absent(json_t *groups, const char *what, const json_t *record)
{
	const char *status = results_text(record, "status");
	if (strcmp(status, "skipped") != 0 && strcmp(status, "unsupported") != 0)
		return;
	json_t *key = json_sprintf("%s\n%s\n%s\n%s", results_text(record, "variant"), status, what,
	                           results_text(record, "reason"));
	json_t *group = json_object_get(groups, json_string_value(key));
	if (!group) {
		group = json_pack("{ss ss ss ss si}", "variant", results_text(record, "variant"), "status", status, "what",
		                  what, "reason", results_text(record, "reason"), "count", 0);
		json_object_set_new(groups, json_string_value(key), group);
	}
	json_object_set_new(group, "count", json_integer((json_int_t)results_get(group, "count", 0) + 1));
	json_decref(key);
}

json_t *report_absent(const report_view *view)
{
	json_t *groups = json_object(), *list = json_array(), *record;
	const char *key;
	size_t i;
	json_array_foreach(view->e->check, i, record)
		add_absent(groups, "checks", record);
	json_array_foreach(view->e->bench, i, record)
		add_absent(groups, "problems", record);
	json_object_foreach(groups, key, record)
		json_array_append(list, record);
	json_decref(groups);
	return list;
}

/* ---- notes ---- */

static void add_bit_notes(json_t *notes, const report_view *view)
{
	json_t *record;
	size_t i;
	json_array_foreach(view->e->bits, i, record) {
		int same = results_flag(record, "identical");
		const char *committed = results_text(record, "committed");
		json_array_append_new(
			notes, json_sprintf("bits: %s, %zu variant%s over %.0f case%s %s%s%s%s", results_text(record, "bit_class"),
		                        json_array_size(json_object_get(record, "variants")),
		                        plural((double)json_array_size(json_object_get(record, "variants")), "", "s"),
		                        results_get(record, "cases", 0), plural(results_get(record, "cases", 0), "", "s"),
		                        same ? "identical" : "DIFFER: ", same ? "" : results_text(record, "first_difference"),
		                        strcmp(committed, "same") == 0 ? ", digests as committed" : "",
		                        strcmp(committed, "different") == 0 ? ", digests differ from the committed ones" : ""));
	}
}

static void add_count_notes(json_t *notes, const json_t *s)
{
	static const struct {
		const char *key, *one, *many, *rest;
	} NOTES[] = {{"incomplete", "run", "runs", "did not end: these results are partial"},
	             {"flaky", "check", "checks", "passed only when repeated (flaky)"},
	             {"tainted", "block", "blocks", "of timings lost time to the machine (stolen, waiting, migration)"},
	             {"remarks", "timing has", "timings have", "a remark: column reason of the benchmark CSV"},
	             {"failed_timing", "timing", "timings", "of a variant on a problem failed"},
	             {"weak", "case is", "cases are", "weak evidence (outputs mostly zero or saturated)"}};
	for (size_t i = 0; i < sizeof NOTES / sizeof *NOTES; i++) {
		double count = results_get(s, NOTES[i].key, 0);
		if (count > 0)
			json_array_append_new(
				notes, json_sprintf("%.0f %s %s", count, plural(count, NOTES[i].one, NOTES[i].many), NOTES[i].rest));
	}
}

json_t *report_notes(const report_view *view)
{
	json_t *notes = json_array(), *text;
	size_t i;
	const json_t *s = view->summary;
	add_bit_notes(notes, view);
	add_count_notes(notes, s);
	double unfit = results_get(s, "unfit_rows", 0), cases = results_get(s, "unfit_cases", 0);
	if (unfit > 0)
		json_array_append_new(notes,
		                      json_sprintf("%.0f %s of %.0f %s unfit (chaos or underflow): counted, never passed", unfit,
		                                   plural(unfit, "row", "rows"), cases, plural(cases, "case is", "cases are")));
	if (view->e->torn)
		json_array_append_new(notes, json_sprintf("%zu file%s ended in a cut-off line, which was left out",
		                                          view->e->torn, plural((double)view->e->torn, "", "s")));
	json_array_foreach(json_object_get(json_object_get(view->run, "machine"), "hints"), i, text)
		json_array_append(notes, text);
	json_array_foreach(json_object_get(view->choice, "notes"), i, text)
		json_array_append(notes, text);
	return notes;
}

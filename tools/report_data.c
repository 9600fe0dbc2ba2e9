/* SPDX-License-Identifier: MIT */
/* report_data.c - the numbers of the report (report_parts.h): verdict, noise, families, what is absent, notes. */
#include "report_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "choose.h"
#include "gatemark/tensors.h"
#include "record/results.h"

static int is(const json_t *record, const char *key, const char *text)
{
	return strcmp(results_text(record, key), text) == 0;
}

static void count_up(json_t *object, const char *key, double by)
{
	json_object_set_new(object, key, json_integer((json_int_t)(results_get(object, key, 0) + by)));
}

static int order_names(const void *a, const void *b)
{
	return evidence_order(*(const char *const *)a, *(const char *const *)b);
}

/* Names of all variants that any record speaks of, in the order of the table. */
static json_t *variants_of(const evidence *e)
{
	json_t *seen = json_object(), *sorted = json_array(), *value;
	const json_t *const lists[] = {e->check, e->bench};
	size_t i, count = 0;
	for (size_t l = 0; l < 2; l++)
		json_array_foreach(lists[l], i, value)
			json_object_set_new(seen, results_text(value, "variant"), json_true());
	const char **name = calloc(json_object_size(seen) + 1, sizeof *name), *key;
	json_object_foreach(seen, key, value)
		if (name)
			name[count++] = key;
	if (name)
		qsort(name, count, sizeof *name, order_names);
	for (i = 0; i < count; i++)
		json_array_append_new(sorted, json_string(name[i]));
	free(name);
	json_decref(seen);
	return sorted;
}

gm_status report_view_create(const evidence *e, report_view *view, gm_error *error)
{
	*view = (report_view){.e = e, .run = evidence_latest(e)};
	view->machine = results_text(json_object_get(view->run, "machine"), "fingerprint");
	GM_TRY(choose_decide(e, NULL, &view->choice, error));
	view->summary = report_summary(e);
	view->variants = variants_of(e);
	return GM_OK;
}

void report_view_destroy(report_view *view)
{
	json_decref(view->choice);
	json_decref(view->summary);
	json_decref(view->variants);
}

/* ---- the summary ---- */

static void note_worst(json_t *s, const json_t *record)
{
	double used = results_get(record, "used", 0);
	if (used < results_get(s, "worst_used", 0))
		return;
	json_object_set_new(s, "worst_used", results_number(used));
	json_object_set_new(s, "worst_case",
	                    json_sprintf("%s/%s", results_text(record, "case"), results_text(record, "pass")));
	json_object_set(s, "worst_variant", json_object_get(record, "variant"));
}

static int first_time(json_t *seen, const char *what, const char *of)
{
	char key[256];
	snprintf(key, sizeof key, "%s %s", what, of);
	if (json_object_get(seen, key))
		return 0;
	json_object_set_new(seen, key, json_true());
	return 1;
}

/* Unfit rows and weak cases: of each case and pass once, however many variants ran it. */
static void add_fitness(json_t *s, const json_t *record, json_t *seen)
{
	const char *name = results_text(record, "case");
	double unfit = results_get(record, "unfit_rows", 0);
	if (!(results_get(record, "rows", 0) > 0) || !first_time(seen, results_text(record, "pass"), name))
		return;
	count_up(s, "unfit_rows", unfit);
	count_up(s, "unfit_cases", unfit > 0 && first_time(seen, "unfit", name));
	count_up(s, "weak", results_flag(record, "weak") && first_time(seen, "weak", name));
}

static void add_check(json_t *s, const json_t *record, json_t *passing, json_t *failing, json_t *cases)
{
	const char *variant = results_text(record, "variant");
	int passed = is(record, "status", "pass");
	count_up(s, results_text(record, "status"), 1);
	count_up(s, "flaky", results_flag(record, "flaky"));
	if (!passed && !is(record, "status", "fail") && !is(record, "status", "xfail"))
		return;
	json_object_set_new(passed ? passing : failing, variant, json_true());
	if (passed)
		note_worst(s, record);
	json_object_set_new(cases, results_text(record, "case"), json_true());
}

static void add_checks(json_t *s, const evidence *e)
{
	json_t *passing = json_object(), *failing = json_object(), *cases = json_object(), *executors = json_object();
	json_t *seen = json_object(), *record, *value;
	const char *name;
	size_t i, conformant = 0;
	double torch = 0;
	json_array_foreach(e->check, i, record) {
		add_check(s, record, passing, failing, cases);
		add_fitness(s, record, seen);
		torch = fmax(torch, results_get(record, "torch_used", 0));
		if (is(record, "status", "pass") || is(record, "status", "fail"))
			json_object_set_new(executors, results_text(record, "executor"), json_true());
	}
	json_object_foreach(passing, name, value)
		conformant += !json_object_get(failing, name);
	json_object_update(passing, failing);
	json_t *names = json_array();
	json_object_foreach(executors, name, value)
		json_array_append_new(names, json_string(name));
	json_object_update_new(s, json_pack("{sI sI sI so so}", "conformant", (json_int_t)conformant, "judged",
	                                    (json_int_t)json_object_size(passing), "cases",
	                                    (json_int_t)json_object_size(cases), "executors", names, "torch_used",
	                                    results_number(torch)));
	json_decref(passing);
	json_decref(failing);
	json_decref(cases);
	json_decref(seen);
	json_decref(executors);
}

static int order_reals(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Blocks that a record was measured in; tainted ones among them. */
static double blocks_of(const json_t *record)
{
	const json_t *processes = json_object_get(record, "blocks_ns");
	json_t *list;
	size_t i, count = 0;
	json_array_foreach(processes, i, list)
		count += json_array_size(list);
	return (double)count;
}

static void add_benches(json_t *s, const evidence *e)
{
	double *half = calloc(json_array_size(e->bench) + 1, sizeof *half);
	size_t i, count = 0, rejected = 0, failed = 0;
	json_t *record;
	json_array_foreach(e->bench, i, record) {
		double p50 = results_get(record, "p50_ns", 0);
		rejected += (size_t)is(record, "status", "rejected");
		failed += (size_t)is(record, "status", "failed");
		if (!half || !is(record, "status", "timed") || !(p50 > 0))
			continue;
		half[count++] = (results_get(record, "high_ns", p50) - results_get(record, "low_ns", p50)) / 2 / p50;
		count_up(s, "blocks", blocks_of(record));
		count_up(s, "tainted", results_get(record, "tainted", 0));
		count_up(s, "remarks", *results_text(record, "reason") != 0);
	}
	if (count)
		qsort(half, count, sizeof *half, order_reals);
	json_object_update_new(s, json_pack("{sI sI sI so}", "timed", (json_int_t)count, "rejected", (json_int_t)rejected,
	                                    "failed_timing", (json_int_t)failed, "noise",
	                                    count ? results_number(half[count / 2]) : json_null()));
	free(half);
}

json_t *report_summary(const evidence *e)
{
	json_t *s = json_pack("{si si si si si si si si si si si si}", "pass", 0, "fail", 0, "xfail", 0, "unsupported", 0,
	                      "skipped", 0, "flaky", 0, "blocks", 0, "tainted", 0, "remarks", 0, "unfit_rows", 0,
	                      "unfit_cases", 0, "weak", 0);
	json_t *run;
	const char *id;
	size_t incomplete = 0;
	add_checks(s, e);
	add_benches(s, e);
	json_object_foreach(e->runs, id, run) {
		const json_t *end = json_object_get(e->end, id);
		incomplete += !end || results_flag(end, "interrupted");
	}
	json_object_set_new(s, "incomplete", json_integer((json_int_t)incomplete));
	int wrong = results_get(s, "fail", 0) + results_get(s, "rejected", 0) > 0;
	int judged = results_get(s, "pass", 0) + results_get(s, "timed", 0) > 0;
	json_object_set_new(s, "word", json_string(wrong ? "FAIL" : judged ? "PASS" : "NOT JUDGED"));
	return s;
}

/* ---- charts ---- */

void report_family(const char *problem, char family[64])
{
	gm_spec s;
	if (gm_spec_parse(problem, &s, NULL) != GM_OK) {
		snprintf(family, 64, "other");
		return;
	}
	const struct {
		int holds;
		const char *text;
	} PARTS[] = {{s.problem.num_layers > 1, NULL},    {s.problem.bidirectional != 0, " D2"},
	             {s.problem.proj_size > 0, " P"},     {!s.problem.bias, " nobias"},
	             {s.problem.batch_first != 0, " bf"}, {s.problem.unbatched != 0, " unb"},
	             {s.problem.lengths != 0, " len"},    {s.problem.dropout > 0, " drop"}};
	int used = snprintf(family, 64, "%s", gm_cell_name(s.problem.cell));
	for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
		if (PARTS[i].holds && !PARTS[i].text)
			used += snprintf(family + used, 64 - (size_t)used, " L%zu", s.problem.num_layers % 1000);
		else if (PARTS[i].holds)
			used += snprintf(family + used, 64 - (size_t)used, "%s", PARTS[i].text);
}

int report_is_oracle(const char *variant)
{
	const gm_variant *row = gm_variant_find(variant);
	return row && row->traits.strategy && strcmp(row->traits.strategy, "oracle") == 0;
}

static size_t index_of(const json_t *names, const char *name)
{
	size_t i = 0;
	while (i < json_array_size(names) && strcmp(json_string_value(json_array_get(names, i)), name) != 0)
		i++;
	return i;
}

static json_t *chart_problem(const json_t *entry)
{
	gm_spec s;
	char family[64], size[96];
	const char *text = results_text(entry, "problem");
	json_t *problem = json_pack("{ss sO sO}", "text", text, "chosen", json_object_get(entry, "chosen"), "with",
	                            json_object_get(entry, "with"));
	if (gm_spec_parse(text, &s, NULL) != GM_OK)
		return problem;
	report_family(text, family);
	int used = snprintf(size, sizeof size, "I%zu H%zu", s.problem.input_size, s.problem.hidden_size);
	if (s.problem.proj_size)
		snprintf(size + used, sizeof size - (size_t)used, " P%zu", s.problem.proj_size);
	json_object_update_new(problem, json_pack("{ss ss ss sI sI}", "cell", family, "size", size, "pass",
	                                          gm_pass_name(s.pass), "T", (json_int_t)s.T, "N", (json_int_t)s.N));
	return problem;
}

static void add_time(json_t *times, size_t problem, const json_t *variants, const char *name, const json_t *from)
{
	size_t variant = index_of(variants, name);
	if (json_object_get(from, "p50_ns"))
		json_array_append_new(times, json_pack("[I I O O O f f f]", (json_int_t)problem, (json_int_t)variant,
		                                       json_object_get(from, "p50_ns"), json_object_get(from, "low_ns"),
		                                       json_object_get(from, "high_ns"), results_get(from, "ratio", 1),
		                                       results_get(from, "ratio_low", 1), results_get(from, "ratio_high", 1)));
}

json_t *report_chart_data(const report_view *view)
{
	json_t *variants = json_array(), *problems = json_array(), *times = json_array(), *entry, *other;
	size_t i, r;
	json_array_foreach(view->variants, i, other)
		json_array_append_new(variants,
		                      json_pack("{sO sb}", "name", other, "oracle", report_is_oracle(json_string_value(other))));
	json_array_foreach(json_object_get(view->choice, "domain"), i, entry) {
		json_array_append_new(problems, chart_problem(entry));
		add_time(times, i, view->variants, results_text(entry, "chosen"), entry);
		json_array_foreach(json_object_get(entry, "rejected"), r, other)
			add_time(times, i, view->variants, results_text(other, "variant"), other);
	}
	return json_pack("{so so so}", "variants", variants, "problems", problems, "times", times);
}

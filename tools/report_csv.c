/* SPDX-License-Identifier: MIT */
/* report_csv.c - the records as CSV (RFC 4180), inside the page: every machine's, also those that no chart shows.
 * A field that a spreadsheet would take for a formula gets an apostrophe in front. */
#include <string.h>

#include "report_parts.h"
#include "record/results.h"

static void put_text(FILE *out, const char *text)
{
	int quote = strpbrk(text, ",\"\r\n") != NULL, formula = *text && strchr("=+-@", *text);
	fputs(quote ? "&quot;" : "", out);
	fputs(formula ? "&#39;" : "", out);
	for (char piece[2] = {0}; *text; text++) {
		piece[0] = *text;
		if (*text == '"')
			fputs("&quot;&quot;", out);
		else
			report_escape(out, piece);
	}
	fputs(quote ? "&quot;" : "", out);
}

static void put_field(FILE *out, const json_t *value)
{
	if (json_is_integer(value))
		fprintf(out, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		fprintf(out, "%.7g", json_real_value(value));
	else if (json_is_boolean(value))
		fputs(json_is_true(value) ? "true" : "false", out);
	else if (json_is_string(value))
		put_text(out, json_string_value(value));
}

static void put_csv(FILE *out, const report_view *view, const json_t *records, const char *const *member)
{
	json_t *record;
	size_t i;
	fputs("machine,run", out);
	for (const char *const *m = member; *m; m++)
		fprintf(out, ",%s", *m);
	fputc('\n', out);
	json_array_foreach(records, i, record) {
		put_text(out, evidence_machine_of(view->e, record));
		fputc(',', out);
		put_text(out, results_text(record, "run"));
		for (const char *const *m = member; *m; m++) {
			fputc(',', out);
			put_field(out, json_object_get(record, *m));
		}
		fputc('\n', out);
	}
}

void report_slot_bench_csv(FILE *out, const report_view *view)
{
	static const char *const MEMBER[] = {
		"problem",     "variant",          "status",     "reason",     "judged", "threads",   "processes",
		"samples",     "calls_per_sample", "tainted",    "p50_ns",     "low_ns", "high_ns",   "p90_ns",
		"p99_ns",      "min_ns",           "max_ns",     "mean_ns",    "ratio",  "ratio_low", "ratio_high",
		"steps_per_s", "gflops",           "plan_bytes", "tape_bytes", NULL};
	put_csv(out, view, view->e->bench, MEMBER);
}

void report_slot_check_csv(FILE *out, const report_view *view)
{
	static const char *const MEMBER[] = {"case",       "problem",  "variant",    "pass",    "status", "flaky", "reason",
	                                     "class",      "executor", "bit_class",  "digest",  "used",   "where", "rows",
	                                     "unfit_rows", "weak",     "torch_used", "seconds", NULL};
	put_csv(out, view, view->e->check, MEMBER);
}

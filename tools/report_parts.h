/* SPDX-License-Identifier: MIT */
/* report_parts.h - what the files of the report share.  Internal to report*.c and markdown.c.
 *
 * A view is the evidence with everything decided; each part below writes one slot of the template from it. */
#ifndef TOOLS_REPORT_PARTS_H
#define TOOLS_REPORT_PARTS_H

#include <stdio.h>

#include "evidence.h"
#include "rerun.h"

typedef struct report_view {
	const evidence *e;
	const json_t *run;   /* the latest; NULL if no file has a run record */
	const char *machine; /* its fingerprint */
	json_t *choice;      /* choose_decide */
	json_t *summary;     /* report_summary */
	json_t *variants;    /* names, in the order of the table of variants */
} report_view;

/* ---- report_data.c: numbers ---- */

GM_CHECKED gm_status report_view_create(const evidence *e, report_view *view, gm_error *error);
void report_view_destroy(report_view *view);
/* {word, pass, fail, xfail, unsupported, skipped, flaky, cases, conformant, judged (variants), rejected, executors,
 *  timed, blocks, tainted, remarks, noise (median half interval / p50), worst_used, worst_case, worst_variant,
 *  unfit_rows, unfit_cases, weak, torch_used, incomplete (runs)}; word: "PASS", "FAIL" or "NOT JUDGED". */
json_t *report_summary(const evidence *e);
/* What the charts need: {variants: [{name, oracle}], problems: [{text, cell, size, batch, pass, T, N, chosen, with}],
 *  times: [[problem, variant, p50, low, high, ratio, ratio_low, ratio_high]]}. */
json_t *report_chart_data(const report_view *view);
/* "lstm L2 D2 len" of a problem's text: what it is without its sizes; "other" if it is none. */
void report_family(const char *problem, char family[64]);
/* Is a variant a bit oracle, which no chart shows? */
int report_is_oracle(const char *variant);
/* [{variant, status, reason, count}] of what was skipped or unsupported, checks and benches apart by `kind`. */
json_t *report_absent(const report_view *view);
/* Texts that a reader should know: hints of the machine, taints, bit classes, cut-off files. */
json_t *report_notes(const report_view *view);
/* The command line of the run; that which repeats a check record, with the options of its run; malloc'ed. */
char *report_command(const json_t *run);
char *report_rerun(const report_view *view, const json_t *check);
/* What a failed check record says: its reason, then a line for each tensor over its budget; malloc'ed. */
char *report_difference(const json_t *check);

/* ---- report_html.c: escaping and numbers as text ---- */

void report_escape(FILE *out, const char *text); /* for content and quoted attributes */
void report_time(double ns, char text[24]);      /* "225 µs" */
void report_share(double used, char text[24]);   /* "29 %", "4.1e5 x" from 1000 % on */
void report_ratio(double ratio, char text[24]);  /* "1.71" */
/* The JSON block: no character that could end it. */
void report_json(FILE *out, const json_t *value);

/* ---- the slots; report_html.c, report_tables.c, report_checks.c, report_csv.c ---- */

typedef void report_slot(FILE *out, const report_view *view);
report_slot report_slot_title, report_slot_verdict, report_slot_machine, report_slot_method; /* report_html.c */
report_slot report_slot_counts, report_slot_choice, report_slot_steps, report_slot_speed;    /* report_tables.c */
report_slot report_slot_budget, report_slot_families, report_slot_failures, report_slot_absent,
	report_slot_notes;                                    /* report_checks.c */
report_slot report_slot_bench_csv, report_slot_check_csv; /* report_csv.c */

/* ---- the embedded files ---- */

typedef struct report_asset {
	const char *name; /* "template.html" */
	const unsigned char *bytes;
	size_t count;
} report_asset;
extern const report_asset report_assets[]; /* generated at build time; ends with a NULL name */

#endif

/* SPDX-License-Identifier: MIT */
/* report_parts.h - what the files of the report share.  Internal to report*.c and markdown.c.
 *
 * A view is the evidence with everything decided; each part of the template is written from it. */
#ifndef TOOLS_REPORT_PARTS_H
#define TOOLS_REPORT_PARTS_H

#include "causes/causes.h"
#include "choose/choose.h"
#include "record/output.h"
#include "record/verdict.h"
#include "incidents.h"
#include "report_html.h"

typedef struct report_summary { /* of the results of one machine */
	const char *machine;        /* fingerprint */
	const run_begin *run;       /* its latest */
	verdict verdict;
	size_t flaky;
	size_t judged, conformant; /* variants */
	size_t checks, cases, unfit_rows, unfit_cases, weak;
	size_t timed; /* on a problem */
	size_t blocks, tainted, disturbed, remarks;
	double noise;              /* median half interval / p50; NAN: nothing timed */
	const check_result *worst; /* of those that passed, or NULL */
	names executors;
} report_summary;

typedef struct absent {                           /* what was skipped or unsupported for one reason */
	const char *variant, *status, *reason, *what; /* what: "checks", "problems" */
	const char *machine;
	size_t count;
} absent;

typedef struct report_view {
	const evidence *e;
	const run_begin *run; /* the latest: the times, the choice and the map are of its machine */
	choice_document choice;
	report_summary *summary; /* of each machine */
	size_t machines;
	verdict verdict;        /* the gravest of theirs */
	causes failures, known; /* known: xfail */
	incidents incidents;
	names variants; /* in the order of the table of variants */
	absent *absent; /* what was skipped or unsupported */
	size_t absent_count;
	char **note; /* what a reader should know */
	size_t notes;
} report_view;

/* ---- report_data.c ---- */

/* What finds no memory is left out of absent and note. */
GM_CHECKED gm_status report_view_create(const evidence *e, report_view *view, gm_error *error);
void report_view_destroy(report_view *view);
/* " on CPU, fingerprint": the machine of a run where there are several, else ""; malloc'ed. */
char *report_on(const report_view *view, const char *machine);
/* "lstm L2 D2 len" of a problem's text: what it is without its sizes; "other" if it is none. */
void report_family(const char *problem, char family[64]);

enum { PAGE_ROWS = 60, PAGE_ABSENT = 30 }; /* rows that tables have in Markdown */

/* ---- the parts ---- */

typedef void report_part(page *p, const report_view *view);
report_part report_part_title, report_part_verdict, report_part_machine, report_part_method; /* report_head.c */
report_part report_part_counts, report_part_choice, report_part_steps, report_part_speed;    /* report_tables.c */
report_part report_part_budget, report_part_families, report_part_failures, report_part_absent,
	report_part_notes;                                                      /* report_checks.c */
report_part report_part_bench_csv, report_part_check_csv, report_part_data; /* report_embed.c */

/* ---- markdown.c: the report for a pull request ---- */

enum { MARKDOWN_BYTES = 60 * 1024 }; /* it has less; a comment of a pull request holds 64 KiB */
output_printer report_markdown;      /* of a view, to memory */

/* ---- the embedded files ---- */

typedef struct report_asset {
	const char *name; /* "template.html" */
	const unsigned char *bytes;
	size_t count;
} report_asset;
extern const report_asset report_assets[]; /* generated at build time; template.html first, a NULL name last */

#endif

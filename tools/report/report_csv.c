/* SPDX-License-Identifier: MIT */
/* report_csv.c - the results as CSV inside the page, columns as in fields.def: every machine's, also those that no
 * chart shows. */
#include <stdio.h>

#include "report_parts.h"

static void put_csv(page *p, const report_view *view, record_kind kind)
{
	const record_field *f = &evidence_type.field[kind];
	const char *one = RECORD_AT(view->e, f->offset, char *);
	char *text = NULL;
	size_t bytes;
	FILE *csv = open_memstream(&text, &bytes);
	if (!csv)
		return;
	fputs("machine,", csv);
	record_csv(csv, f->of, NULL);
	for (size_t i = 0; i < RECORD_AT(view->e, f->count, size_t); i++, one += f->of->bytes) {
		fputc('\n', csv);
		record_csv_text(csv, evidence_machine(view->e, one)); // a record begins with the id of its run
		fputc(',', csv);
		record_csv(csv, f->of, one);
	}
	fclose(csv);
	put(p, "%S\n", text);
}

void report_part_bench_csv(page *p, const report_view *view) { put_csv(p, view, RECORD_BENCH); }

void report_part_check_csv(page *p, const report_view *view) { put_csv(p, view, RECORD_CHECK); }

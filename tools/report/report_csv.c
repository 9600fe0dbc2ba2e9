/* SPDX-License-Identifier: MIT */
/* report_csv.c - the results as CSV inside the page, columns as in fields.def: every machine's, also those that no
 * chart shows. */
#include <stdlib.h>

#include "report_parts.h"

static void put_csv(FILE *out, const report_view *view, record_kind kind)
{
	const record_type *type = record_type_of(kind);
	const int checks = kind == RECORD_CHECK;
	const char *list = checks ? (const char *)view->e->check : (const char *)view->e->bench;
	const size_t count = checks ? view->e->check_count : view->e->bench_count;
	char *text = NULL;
	size_t bytes;
	FILE *csv = open_memstream(&text, &bytes);
	if (!csv)
		return;
	fputs("machine,", csv);
	record_csv(csv, type, NULL);
	for (const char *one = list; one < list + count * type->bytes; one += type->bytes) {
		fputc('\n', csv);
		record_csv_text(csv, evidence_machine(view->e, one)); // a record begins with the id of its run
		fputc(',', csv);
		record_csv(csv, type, one);
	}
	fclose(csv);
	html(out, "%s\n", text);
	free(text);
}

void report_part_bench_csv(FILE *out, const report_view *view) { put_csv(out, view, RECORD_BENCH); }

void report_part_check_csv(FILE *out, const report_view *view) { put_csv(out, view, RECORD_CHECK); }

/* SPDX-License-Identifier: MIT */
/* report.c - fills template.html ({{name}}: a part written from the records, or an embedded file) and
 * writes the page and the Markdown. */
#include "report.h"

#include <string.h>

#include "record/output.h"
#include "report_parts.h"

static const struct part {
	const char *name;
	report_part *part;
} parts[] = {
	{"title", report_part_title},       {"verdict", report_part_verdict},     {"machine", report_part_machine},
	{"steps", report_part_steps},       {"speed", report_part_speed},         {"counts", report_part_counts},
	{"choice", report_part_choice},     {"budget", report_part_budget},       {"budget.families", report_part_families},
	{"failures", report_part_failures}, {"absent", report_part_absent},       {"notes", report_part_notes},
	{"method", report_part_method},     {"bench.csv", report_part_bench_csv}, {"check.csv", report_part_check_csv},
	{"data", report_part_data},
};
enum { PARTS = sizeof parts / sizeof *parts };

static int is_called(const char *name, const char *text, size_t length)
{
	return strlen(name) == length && strncmp(name, text, length) == 0;
}

/* Writes what stands for {{name}}; 0 if nothing has that name. */
static int put_part(page *p, const report_view *view, const char *name, size_t length)
{
	for (size_t i = 0; i < PARTS; i++)
		if (is_called(parts[i].name, name, length)) {
			parts[i].part(p, view);
			return 1;
		}
	for (const report_asset *a = report_assets; a->name; a++)
		if (is_called(a->name, name, length))
			return fwrite(a->bytes, 1, a->count, p->out) == a->count;
	return 0;
}

static gm_status print_page(FILE *out, const void *context, gm_error *error)
{
	page p = {.out = out};
	const char *at = (const char *)report_assets->bytes; // of template.html, the first
	for (const char *open; (open = strstr(at, "{{")) != NULL;) {
		const char *name = open + 2;
		const size_t length = strcspn(name, "}");
		fwrite(at, 1, (size_t)(open - at), out);
		if (!put_part(&p, context, name, length))
			return gm_fail(error, GM_BAD_ARGUMENT, "template.html: nothing is called %.*s", (int)length, name);
		at = name + length + strlen("}}");
	}
	fputs(at, out);
	return GM_OK;
}

gm_status report_write(const evidence *e, const char *html, const char *markdown, gm_error *error)
{
	report_view view;
	if (e->check_count + e->bench_count + e->run_count == 0)
		return gm_fail(error, GM_UNSUPPORTED, "no run, no check and no bench record in %zu file(s)", e->files);
	GM_TRY(report_view_create(e, &view, error));
	gm_status status = html ? output_print(html, print_page, &view, error) : GM_OK;
	if (markdown && status == GM_OK)
		status = output_print(markdown, report_markdown, &view, error);
	report_view_destroy(&view);
	return status;
}

/* SPDX-License-Identifier: MIT */
/* report.c - fills template.html ({{name}}: a part written from the records, or an embedded file) and
 * writes the page and the Markdown. */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "markdown.h"
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

static const report_asset *asset_of(const char *name, size_t length)
{
	for (const report_asset *a = report_assets; a->name; a++)
		if (strlen(a->name) == length && strncmp(a->name, name, length) == 0)
			return a;
	return NULL;
}

/* Writes what stands for {{name}}; 0 if nothing has that name. */
static int put_part(FILE *out, const report_view *view, const char *name, size_t length)
{
	const report_asset *asset = asset_of(name, length);
	for (size_t i = 0; i < PARTS; i++)
		if (strlen(parts[i].name) == length && strncmp(parts[i].name, name, length) == 0) {
			parts[i].part(out, view);
			return 1;
		}
	return asset && fwrite(asset->bytes, 1, asset->count, out) == asset->count;
}

static gm_status fill(FILE *out, const report_view *view, gm_error *error)
{
	const report_asset *page = asset_of("template.html", strlen("template.html"));
	const char *at = (const char *)page->bytes, *end = at + page->count;
	while (at < end) {
		const char *open = strstr(at, "{{"), *close = open ? strstr(open, "}}") : NULL;
		if (!close) {
			fwrite(at, 1, (size_t)(end - at), out);
			break;
		}
		fwrite(at, 1, (size_t)(open - at), out);
		if (!put_part(out, view, open + 2, (size_t)(close - open - 2)))
			return gm_fail(error, GM_BAD_ARGUMENT, "template.html: nothing is called %.*s", (int)(close - open - 2),
			               open + 2);
		at = close + 2;
	}
	return GM_OK;
}

static gm_status write_html(const char *path, const report_view *view, gm_error *error)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	gm_status status = out ? fill(out, view, error) : gm_fail(error, GM_NO_MEMORY, "no memory for the page");
	if (out && fclose(out) != 0 && status == GM_OK)
		status = gm_fail(error, GM_NO_MEMORY, "no memory for the page");
	if (status == GM_OK)
		status = output_write(path, text, bytes, error);
	free(text);
	return status;
}

static gm_status write_markdown(const char *path, const report_view *view, gm_error *error)
{
	char *text = markdown_of(view);
	if (!text)
		return gm_fail(error, GM_NO_MEMORY, "no memory for the Markdown");
	gm_status status = output_write(path, text, strlen(text), error);
	free(text);
	return status;
}

gm_status report_write(const evidence *e, const char *html, const char *markdown, gm_error *error)
{
	report_view view;
	if (e->check_count + e->bench_count == 0)
		return gm_fail(error, GM_UNSUPPORTED, "no check and no bench record in %zu file(s)", e->files);
	GM_TRY(report_view_create(e, &view, error));
	gm_status status = html ? write_html(html, &view, error) : GM_OK;
	if (markdown && status == GM_OK)
		status = write_markdown(markdown, &view, error);
	report_view_destroy(&view);
	return status;
}

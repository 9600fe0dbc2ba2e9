/* SPDX-License-Identifier: MIT */
/* report.c - fills the slots of template.html ({{name}}: a part written from the records, or an embedded file) and
 * writes the page and the Markdown. */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "markdown.h"
#include "record/output.h"
#include "report_parts.h"

static void put_chart_data(FILE *out, const report_view *view)
{
	json_t *data = report_chart_data(view);
	report_json(out, data);
	json_decref(data);
}

static const struct slot {
	const char *name;
	report_slot *part;
} SLOTS[] = {
	{"title", report_slot_title},       {"verdict", report_slot_verdict},     {"machine", report_slot_machine},
	{"steps", report_slot_steps},       {"speed", report_slot_speed},         {"counts", report_slot_counts},
	{"choice", report_slot_choice},     {"budget", report_slot_budget},       {"budget.families", report_slot_families},
	{"failures", report_slot_failures}, {"absent", report_slot_absent},       {"notes", report_slot_notes},
	{"method", report_slot_method},     {"bench.csv", report_slot_bench_csv}, {"check.csv", report_slot_check_csv},
	{"data", put_chart_data},
};
enum { SLOT_COUNT = sizeof SLOTS / sizeof *SLOTS };

static const report_asset *asset_of(const char *name, size_t length)
{
	for (const report_asset *a = report_assets; a->name; a++)
		if (strlen(a->name) == length && strncmp(a->name, name, length) == 0)
			return a;
	return NULL;
}

/* Writes what stands for {{name}}; 0 if nothing has that name. */
static int put_slot(FILE *out, const report_view *view, const char *name, size_t length)
{
	const report_asset *asset = asset_of(name, length);
	for (size_t i = 0; i < SLOT_COUNT; i++)
		if (strlen(SLOTS[i].name) == length && strncmp(SLOTS[i].name, name, length) == 0) {
			SLOTS[i].part(out, view);
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
		if (!put_slot(out, view, open + 2, (size_t)(close - open - 2)))
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

static int write_all(const evidence *e, const char *html, const char *markdown, gm_error *error)
{
	report_view view;
	if (json_array_size(e->check) + json_array_size(e->bench) == 0) {
		gm_fail(error, GM_UNSUPPORTED, "no check and no bench record in %zu file(s)", e->files);
		return CLI_NOTHING;
	}
	gm_status status = report_view_create(e, &view, error);
	if (status != GM_OK)
		return CLI_INTERNAL;
	if (html)
		status = write_html(html, &view, error);
	if (markdown && status == GM_OK)
		status = write_markdown(markdown, &view, error);
	report_view_destroy(&view);
	return status == GM_OK ? CLI_OK : status == GM_IO ? CLI_NO_WRITE : CLI_INTERNAL;
}

int report_write(const char *const *path, size_t count, const char *html, const char *markdown, gm_error *error)
{
	evidence *e;
	gm_status status = evidence_load(path, count, &e, error);
	if (status != GM_OK)
		return status == GM_NO_MEMORY ? CLI_INTERNAL : CLI_REFUSED;
	int code = write_all(e, html, markdown, error);
	evidence_destroy(e);
	return code;
}

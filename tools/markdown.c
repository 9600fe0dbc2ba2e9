/* SPDX-License-Identifier: MIT */
/* markdown.c - GitHub-flavoured Markdown of a report (markdown.h).  Text from records is escaped: it can neither end
 * a table cell nor become a tag, a link or a mention. */
#include "markdown.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "choose.h"
#include "plural.h"
#include "results.h"

enum { ROWS = 60, FAILURES = 20, ABSENT = 30, NOTES = 30, CELL = 400 };

/* Escapes at most CELL bytes; a longer text ends in "...". */
static void put_text(FILE *out, const char *text)
{
	const char *start = text;
	for (; *text && (text - start < CELL || (*text & 0xC0) == 0x80); text++)
		if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '>')
			fputs("&gt;", out);
		else if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '@')
			fputs("&#64;", out);
		else if ((unsigned char)*text < ' ')
			fputc(' ', out);
		else
			fprintf(out, strchr("\\`*_[]()#|!~", *text) ? "\\%c" : "%c", *text);
	fputs(*text ? "..." : "", out);
}

/* <code> rather than a code span, in which nothing could be escaped. */
static void put_code(FILE *out, const char *text)
{
	fputs("<code>", out);
	put_text(out, text);
	fputs("</code>", out);
}

static void put_verdict(FILE *out, const report_view *view)
{
	const json_t *s = view->summary;
	const char *model = results_text(json_object_get(view->run, "machine"), "cpu_model");
	char *command = report_command(view->run), share[24];
	double noise = results_get(s, "noise", NAN);
	report_share(results_get(s, "worst_used", 0), share);
	fprintf(out,
	        "## Gatemark: %s\n\n%.0f of %.0f %s conformant on %.0f %s: %.0f pass, **%.0f fail**, %.0f xfail, "
	        "%.0f unsupported, %.0f skipped.",
	        results_text(s, "word"), results_get(s, "conformant", 0), results_get(s, "judged", 0),
	        plural(results_get(s, "judged", 0), "variant", "variants"), results_get(s, "cases", 0),
	        plural(results_get(s, "cases", 0), "case", "cases"), results_get(s, "pass", 0), results_get(s, "fail", 0),
	        results_get(s, "xfail", 0), results_get(s, "unsupported", 0), results_get(s, "skipped", 0));
	if (results_get(s, "pass", 0) > 0) {
		fprintf(out, " Most of the budget used: %s, ", share);
		put_text(out, results_text(s, "worst_variant"));
		fputs(" on ", out);
		put_text(out, results_text(s, "worst_case"));
		fputs(".", out);
	}
	if (!isnan(noise))
		fprintf(out, " Noise \302\261%.1f %%.", 100 * noise);
	fputs("\n\n", out);
	put_text(out, results_text(json_object_get(view->run, "machine"), "cpu"));
	if (*model)
		fputs(" ", out);
	put_text(out, model);
	fputs(", commit ", out);
	put_text(out, results_text(view->run, "commit"));
	fputs(", run again: ", out);
	put_code(out, command ? command : "");
	fputs("\n\n", out);
	free(command);
}

static void put_failures(FILE *out, const report_view *view)
{
	json_t *record;
	size_t i, count = 0;
	json_array_foreach(view->e->check, i, record) {
		if (strcmp(results_text(record, "status"), "fail") != 0 || count++ >= FAILURES)
			continue;
		char *difference = report_difference(record), *command = report_rerun(view, record);
		fputs("- **", out);
		put_text(out, results_text(record, "variant"));
		fputs("** on ", out);
		put_text(out, results_text(record, "case"));
		fputs("/", out);
		put_text(out, results_text(record, "pass"));
		fputs(": ", out);
		put_text(out, difference ? difference : "");
		fputs("<br>", out);
		put_code(out, command ? command : "");
		fputs("\n", out);
		free(difference);
		free(command);
	}
	if (count > FAILURES)
		fprintf(out, "- and %zu more failures\n", count - FAILURES);
	fputs(count ? "\n" : "", out);
}

static void put_choice_row(FILE *out, const json_t *entry)
{
	char p50[24], p99[24], margin[24];
	const char *chosen = results_text(entry, "chosen"), *next = results_text(entry, "next");
	json_t *name;
	size_t i;
	report_time(results_get(entry, "p50_ns", NAN), p50);
	report_time(results_get(entry, "p99_ns", NAN), p99);
	report_ratio(results_get(entry, "margin", 0), margin);
	fputs("| ", out);
	put_text(out, results_text(entry, "problem"));
	fputs(" | ", out);
	put_text(out, *chosen ? chosen : "none");
	json_array_foreach(json_object_get(entry, "with"), i, name) {
		fputs(" = ", out);
		put_text(out, json_string_value(name));
	}
	fprintf(out, " | %s | %s | %s | ", *chosen ? p50 : "", *chosen ? p99 : "", *next ? margin : "");
	put_text(out, next);
	fputs(" |\n", out);
}

static void put_choice(FILE *out, const report_view *view)
{
	const json_t *domain = json_object_get(view->choice, "domain");
	json_t *entry;
	size_t i, count = json_array_size(domain);
	if (!count)
		return;
	char *counts = choose_counts(view->choice);
	fputs("**Chosen:** ", out);
	put_text(out, counts ? counts : "");
	free(counts);
	fprintf(out, "\n\n%s| problem | chosen | p50 | p99 | margin | next best |\n|---|---|--:|--:|--:|---|\n",
	        count > 12 ? "<details><summary>Choice by problem</summary>\n\n" : "");
	json_array_foreach(domain, i, entry)
		if (i < ROWS)
			put_choice_row(out, entry);
	if (count > ROWS)
		fprintf(out, "\n%zu more problems are left out here.\n", count - ROWS);
	fputs(count > 12 ? "\n</details>\n\n" : "\n", out);
}

static void put_absent(FILE *out, const report_view *view)
{
	json_t *list = report_absent(view), *group;
	size_t i;
	if (json_array_size(list))
		fputs("<details><summary>Skipped and unsupported</summary>\n\n"
		      "| variant | what | why | count |\n|---|---|---|--:|\n",
		      out);
	json_array_foreach(list, i, group) {
		if (i >= ABSENT)
			break;
		fputs("| ", out);
		put_text(out, results_text(group, "variant"));
		fprintf(out, " | %s | ", results_text(group, "status"));
		put_text(out, results_text(group, "reason"));
		fprintf(out, " | %.0f %s |\n", results_get(group, "count", 0), results_text(group, "what"));
	}
	if (json_array_size(list) > ABSENT)
		fprintf(out, "\n%zu more rows are left out here.\n", json_array_size(list) - ABSENT);
	fputs(json_array_size(list) ? "\n</details>\n\n" : "", out);
	json_decref(list);
}

static void put_notes(FILE *out, const report_view *view)
{
	json_t *list = report_notes(view), *text;
	size_t i;
	if (json_array_size(list))
		fputs("<details><summary>Notes</summary>\n\n", out);
	json_array_foreach(list, i, text) {
		if (i >= NOTES)
			break;
		fputs("- ", out);
		put_text(out, json_string_value(text));
		fputs("\n", out);
	}
	fputs(json_array_size(list) ? "\n</details>\n" : "", out);
	json_decref(list);
}

char *markdown_of(const report_view *view)
{
	static report_slot *const PARTS[] = {put_verdict, put_failures, put_choice, put_absent, put_notes};
	static const char LEFT_OUT[] = "More is left out here: it would not fit a comment.\n";
	char *text = NULL;
	size_t bytes = 0, kept = 0;
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return NULL;
	for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
		PARTS[i](out, view);
		fflush(out);
		if (bytes >= MARKDOWN_BYTES - sizeof LEFT_OUT)
			break;
		kept = bytes;
	}
	int cut = bytes != kept, failed = fclose(out) != 0;
	char *longer = cut && !failed ? realloc(text, kept + sizeof LEFT_OUT) : text;
	if (failed || !longer) {
		free(text);
		return NULL;
	}
	if (cut)
		memcpy(longer + kept, LEFT_OUT, sizeof LEFT_OUT);
	return longer;
}

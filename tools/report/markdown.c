/* SPDX-License-Identifier: MIT */
/* markdown.c - GitHub-flavoured Markdown of a report.  Code is in <code> rather than in a code span, in which nothing
 * could be escaped.  The verdict comes first, tables are cut to a budget, details are folded, and what was cut is said
 * in words. */
#include <math.h>

#include "record/rerun.h"
#include "report_parts.h"

enum { ROWS = 60, FAILURES = 20, ABSENT = 30, NOTES = 30 };

static void put_verdict(FILE *out, const report_view *view)
{
	const report_summary *s = &view->summary;
	const machine_profile *m = &view->run->machine;
	markdown(out, "## Gatemark: %s\n\n%z of %n conformant on %n: ", s->word, s->conformant, s->judged, "variant",
	         "variants", s->cases, "case", "cases");
	for (int i = 0; i < CHECK_STATUSES; i++) {
		const char *bold = i == STATUS_FAIL ? "**" : "";
		fprintf(out, "%s%s%zu %s%s", i ? ", " : "", bold, s->checks[i], check_status_word((check_status)i), bold);
	}
	fputs(".", out);
	if (s->worst)
		markdown(out, " Most of the budget used: %p, %s on %s/%s.", s->worst->used, s->worst->variant,
		         s->worst->case_id, check_pass_word(s->worst->pass));
	if (!isnan(s->noise))
		markdown(out, " Noise \302\261%f %%.", 100 * s->noise);
	markdown(out, "\n\n%s%s%s, commit %s, run again: <code>%S</code>\n\n", m->cpu, m->cpu_model[0] ? " " : "",
	         m->cpu_model, view->run->commit, rerun_run(view->run));
}

static void put_failures(FILE *out, const report_view *view)
{
	size_t count = 0;
	for (const check_result *r = view->e->check; r < view->e->check + view->e->check_count; r++) {
		if (r->status != STATUS_FAIL || count++ >= FAILURES)
			continue;
		markdown(out, "- **%s** on %s/%s: %S<br><code>%S</code>\n", r->variant, r->case_id, check_pass_word(r->pass),
		         report_difference(r), report_rerun(view, r));
	}
	if (count > FAILURES)
		markdown(out, "- and %z more failures\n", count - FAILURES);
	fputs(count ? "\n" : "", out);
}

static void put_choice(FILE *out, const report_view *view)
{
	const size_t count = view->choice.domain_count;
	table t = {.out = out, .markdown = 1};
	if (!count)
		return;
	markdown(out, "**Chosen:** %S\n\n", choose_counts(&view->choice));
	fputs(count > 12 ? "<details><summary>Choice by problem</summary>\n\n" : "", out);
	report_choice_table(&t, view, ROWS);
	if (count > ROWS)
		markdown(out, "\n%z more problems are left out here.\n", count - ROWS);
	fputs(count > 12 ? "\n</details>\n\n" : "\n", out);
}

static void put_absent(FILE *out, const report_view *view)
{
	if (view->absent_count == 0)
		return;
	fputs("<details><summary>Skipped and unsupported</summary>\n\n", out);
	report_absent_table(&(table){.out = out, .markdown = 1}, view, ABSENT);
	if (view->absent_count > ABSENT)
		markdown(out, "\n%z more rows are left out here.\n", view->absent_count - ABSENT);
	fputs("\n</details>\n\n", out);
}

static void put_notes(FILE *out, const report_view *view)
{
	fputs(view->notes ? "<details><summary>Notes</summary>\n\n" : "", out);
	for (size_t i = 0; i < view->notes && i < NOTES; i++)
		markdown(out, "- %s\n", view->note[i]);
	fputs(view->notes ? "\n</details>\n" : "", out);
}

gm_status report_markdown(FILE *out, const void *view, gm_error *error)
{
	static report_part *const parts[] = {put_verdict, put_failures, put_choice, put_absent, put_notes};
	static const char LEFT_OUT[] = "More is left out here: it would not fit a comment.\n";
	long kept = 0;
	(void)error;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		parts[i](out, view);
		if (ftell(out) >= (long)(MARKDOWN_BYTES - sizeof LEFT_OUT)) {
			fseek(out, kept, SEEK_SET); // in memory, what is behind is then no part of the text
			fputs(LEFT_OUT, out);
			break;
		}
		kept = ftell(out);
	}
	return GM_OK;
}

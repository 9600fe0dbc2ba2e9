/* SPDX-License-Identifier: MIT */
/* markdown.c - GitHub-flavoured Markdown of a report.  Code is in <code> rather than in a code span, in which nothing
 * could be escaped.  The verdict comes first, tables are cut to a budget, details are folded, and what was cut is said
 * in words. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "record/rerun.h"
#include "record/compare.h"
#include "report_parts.h"

enum { FAILURES = 20, NOTES = 30 };

static void put_machine(page *p, const report_view *view, const report_summary *s)
{
	const machine_profile *m = &s->run->machine;
	const size_t *checks = s->verdict.checks;
	if (view->machines > 1)
		put(p, "**%s**%S: ", verdict_word_word(s->verdict.word), report_on(view, s->machine));
	if (s->verdict.why[0] != '\0')
		put(p, "**%s.** ", s->verdict.why);
	if (s->checks == 0)
		put(p, "Nothing was checked, %n", s->timed, "timing", "timings");
	else
		put(p, "%z of %n conformant on %n: ", s->conformant, s->judged, "variant", "variants", s->cases, "case",
		    "cases");
	for (int i = 0; s->checks > 0 && i < CHECK_STATUSES; i++)
		put(p, i == STATUS_FAIL ? "%s**%z %s**" : "%s%z %s", i ? ", " : "", checks[i],
		    check_status_word((check_status)i));
	put(p, ".");
	if (s->worst)
		put(p, " Most of the budget used: %p, %s on %s/%s.", s->worst->used, s->worst->variant, s->worst->case_id,
		    check_pass_word(s->worst->pass));
	if (!isnan(s->noise))
		put(p, " Noise \302\261%f %%.", 100 * s->noise);
	put(p, "\n\n%s%s%s, commit %s, run again: <code>%S</code>\n\n", m->cpu, m->cpu_model[0] ? " " : "", m->cpu_model,
	    s->run->commit, rerun_run(s->run));
}

/* A paragraph a machine: their results are never one verdict. */
static void put_verdict(page *p, const report_view *view)
{
	put(p, "## Gatemark: %s\n\n", verdict_word_word(view->verdict.word));
	for (size_t m = 0; m < view->machines; m++)
		put_machine(p, view, &view->summary[m]);
}

static void put_failures(page *p, const report_view *view)
{
	size_t count = 0;
	const causes *found = &view->failures;
	for (size_t k = 0; k < found->count; k++) {
		if (count++ >= FAILURES)
			continue;
		char *line[CAUSE_LINES];
		const size_t lines = cause_lines(&found->list[k], view->e, line);
		const check_result *first = found->list[k].failure[0];
		put(p, "- **%s**%S: %s", first->variant, report_on(view, evidence_machine(view->e, first->run)),
		    found->list[k].heading);
		for (size_t l = 0; l < lines; l++) {
			const int again = strncmp(line[l], "rerun: ", 7) == 0;
			put(p, again ? "<br><code>%s</code>" : "<br>%s", line[l] + (again ? 7 : 0));
			free(line[l]);
		}
		put(p, "\n");
	}
	for (const incident *one = view->incidents.list; one < view->incidents.list + view->incidents.count; one++)
		if (one->kind != INCIDENT_INCOMPLETE && count++ < FAILURES)
			put(p, "- %s **%s**%S%s%s\n", incident_row[one->kind].word, one->name, report_on(view, one->machine),
			    one->message[0] ? ": " : "", one->message);
	if (count > FAILURES)
		put(p, "- and %z more %s\n", count - FAILURES, count == FAILURES + 1 ? "failure" : "failures");
	put(p, count ? "\n" : "");
}

static void put_choice(page *p, const report_view *view)
{
	const size_t count = view->choice.domain_count;
	if (!count)
		return;
	put(p, "**Chosen:** %S\n\n", choose_counts(&view->choice));
	put(p, "=: proved equal, within %f %%. ?: undecided. !: rests on blocks that lost time to others.\n\n",
	    100 * COMPARE_DELTA);
	put(p, count > 12 ? "<details><summary>Choice by problem</summary>\n\n" : "");
	report_part_choice(p, view);
	if (count > PAGE_ROWS)
		put(p, "\n%z more problems are left out here.\n", count - PAGE_ROWS);
	put(p, count > 12 ? "\n</details>\n\n" : "\n");
}

static void put_absent(page *p, const report_view *view)
{
	if (view->absent_count == 0)
		return;
	put(p, "<details><summary>Skipped and unsupported</summary>\n\n");
	report_part_absent(p, view);
	if (view->absent_count > PAGE_ABSENT)
		put(p, "\n%z more rows are left out here.\n", view->absent_count - PAGE_ABSENT);
	put(p, "\n</details>\n\n");
}

static void put_notes(page *p, const report_view *view)
{
	put(p, view->notes ? "<details><summary>Notes</summary>\n\n" : "");
	for (size_t i = 0; i < view->notes && i < NOTES; i++)
		put(p, "- %s\n", view->note[i]);
	put(p, view->notes ? "\n</details>\n" : "");
}

gm_status report_markdown(FILE *out, const void *view, gm_error *error)
{
	static report_part *const parts[] = {put_verdict, put_failures, put_choice, put_absent, put_notes};
	static const char LEFT_OUT[] = "More is left out here: it would not fit a comment.\n";
	page p = {.out = out, .markdown = 1};
	long kept = 0;
	(void)error;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		parts[i](&p, view);
		if (ftell(out) >= (long)(MARKDOWN_BYTES - sizeof LEFT_OUT)) {
			fseek(out, kept, SEEK_SET); // in memory, what is behind is then no part of the text
			fputs(LEFT_OUT, out);
			break;
		}
		kept = ftell(out);
	}
	return GM_OK;
}

/* SPDX-License-Identifier: MIT */
/* check_text.c - a failure in two lines that stand for themselves: what is wrong, and how to see it again. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_summary.h"
#include "rerun.h"
#include "terminal.h"

enum { SHOWN = 10 }; /* failures of a variant without --verbose */

static char *rerun_of(const json_t *record, const rerun_options *options)
{
	check_result typed;
	if (record_from_json(&check_result_type, record, &typed, NULL) != GM_OK)
		return NULL;
	char *text = rerun_check(&typed, options);
	check_result_free(&typed);
	return text;
}

char *failure_text(const json_t *record, const rerun_options *options)
{
	char *text = NULL, *again = rerun_of(record, options);
	const char *reason = results_text(record, "reason");
	size_t first = strcspn(reason, "\n");
	const char *second = reason[first] == '\n' ? reason + first + 1 : "";
	if (asprintf(&text, "FAIL %s/%s %.*s\n  %s%srerun: %s", results_text(record, "case"), results_text(record, "pass"),
	             (int)first, reason, second, second[0] != '\0' ? " | " : "", !again ? "" : again) < 0)
		text = NULL;
	free(again);
	return text;
}

static tally *tally_of(check_summary *s, const json_t *record)
{
	for (size_t k = 0; k < s->roster->count; k++)
		if (strcmp(s->roster->variant[k].info.name, results_text(record, "variant")) == 0)
			return &s->variant[k];
	return NULL;
}

void summary_show(check_summary *s, FILE *stream, const json_t *record)
{
	tally *t = tally_of(s, record);
	const char *status = results_text(record, "status");
	int failed = strcmp(status, "fail") == 0;
	if (!t || (failed && t->shown++ >= SHOWN && !s->options->verbose))
		return;
	if (failed) {
		char *text = failure_text(record, &s->rerun);
		fprintf(stream, "%sFAIL%s%s\n", term_escape(stream, TERM_RED), term_escape(stream, TERM_PLAIN),
		        !text ? "" : text + 4);
		free(text);
	} else if (s->options->verbose && strcmp(status, "pass") == 0) {
		fprintf(stream, "pass %s/%s %s uses %.0f %% at %s%s\n", results_text(record, "case"),
		        results_text(record, "pass"), results_text(record, "variant"), 100 * results_get(record, "used", 0),
		        results_text(record, "where"), results_flag(record, "flaky") ? " FLAKY" : "");
	} else if (s->options->verbose) {
		fprintf(stream, "%s %s/%s %s: %s\n", status, results_text(record, "case"), results_text(record, "pass"),
		        results_text(record, "variant"), results_text(record, "reason"));
	}
	if (failed && t->shown == SHOWN && !s->options->verbose)
		fprintf(stream, "  further failures of %s are counted only; --verbose shows them\n",
		        results_text(record, "variant"));
}

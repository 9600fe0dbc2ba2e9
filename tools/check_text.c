/* SPDX-License-Identifier: MIT */
/* check_text.c - a failure in two lines that stand for themselves: what is wrong, and how to see it again. */
#include <stdlib.h>
#include <string.h>

#include "check_summary.h"
#include "terminal.h"

enum { SHOWN = 10 }; /* failures of a variant without --verbose */

static void rerun(const json_t *record, const cli_options *o, char *text, size_t bytes)
{
	const char *reason = results_text(record, "reason"), *oracle = "differs in bits from ";
	char other[64] = "";
	int n = 0;
	if (strncmp(reason, oracle, strlen(oracle)) == 0 && strncmp(reason + strlen(oracle), "its ", 4) != 0)
		n = snprintf(other, sizeof other, "%.*s,", (int)strcspn(reason + strlen(oracle), " "), reason + strlen(oracle));
	n = snprintf(text, bytes, "rerun: gatemark check --cases %s --variants %s%s --pass %s%s%s%s%s%s",
	             results_text(record, "case"), other, results_text(record, "variant"), results_text(record, "pass"),
	             o->fixtures ? " --fixtures " : "", o->fixtures ? o->fixtures : "",
	             o->allow_unlisted ? " --allow-unlisted" : "", o->accuracy_class ? " --class " : "",
	             o->accuracy_class ? o->accuracy_class : "");
	for (size_t k = 0; k < o->plugin.count && n > 0 && (size_t)n < bytes; k++)
		n += snprintf(text + n, bytes - (size_t)n, " --plugin %s", o->plugin.text[k]);
}

void failure_text(const json_t *record, const cli_options *options, char *text, size_t bytes)
{
	char again[1024];
	const char *reason = results_text(record, "reason");
	size_t first = strcspn(reason, "\n");
	const char *second = reason[first] == '\n' ? reason + first + 1 : "";
	rerun(record, options, again, sizeof again);
	snprintf(text, bytes, "FAIL %s/%s %.*s\n  %s%s%s", results_text(record, "case"), results_text(record, "pass"),
	         (int)first, reason, second, second[0] != '\0' ? " | " : "", again);
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
	char text[2048];
	tally *t = tally_of(s, record);
	const char *status = results_text(record, "status");
	int failed = strcmp(status, "fail") == 0;
	if (!t || (failed && t->shown++ >= SHOWN && !s->options->verbose))
		return;
	if (failed) {
		failure_text(record, s->options, text, sizeof text);
		fprintf(stream, "%sFAIL%s%s\n", term_escape(stream, TERM_RED), term_escape(stream, TERM_PLAIN), text + 4);
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

/* SPDX-License-Identifier: MIT */
/* check_text.c - results as they come, for people: failures in two lines that stand for themselves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_summary.h"
#include "record/rerun.h"
#include "terminal.h"

enum { SHOWN = 10 }; /* failures of a variant without --verbose */

static tally *tally_of(check_summary *s, const check_result *r)
{
	for (size_t k = 0; k < s->contestants->count; k++)
		if (strcmp(s->contestants->variant[k].info.name, r->variant) == 0)
			return &s->variant[k];
	return NULL;
}

void summary_show(check_summary *s, FILE *stream, const check_result *r)
{
	tally *t = tally_of(s, r);
	int failed = r->status == STATUS_FAIL;
	if (!t || (failed && t->shown++ >= SHOWN && !s->options->verbose))
		return;
	if (failed) {
		char *text = failure_text(r, &s->rerun);
		fprintf(stream, "%sFAIL%s%s\n", term_escape(stream, TERM_RED), term_escape(stream, TERM_PLAIN),
		        !text ? "" : text + 4);
		free(text);
	} else if (s->options->verbose && r->status == STATUS_PASS) {
		fprintf(stream, "pass %s/%s %s uses %.0f %% at %s%s\n", r->case_id, check_pass_word(r->pass), r->variant,
		        100 * r->used, r->where, r->flaky ? " FLAKY" : "");
	} else if (s->options->verbose) {
		fprintf(stream, "%s %s/%s %s: %s\n", check_status_word(r->status), r->case_id, check_pass_word(r->pass),
		        r->variant, r->reason ? r->reason : "");
	}
	if (failed && t->shown == SHOWN && !s->options->verbose)
		fprintf(stream, "  further failures of %s are counted only; --verbose shows them\n", r->variant);
}

/* SPDX-License-Identifier: MIT */
/* check_failures.c - the failures of a check for people: a heading for each cause, its smallest case, what repeats it.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "causes/causes.h"
#include "conform.h"
#include "base/plural.h"

enum { SHOWN = 8 }; /* causes of a variant without --verbose */

/* And where the failures that are not shown are. */
static void put_more(const check_summary *s, const char *line)
{
	const cli_options *o = s->session->options;
	char *text = NULL;
	int length;
	if (!o->json && !o->out)
		length = asprintf(&text, "%s (--out DIR keeps all)", line);
	else if (o->json)
		length = asprintf(&text, "%s (all in %s)", line, strcmp(o->json, "-") == 0 ? "the records" : o->json);
	else
		length = asprintf(&text, "%s (all in %s/results.jsonl)", line, o->out);
	term_wrap(s->session->text, length < 0 ? line : text, 2, 4);
	free(length < 0 ? NULL : text);
}

static void put_cause(const check_summary *s, const cause *c, const evidence *e)
{
	FILE *stream = s->session->text;
	char *line[CAUSE_LINES], head[52 + CAUSE_HEADING];
	const size_t count = cause_lines(c, e, line);
	fprintf(stream, "%sFAIL%s ", term_escape(stream, TERM_RED), term_escape(stream, TERM_PLAIN));
	snprintf(head, sizeof head, "%s: %s", c->failure[0]->variant, c->heading);
	term_wrap(stream, head, 5, 5);
	for (size_t k = 0; k < count; k++) {
		fputs("  ", stream);
		if (strncmp(line[k], "rerun: ", 7) == 0)
			term_command(stream, line[k], 2, 4);
		else if (k + 1 == count && strncmp(line[k], "... ", 4) == 0)
			put_more(s, line[k]);
		else
			term_wrap(stream, line[k], 2, 4);
		free(line[k]);
	}
}

int summary_print_failures(const check_summary *s)
{
	const evidence *e = &s->session->found;
	causes found;
	gm_error error;
	size_t shown = 0, left = 0;
	if (causes_find(e, STATUS_FAIL, &found, &error) != GM_OK)
		return cli_fail(CLI_INTERNAL, "%s", error.message);
	for (size_t k = 0; k < found.count; k++) {
		if (k > 0 && strcmp(found.list[k].failure[0]->variant, found.list[k - 1].failure[0]->variant) != 0)
			shown = 0;
		if (shown++ < SHOWN || s->session->options->verbose)
			put_cause(s, &found.list[k], e);
		else
			left++;
	}
	if (left > 0)
		fprintf(s->session->text, "  %zu further %s counted only; --verbose shows %s\n", left,
		        plural((double)left, "cause is", "causes are"), plural((double)left, "it", "them"));
	causes_free(&found);
	return CLI_OK;
}

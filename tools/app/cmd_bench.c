/* SPDX-License-Identifier: MIT */
/* cmd_bench.c - `gatemark bench`: every chosen variant on every problem of a list, judged there, then timed. */
#include "measure.h"

/* Why it ends with CLI_NOISY, or is no result to rest on. */
static void tell_part(const evidence *found)
{
	const verdict v = verdict_of_all(found);
	char text[VERDICT_TEXT];
	verdict_text(&v, text);
	if (v.extent != VERDICT_PASS)
		fprintf(stderr, "note: %s\n", text);
}

int cmd_bench(const cli_options *options)
{
	session s;
	measured m = {0};
	int code = session_load(&s, options, SESSION_SHAPES);
	if (code == CLI_OK)
		code = session_begin(&s);
	if (code == CLI_OK) {
		code = s.contestants.count > 0 ? measure(&s, &s.contestants, &m) : CLI_OK; // else all of them were refused
		if (m.summary.problems + m.summary.skipped > 0)
			measure_print(&m);
		if (!options->quiet)
			measure_notes(&m, stderr, "note: ");
		if (!options->quiet && !s.sink)
			fputs("note: nothing is kept: --out DIR or --json=F keeps the figures, for choose and report\n", stderr);
		code = session_end(&s, code, measure_counts(&m));
		if (!options->quiet)
			tell_part(&s.found);
	}
	measure_free(&m);
	session_free(&s);
	return code;
}

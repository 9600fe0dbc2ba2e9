/* SPDX-License-Identifier: MIT */
/* cmd_bench.c - `gatemark bench`: every chosen variant on every problem of a list, judged there, then timed. */
#include <stdlib.h>

#include "measure.h"

static int bench(const cli_options *options, const contestants *r, const shape_list *list, const char *name,
                 const char *path)
{
	session s;
	measured m = {0};
	int code = session_begin(&s, options, path, NULL, NULL);
	if (code != CLI_OK)
		return code;
	code = measure(&s, r, list, name, options->quick, &m);
	if (m.summary.problems > 0)
		measure_print(&m, s.text);
	if (!options->quiet)
		measure_notes(&m, stderr, "note: ");
	if (!options->quiet && !path)
		fputs("note: nothing is kept: --out DIR or --json=F keeps the figures, for choose and report\n", stderr);
	const run_counts counts = measure_counts(&m);
	code = session_end(&s, code, &counts);
	measure_free(&m);
	return code;
}

int cmd_bench(const cli_options *options)
{
	contestants r = {0};
	shape_list list = {0};
	const char *name;
	char *path = NULL;
	int code = measure_allowed();
	if (code == CLI_OK)
		code = contestants_load(options, CONTESTANTS_BESIDE, &r);
	if (code == CLI_OK)
		code = measure_shapes(options, &list, &name);
	if (code == CLI_OK)
		code = session_path(options, &path);
	if (code == CLI_OK)
		code = bench(options, &r, &list, name, path);
	free(path);
	shapes_free(&list);
	contestants_free(&r);
	return code;
}

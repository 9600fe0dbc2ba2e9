/* SPDX-License-Identifier: MIT */
/* cmd_check.c - `gatemark check`: every chosen variant on every chosen case, and the table of what came of it. */
#include <stdlib.h>

#include "conform.h"
#include "require.h"

static int check(const cli_options *options, const contestants *r, const case_list *cases, const char *path)
{
	session s;
	check_summary summary = {0};
	unsigned passes;
	int accuracy_class;
	int code = passes_of(options, &passes);
	if (code == CLI_OK)
		code = class_of(options, &accuracy_class);
	if (code == CLI_OK && options->digests && passes != (CHECK_FWD | CHECK_BWD))
		code = cli_usage(options, "--digests are of both passes: leave out --pass");
	if (code == CLI_OK)
		code = require_read(options, r);
	if (code == CLI_OK)
		code = session_begin(&s, options, path, cases->set->version, NULL);
	if (code != CLI_OK)
		return code;
	code = conform(&s, r, cases, passes, accuracy_class, options->junit, &summary);
	summary_print(&summary, s.text, passes, code);
	const run_counts counts = summary_counts(&summary);
	code = session_end(&s, code, &counts);
	summary_free(&summary);
	return code;
}

int cmd_check(const cli_options *options)
{
	contestants r = {0};
	case_list cases = {0};
	char *path = NULL;
	int code = contestants_load(options, CONTESTANTS_INSTEAD, &r);
	if (code == CLI_OK)
		code = cases_load(options, &cases);
	if (code == CLI_OK)
		code = session_path(options, &path);
	if (code == CLI_OK)
		code = check(options, &r, &cases, path);
	free(path);
	cases_free(&cases);
	contestants_free(&r);
	return code;
}

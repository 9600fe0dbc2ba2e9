/* SPDX-License-Identifier: MIT */
/* cmd_check.c - `gatemark check`: every chosen variant on every chosen case, and the table of what came of it. */
#include "conform.h"

int cmd_check(const cli_options *options)
{
	session s;
	check_summary summary = {0};
	int code = session_load(&s, options, SESSION_CASES);
	if (code == CLI_OK)
		code = session_begin(&s);
	if (code == CLI_OK && options->junit)
		code = conform_junit(&s, options->junit);
	if (code == CLI_OK) {
		code = conform(&s, &summary);
		code = session_end(&s, code, summary_counts(&summary));
		const verdict v = verdict_of_all(&s.found); // as it stands in the files, whatever comes from now on
		summary_print(&summary, &v);
		if (options->junit)
			code = cli_worse(code, conform_junit(&s, options->junit));
	}
	summary_free(&summary);
	session_free(&s);
	return code;
}

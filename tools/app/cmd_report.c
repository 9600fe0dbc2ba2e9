/* SPDX-License-Identifier: MIT */
/* cmd_report.c - `gatemark report [FILE..] [-o F] [--markdown=F] [--junit=F]`: results to one HTML page, to Markdown
 * and to JUnit.  Without any of these options the page is out/report.html; without files out/results.jsonl is read. */
#include <stdio.h>
#include <string.h>

#include "record/output.h"
#include "report/report.h"
#include "session.h"

static gm_status write_all(const evidence *e, const cli_options *options, const char *html, gm_error *error)
{
	if (html || options->markdown_file)
		GM_TRY(report_write(e, html, options->markdown_file, error));
	if (!options->junit)
		return GM_OK;
	if (e->check_count == 0)
		return gm_fail(error, GM_UNSUPPORTED, "no check record in %zu file(s)", e->files);
	return junit_write(options->junit, e, error);
}

int cmd_report(const cli_options *options)
{
	const char *html = options->output;
	evidence e = {0};
	gm_error error;
	if (!html && !options->markdown_file && !options->junit) {
		html = "out/report.html";
		if (output_folder("out", &error) != GM_OK)
			return cli_fail(CLI_NO_WRITE, "%s", error.message);
	}
	int code = session_evidence(options, &e);
	if (code == CLI_OK)
		code = cli_status(write_all(&e, options, html, &error), 0, &error);
	evidence_free(&e);
	if (code == CLI_OK && html && strcmp(html, "-") != 0 && !options->quiet)
		fprintf(stderr, "report: %s\n", html);
	return code;
}

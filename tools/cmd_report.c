/* SPDX-License-Identifier: MIT */
/* cmd_report.c - `gatemark report [FILE..] [-o F] [--markdown=F]`: results to one HTML page and to Markdown.  Without
 * either option the page is out/report.html; without files out/results.jsonl is read. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "output.h"
#include "report.h"

int cmd_report(const cli_options *options)
{
	static const char *const DEFAULT[] = {"out/results.jsonl"};
	const char *html = options->output;
	gm_error error;
	if (!html && !options->markdown_file) {
		html = "out/report.html";
		if (output_folder("out", &error) != GM_OK)
			return cli_fail(CLI_NO_WRITE, "%s", error.message);
	}
	int code = options->arg.count ? report_write((const char *const *)options->arg.text, options->arg.count, html,
	                                             options->markdown_file, &error)
	                              : report_write(DEFAULT, 1, html, options->markdown_file, &error);
	if (code != CLI_OK)
		return cli_fail(code, "%s", error.message);
	if (html && strcmp(html, "-") != 0 && !options->quiet)
		fprintf(stderr, "report: %s\n", html);
	return CLI_OK;
}

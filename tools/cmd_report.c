/* SPDX-License-Identifier: MIT */
/* cmd_report.c - `gatemark report [FILE..] [-o F] [--markdown=F] [--junit F]`: results to one HTML page, to Markdown,
 * to JUnit.  Without any of these the page is out/report.html; without files out/results.jsonl is read. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "record/output.h"
#include "report.h"

int cmd_report(const cli_options *options)
{
	static const char *const DEFAULT[] = {"out/results.jsonl"};
	const char *html = options->output;
	gm_error error;
	const char *const *path = options->arg.count ? (const char *const *)options->arg.text : DEFAULT;
	size_t count = options->arg.count ? options->arg.count : 1;
	if (!html && !options->markdown_file && !options->junit) {
		html = "out/report.html";
		if (output_folder("out", &error) != GM_OK)
			return cli_fail(CLI_NO_WRITE, "%s", error.message);
	}
	int code = CLI_OK;
	if (html || options->markdown_file)
		code = report_write(path, count, html, options->markdown_file, &error);
	if (code == CLI_OK && options->junit)
		code = report_junit(path, count, options->junit, &error);
	if (code != CLI_OK)
		return cli_fail(code, "%s", error.message);
	if (html && strcmp(html, "-") != 0 && !options->quiet)
		fprintf(stderr, "report: %s\n", html);
	return CLI_OK;
}

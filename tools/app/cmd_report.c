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
	return options->junit ? junit_write(options->junit, e, error) : GM_OK;
}

/* What the results amount to, on stderr, and as an exit code. */
static int judge(const evidence *e, const char *html, int quiet)
{
	static const int exit_of[VERDICT_WORDS] = {
		[VERDICT_PASS] = CLI_OK,       [VERDICT_FAIL] = CLI_WRONG, [VERDICT_STOPPED] = CLI_NOISY,
		[VERDICT_PARTIAL] = CLI_NOISY, [VERDICT_NONE] = CLI_NOISY, [VERDICT_SKIPPED] = CLI_SKIPPED};
	const verdict v = verdict_of_all(e);
	if (!quiet)
		fprintf(stderr, "report: %s%s%s%s%s\n", verdict_word_word(v.word), v.why[0] ? ": " : "", v.why,
		        html ? " -> " : "", html ? html : "");
	return exit_of[v.word];
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
	if (code == CLI_OK)
		code = judge(&e, html && strcmp(html, "-") != 0 ? html : NULL, options->quiet);
	evidence_free(&e);
	return code;
}

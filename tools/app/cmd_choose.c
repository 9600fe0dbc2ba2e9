/* SPDX-License-Identifier: MIT */
/* cmd_choose.c - `gatemark choose [FILE..]`: the variant to deploy for each problem of the result files, as a
 * table on stdout, as a choice file (-o) and as records (--json). */
#include <stdlib.h>
#include <string.h>

#include "choose_text.h"
#include "base/plural.h"
#include "session.h"

static int unknown_problem(const evidence *e, const names *asked, const gm_error *error)
{
	names problems = choose_problems(e, evidence_latest(e)->machine.fingerprint);
	int code = problems.count
	             ? cli_unknown("record of problem", choose_unanswered(asked, &problems), problems.name, problems.count)
	             : cli_fail(CLI_NOTHING, "%s", error->message);
	free(problems.name);
	return code;
}

/* One record of kind choice a problem. */
static int put_records(const choice_document *choice, const char *path)
{
	results *r;
	gm_error error;
	if (results_open(path, &r, &error) != GM_OK)
		return cli_fail(CLI_NO_WRITE, "%s", error.message);
	for (size_t i = 0; i < choice->domain_count; i++)
		results_put(r, RECORD_CHOICE, &choice->domain[i]);
	return cli_status(results_close(r, NULL, &error), CLI_NO_WRITE, &error);
}

/* Of a choice that was asked for. */
static int choice_asked(const choice_document *choice)
{
	const choice_entry *first;
	const size_t open = choose_open(choice, &first);
	if (open == 0)
		return CLI_OK;
	if (!first->chosen[0])
		return cli_fail(CLI_NOISY, "%zu of %zu %s, first %s: no variant was judged and timed", open,
		                choice->domain_count,
		                plural((double)choice->domain_count, "problem is open", "problems are open"), first->problem);
	return cli_fail(CLI_NOISY, "%zu of %zu %s, first %s: %s %s, slower than another by %.*f %% at most", open,
	                choice->domain_count, plural((double)choice->domain_count, "problem is open", "problems are open"),
	                first->problem, first->chosen,
	                first->comparison == TIME_UNDECIDED ? "is undecided" : "rests on blocks that lost time to others",
	                first->regret < 0.0995, 100 * first->regret);
}

static int show(const choice_document *choice, const cli_options *options)
{
	gm_error error;
	int code = CLI_OK, text_is_data = options->output && strcmp(options->output, "-") == 0;
	for (size_t i = 0; i < choice->notes_count && !options->quiet; i++)
		fprintf(stderr, "note: %s\n", choice->notes[i]);
	if (options->json) {
		code = put_records(choice, options->json);
		text_is_data |= strcmp(options->json, "-") == 0;
	}
	if (!text_is_data && choice->domain_count > 0)
		choose_print(stdout, choice);
	if (choose_chosen(choice) == 0)
		return cli_worse(code, cli_fail(CLI_NOTHING, "no problem has a variant that was judged and timed"));
	if (options->decided || options->problem.count > 0)
		code = cli_worse(code, choice_asked(choice));
	if (options->output)
		code = cli_worse(code, cli_status(choose_write(choice, options->output, &error), CLI_NO_WRITE, &error));
	return code;
}

static int choose(const evidence *e, const cli_options *options)
{
	const names asked = {(const char **)options->problem.text, options->problem.count, 0};
	choice_document choice;
	gm_error error;
	gm_status status = choose_decide(e, &asked, &choice, &error);
	if (status == GM_BAD_ARGUMENT)
		return unknown_problem(e, &asked, &error);
	if (status != GM_OK)
		return cli_status(status, 0, &error);
	int code = show(&choice, options);
	choice_document_free(&choice);
	return code;
}

int cmd_choose(const cli_options *options)
{
	evidence e = {0};
	int code = session_evidence(options, &e);
	if (e.torn && !options->quiet)
		fprintf(stderr, "note: %zu %s cut off in the last line, which was left out\n", e.torn,
		        plural((double)e.torn, "file was", "files were"));
	if (code == CLI_OK)
		code = choose(&e, options);
	evidence_free(&e);
	return code;
}

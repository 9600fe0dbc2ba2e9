/* SPDX-License-Identifier: MIT */
/* cmd_choose.c - `gatemark choose [FILE..]`: the variant to deploy for each problem of the result files, as a
 * table on stdout, as a choice file (-o) and as records (--json). */
#include <stdlib.h>
#include <string.h>

#include "choose.h"
#include "cli.h"
#include "output.h"
#include "plural.h"
#include "results.h"

static int unknown_problem(const evidence *e, const choose_options *options, const gm_error *error)
{
	const json_t *latest = evidence_latest(e);
	json_t *problems = choose_problems(e, results_text(json_object_get(latest, "machine"), "fingerprint"));
	size_t count = json_array_size(problems);
	const char **name = calloc(count + 1, sizeof *name);
	int code = CLI_USAGE;
	for (size_t i = 0; name && i < count; i++)
		name[i] = json_string_value(json_array_get(problems, i));
	if (name && count)
		cli_unknown("record of problem", choose_unanswered(options, problems), name, count);
	else
		code = cli_fail(count ? CLI_USAGE : CLI_NOTHING, "%s", error->message);
	free(name);
	json_decref(problems);
	return code;
}

/* One record of kind choice a problem. */
static int put_records(const json_t *choice, const char *path)
{
	results *r;
	gm_error error;
	int broken_pipe = 0;
	json_t *entry;
	size_t i;
	if (results_open(path, &r, &error) != GM_OK)
		return cli_fail(CLI_NO_WRITE, "%s", error.message);
	json_array_foreach(json_object_get(choice, "domain"), i, entry) {
		json_t *record = results_record("choice");
		json_object_update(record, entry);
		results_put_json(r, record);
	}
	if (results_close(r, &broken_pipe, &error) != GM_OK)
		return cli_fail(CLI_NO_WRITE, "%s", error.message);
	return CLI_OK;
}

static int write_file(const json_t *choice, const char *path)
{
	gm_error error;
	gm_status status = choose_write(choice, path, &error);
	return status == GM_OK ? CLI_OK : cli_fail(status == GM_IO ? CLI_NO_WRITE : CLI_INTERNAL, "%s", error.message);
}

static int show(const json_t *choice, const cli_options *options)
{
	int code = choose_exit(choice), text_is_data = options->output && strcmp(options->output, "-") == 0;
	json_t *note;
	size_t i;
	if (!options->quiet)
		json_array_foreach(json_object_get(choice, "notes"), i, note)
			fprintf(stderr, "note: %s\n", json_string_value(note));
	if (options->json) {
		code = cli_worse(code, put_records(choice, options->json));
		text_is_data |= strcmp(options->json, "-") == 0;
	}
	if (!text_is_data && json_array_size(json_object_get(choice, "domain")))
		choose_print(stdout, choice);
	if (choose_exit(choice) == CLI_NOTHING)
		return cli_worse(code, cli_fail(CLI_NOTHING, "no problem has a variant that was judged and timed"));
	return options->output ? cli_worse(code, write_file(choice, options->output)) : code;
}

int cmd_choose(const cli_options *options)
{
	static const char *const DEFAULT[] = {"out/results.jsonl"};
	choose_options what = {(const char *const *)options->problem.text, options->problem.count, NULL};
	evidence *e;
	json_t *choice = NULL;
	gm_error error;
	gm_status status = options->arg.count
	                     ? evidence_load((const char *const *)options->arg.text, options->arg.count, &e, &error)
	                     : evidence_load(DEFAULT, 1, &e, &error);
	if (status != GM_OK)
		return cli_fail(status == GM_NO_MEMORY ? CLI_INTERNAL : CLI_REFUSED, "%s", error.message);
	if (e->torn && !options->quiet)
		fprintf(stderr, "note: %zu %s cut off in the last line, which was left out\n", e->torn,
		        plural((double)e->torn, "file was", "files were"));
	status = choose_decide(e, &what, &choice, &error);
	int code = status == GM_OK                            ? show(choice, options)
	         : status == GM_BAD_ARGUMENT && what.problems ? unknown_problem(e, &what, &error)
	                                                      : cli_fail(cli_exit_of(status), "%s", error.message);
	json_decref(choice);
	evidence_destroy(e);
	return code;
}

/* SPDX-License-Identifier: MIT */
/* report_junit.c - the check results of result files as JUnit. */
#include <stdlib.h>

#include "cli.h"
#include "junit.h"
#include "report.h"
#include "record/results.h"

static gm_status write_results(const evidence *e, const char *path, gm_error *error)
{
	check_result *results = NULL;
	run_begin *runs = NULL;
	size_t result_count = 0, run_count = 0, i;
	json_t *json;
	const char *id;
	gm_status status = GM_OK;
	json_object_foreach(e->runs, id, json) {
		run_begin *run = record_grow(&runs, &run_count, sizeof *run);
		status = run ? record_from_json(&run_begin_type, json, run, error) : GM_NO_MEMORY;
		if (status != GM_OK)
			break;
	}
	json_array_foreach(e->check, i, json) {
		check_result *r = status == GM_OK ? record_grow(&results, &result_count, sizeof *r) : NULL;
		status = r ? record_from_json(&check_result_type, json, r, error) : status != GM_OK ? status : GM_NO_MEMORY;
	}
	if (status == GM_OK)
		status = junit_write(path, results, result_count, runs, run_count, error);
	for (i = 0; i < result_count; i++)
		check_result_free(&results[i]);
	for (i = 0; i < run_count; i++)
		run_begin_free(&runs[i]);
	free(results);
	free(runs);
	return status;
}

int report_junit(const char *const *path, size_t count, const char *junit, gm_error *error)
{
	evidence *e;
	gm_status status = evidence_load(path, count, &e, error);
	if (status != GM_OK)
		return status == GM_NO_MEMORY ? CLI_INTERNAL : CLI_REFUSED;
	if (json_array_size(e->check) == 0)
		status = gm_fail(error, GM_UNSUPPORTED, "no check record in %zu file(s)", e->files);
	else
		status = write_results(e, junit, error);
	evidence_destroy(e);
	return status == GM_OK          ? CLI_OK
	     : status == GM_UNSUPPORTED ? CLI_NOTHING
	     : status == GM_BAD_FIXTURE ? CLI_REFUSED
	     : status == GM_IO          ? CLI_NO_WRITE
	                                : CLI_INTERNAL;
}

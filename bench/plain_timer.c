/* SPDX-License-Identifier: MIT */
/* plain_timer.c - gbench_shim.h without Google Benchmark: the same order, counts and times, in plain C, for programs
 * that carry nothing else.  It knows no flag. */
#include "gbench_shim.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct timer_entry {
	char *name;
	size_t number, iterations;
	gbench_block *block;
	void *context;
} timer_entry;

struct gbench {
	timer_entry *entry;
	size_t count, room;
};

gm_status gbench_create(char *const *flags, size_t flag_count, gbench **bench, gm_error *error)
{
	if (flag_count > 0)
		return gm_fail(error, GM_BAD_ARGUMENT, "%s: Google Benchmark is not part of this build", flags[0]);
	*bench = calloc(1, sizeof **bench);
	return *bench ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for a timer");
}

static gm_status make_room(gbench *bench, gm_error *error)
{
	if (bench->count < bench->room)
		return GM_OK;
	const size_t room = bench->room ? 2 * bench->room : 64;
	timer_entry *grown = realloc(bench->entry, room * sizeof *grown);
	if (!grown)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu timed entries", room);
	bench->entry = grown;
	bench->room = room;
	return GM_OK;
}

gm_status gbench_add(gbench *bench, const char *name, size_t entry, size_t iterations, gbench_block *block,
                     void *context, gm_error *error)
{
	if (iterations == 0)
		return gm_fail(error, GM_BAD_ARGUMENT, "entry %s has no iterations", name);
	for (size_t i = 0; i < bench->count; i++)
		if (strcmp(bench->entry[i].name, name) == 0)
			return gm_fail(error, GM_BAD_ARGUMENT, "entry %s is given twice", name);
	GM_TRY(make_room(bench, error));
	char *copy = strdup(name);
	if (!copy)
		return gm_fail(error, GM_NO_MEMORY, "no memory for the name of an entry");
	bench->entry[bench->count++] = (timer_entry){copy, entry, iterations, block, context};
	return GM_OK;
}

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static gm_status run_entry(const timer_entry *e, gbench_report *report, void *context, gm_error *error)
{
	char message[128] = "";
	double *seconds = calloc(e->iterations, sizeof *seconds), sum = 0;
	if (!seconds)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu times", e->iterations);
	const double before = cpu_seconds();
	const int failed = e->block(e->context, e->number, e->iterations, seconds, message);
	const double used = cpu_seconds() - before;
	for (size_t i = 0; !failed && i < e->iterations; i++)
		sum += seconds[i];
	free(seconds);
	report(context, &(gbench_result){.name = e->name,
	                                 .entry = e->number,
	                                 .iterations = failed ? 0 : e->iterations,
	                                 .seconds = sum,
	                                 .cpu_seconds = used,
	                                 .failure = !failed    ? NULL
	                                          : message[0] ? message
	                                                       : "failed without a message"});
	return GM_OK;
}

static void forget(gbench *bench)
{
	for (size_t i = 0; i < bench->count; i++)
		free(bench->entry[i].name);
	bench->count = 0;
}

gm_status gbench_run(gbench *bench, gbench_report *report, void *context, size_t *ran, gm_error *error)
{
	gm_status status = GM_OK;
	for (*ran = 0; status == GM_OK && *ran < bench->count; (*ran)++)
		status = run_entry(&bench->entry[*ran], report, context, error);
	forget(bench);
	return status;
}

gm_status gbench_destroy(gbench *bench, gm_error *error)
{
	(void)error;
	if (bench) {
		forget(bench);
		free(bench->entry);
		free(bench);
	}
	return GM_OK;
}

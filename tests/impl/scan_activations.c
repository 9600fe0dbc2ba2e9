/* SPDX-License-Identifier: MIT */
/* scan_activations.c - tanh, sigmoid and exp of every row of variants.def that runs here, over all 2^32 floats or an
 * even sample of every exponent: error against double, order of neighbours, symmetry, limits, NaNs, and the same bits
 * from every ISA of one arithmetic (measures: scan_judge.h).  Prints the tables of reference/ACTIVATIONS.md and
 * compares them with it.  --self-test plants faults and wants each of them found.
 * Exit: 0 as documented, 1 not so, 2 usage, 70 no memory or threads. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/isa.h"
#include "gatemark/variant.h"
#include "isa/host/host.h"
#include "scan_judge.h"
#include "scan_table.h"

#define VARIANT(name, isa, strategy, activation, ...) extern const scan_kernel scan_##isa##_##activation;
#include "variants/variants.def"
#undef VARIANT
extern const scan_kernel scan_faulty;

static const struct {
	const char *isa, *activation;
	const scan_kernel *kernel;
	uint64_t needs;
	int canonical;
} kernels[] = {
#define VARIANT(name, isa, strategy, activation, weights, rounding, class) \
	{#isa, #activation, &scan_##isa##_##activation, ISA_NEEDS_##isa, rounding == GM_CANONICAL},
#include "variants/variants.def"
#undef VARIANT
};

enum { GROUPS = SCAN_ROWS / SCAN_FUNCTIONS, JOBS = 64 };

typedef struct scan_groups {
	scan_group group[GROUPS];
	size_t count;
} scan_groups;

typedef scan_found scan_result[GROUPS][SCAN_FUNCTIONS];

/* One scan, shared by its threads. */
typedef struct scan_run {
	const scan_groups *groups;
	uint32_t stride;
	int quiet;
	time_t begin;
	atomic_uint next_unit;
	pthread_mutex_t lock;
	time_t said; /* under lock, from here on */
	unsigned done;
	scan_result *result;
	int failed;
} scan_run;

typedef struct scan_options {
	long stride, jobs;
	const char *documented;
	int self_test;
} scan_options;

static void add_kernel(scan_groups *groups, size_t k)
{
	const char *arithmetic = kernels[k].canonical ? "canonical" : kernels[k].isa;
	scan_group *group = groups->group;
	scan_group *end = group + groups->count;

	while (group < end && (strcmp(group->arithmetic, arithmetic) || strcmp(group->activation, kernels[k].activation)))
		group++;
	if (group == groups->group + GROUPS)
		return;
	if (group == end) {
		*group = (scan_group){.arithmetic = arithmetic, .activation = kernels[k].activation};
		groups->count++;
	}
	for (size_t i = 0; i < group->kernels; i++)
		if (group->kernel[i] == kernels[k].kernel)
			return;
	if (group->kernels == SCAN_KERNELS)
		return;
	group->isa[group->kernels] = kernels[k].isa;
	group->kernel[group->kernels++] = kernels[k].kernel;
}

/* What runs here; says on standard error what does not. */
static void collect(scan_groups *groups)
{
	uint64_t features = host_cpu_features();

	groups->count = 0;
	for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
		if (!kernels[k].kernel->evaluate[0])
			fprintf(stderr, "scan: %s %s is not part of this build\n", kernels[k].isa, kernels[k].activation);
		else if (kernels[k].needs & ~features)
			fprintf(stderr, "scan: %s %s does not run on this CPU\n", kernels[k].isa, kernels[k].activation);
		else
			add_kernel(groups, k);
	}
}

static void finish_unit(scan_run *run)
{
	time_t now = time(NULL);

	pthread_mutex_lock(&run->lock);
	run->done++;
	if (!run->quiet && now >= run->said + 5) {
		fprintf(stderr, "scan: %3u %% after %ld s\n", run->done * 100 / SCAN_UNITS, (long)(now - run->begin));
		run->said = now;
	}
	pthread_mutex_unlock(&run->lock);
}

static void *scan_thread(void *argument)
{
	scan_run *run = argument;
	scan_chunk *chunk = calloc(1, sizeof *chunk);
	scan_result *own = calloc(1, sizeof *own);
	uint64_t mode = host_fp_enter(GM_DENORMALS_KEEP);
	unsigned unit;

	while (chunk && own && (unit = atomic_fetch_add(&run->next_unit, 1)) < SCAN_UNITS) {
		scan_unit(unit, run->stride, run->groups->group, run->groups->count, *own, chunk);
		finish_unit(run);
	}
	host_fp_leave(mode);
	pthread_mutex_lock(&run->lock);
	run->failed |= !chunk || !own;
	for (size_t g = 0; own && g < run->groups->count; g++)
		for (int f = 0; f < SCAN_FUNCTIONS; f++)
			scan_merge(&(*run->result)[g][f], &(*own)[g][f]);
	pthread_mutex_unlock(&run->lock);
	free(own);
	free(chunk);
	return NULL;
}

/* 0, or -1 without memory or threads. */
static int scan(const scan_groups *groups, uint32_t stride, long jobs, int quiet, scan_result *result)
{
	scan_run run = {.groups = groups,
	                .stride = stride,
	                .quiet = quiet,
	                .begin = time(NULL),
	                .said = time(NULL),
	                .result = result,
	                .lock = PTHREAD_MUTEX_INITIALIZER};
	pthread_t threads[JOBS];
	long started = 0;

	memset(result, 0, sizeof *result);
	while (started < jobs && pthread_create(&threads[started], NULL, scan_thread, &run) == 0)
		started++;
	for (long t = 0; t < started; t++)
		pthread_join(threads[t], NULL);
	return started == 0 || run.failed ? -1 : 0;
}

/* What no table shows: NaNs that became numbers, and ISAs that differ. */
static unsigned judge_unlisted(const scan_group *group, const scan_found *found, const char *function, FILE *out)
{
	if (found->nan_lost)
		fprintf(out, "scan: %s %s %s: %" PRIu64 " NaNs gave a number, one is 0x%08" PRIx32 "\n", group->arithmetic,
		        group->activation, function, found->nan_lost, found->nan_at);
	if (found->differ)
		fprintf(out, "scan: %s %s %s: %" PRIu64 " results differ between ISAs, one is %s against %s at %a\n",
		        group->arithmetic, group->activation, function, found->differ, found->differ_isa, group->isa[0],
		        scan_float(found->differ_at));
	return (found->nan_lost ? 1u << SCAN_NAN : 0) | (found->differ ? 1u << SCAN_BITS : 0);
}

/* Judges one scan: fills the table, compares it; returns kinds. */
static unsigned evaluate(const scan_groups *groups, const scan_result *result, const scan_result *sample, int all,
                         const scan_table *documented, scan_table *table, FILE *out)
{
	unsigned kinds = 0;

	memset(table, 0, sizeof *table);
	for (size_t g = 0; g < groups->count; g++) {
		const char *sleef = groups->group[g].kernel[0]->sleef;

		if (*sleef)
			snprintf(table->sleef, SCAN_CELL, "%s", sleef);
		for (int f = 0; f < SCAN_FUNCTIONS; f++) {
			const scan_found *found = &(*result)[g][f];

			scan_row_fill(&table->row[table->rows++], &groups->group[g], (enum scan_function)f, found, all,
			              sample ? (*sample)[g][f].hash : 0);
			kinds |= judge_unlisted(&groups->group[g], found, scan_function_names[f], out);
		}
	}
	return kinds | (documented ? scan_table_compare(table, documented, all, out) : 0);
}

/* Every fault in turn, in a copy of scalar poly: none of them with no fault, else the kind it stands for. */
static int self_test(const scan_table *documented, long jobs)
{
#define SCAN_FAULT(name, finds) {#name, 1u << (finds)},
	static const struct {
		const char *name;
		unsigned finds;
	} faults[] = {{"none", 0}, SCAN_FAULTS(SCAN_FAULT)};
#undef SCAN_FAULT
	const scan_groups groups = {{{"scalar", "poly", {"faulty"}, {&scan_faulty}, 1}}, 1};
	static scan_result result;
	static scan_table table;
	int failed = 0;

	for (int f = 0; f < SCAN_FAULT_COUNT; f++) {
		unsigned kinds;

		scan_fault = (enum scan_fault)f;
		if (scan(&groups, SCAN_SAMPLE, jobs, 1, &result) != 0)
			return 70;
		printf("fault: %s\n", faults[f].name);
		kinds = evaluate(&groups, &result, &result, 0, documented, &table, stdout);
		if (faults[f].finds ? !(kinds & faults[f].finds) : kinds) {
			printf("self-test: %s was not judged rightly\n", faults[f].name);
			failed++;
		}
	}
	printf("self-test: %d faults planted, %d judged wrongly\n", SCAN_FAULT_COUNT - 1, failed);
	return failed > 0;
}

/* Documented worst arguments give the documented errors; returns how many do not. */
static int reproduce(const scan_groups *groups, const scan_table *table, const scan_table *documented)
{
	static scan_chunk chunk;
	int failed = 0;

	for (size_t r = 0; r < documented->rows; r++)
		for (size_t i = 0; i < table->rows; i++) {
			const scan_row *row = &documented->row[r];
			const scan_group *group = &groups->group[i / SCAN_FUNCTIONS];

			if (memcmp(row->key, table->row[i].key, sizeof row->key) != 0 ||
			    (!strcmp(row->key[1], "u10") && strcmp(documented->sleef, table->sleef)) ||
			    scan_row_reproduced(row, group, (enum scan_function)(i % SCAN_FUNCTIONS), &chunk))
				continue;
			printf("scan: %s %s %s: the documented worst argument gives another error\n", row->key[0], row->key[1],
			       row->key[2]);
			failed++;
		}
	return failed;
}

static int scan_all(const scan_options *options, const scan_table *documented)
{
	static scan_groups groups;
	static scan_result result, sample;
	static scan_table table;
	const scan_result *hashed; /* of the sample SCAN_SAMPLE */
	int all = options->stride == 1;
	unsigned kinds;
	int failed;

	collect(&groups);
	if (scan(&groups, (uint32_t)options->stride, options->jobs, 0, &result) != 0 ||
	    (all && scan(&groups, SCAN_SAMPLE, options->jobs, 1, &sample) != 0)) {
		fputs("scan: no memory or threads\n", stderr);
		return 70;
	}
	hashed = all ? &sample : options->stride == SCAN_SAMPLE ? &result : NULL;
	kinds = evaluate(&groups, &result, hashed, all, documented, &table, stdout);
	failed = documented ? reproduce(&groups, &table, documented) : 0;
	scan_table_print(&table, documented, stdout);
	for (size_t g = 0; g < groups.count; g++) {
		printf("%s %s:", groups.group[g].arithmetic, groups.group[g].activation);
		for (size_t k = 0; k < groups.group[g].kernels; k++)
			printf(" %s", groups.group[g].isa[k]);
		puts("");
	}
	printf("scan: %s, SLEEF %s: %s\n", all ? "all arguments" : "a sample", *table.sleef ? table.sleef : "absent",
	       kinds || failed ? "NOT as documented"
	       : documented    ? "as documented"
	                       : "not compared");
	return kinds || failed;
}

static const char usage[] =
	"Usage: scan_activations [--sample N] [--jobs N] [--documented FILE] [--self-test]\n"
	"\n"
	"  --sample N         every N-th argument and its neighbour, in every exponent; 1, all, is the default\n"
	"  --jobs N           threads; the default is one a processor\n"
	"  --documented FILE  compare with the tables of reference/ACTIVATIONS.md\n"
	"  --self-test        plant faults, on the sample 1021, and want them found\n"
	"\n"
	"Exit: 0 as documented, 1 not so, 2 usage, 70 no memory or threads.\n";

static int number(const char *text, long highest, long *value)
{
	char *end;

	*value = text ? strtol(text, &end, 10) : 0;
	return text && *end == '\0' && *value >= 1 && *value <= highest;
}

/* -1, or the exit code. */
static int take_options(int argc, char **argv, scan_options *options)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		int good = 1;

		if (!strcmp(word, "--self-test"))
			options->self_test = 1;
		else if (!strcmp(word, "--documented"))
			good = (options->documented = argv[++i]) != NULL;
		else if (!strcmp(word, "--sample"))
			good = number(argv[++i], SCAN_UNIT, &options->stride);
		else if (!strcmp(word, "--jobs"))
			good = number(argv[++i], JOBS, &options->jobs);
		else if (!strcmp(word, "-h") || !strcmp(word, "--help"))
			return fputs(usage, stdout) < 0;
		else
			good = 0;
		if (!good)
			return fputs(usage, stderr), 2;
	}
	return -1;
}

int main(int argc, char **argv)
{
	static scan_table documented;
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	scan_options options = {.stride = 1, .jobs = online < 1 ? 1 : online > JOBS ? JOBS : online};
	int code = take_options(argc, argv, &options);

	if (code >= 0)
		return code;
	if (options.self_test && !options.documented)
		return fputs(usage, stderr), 2;
	if (options.documented && scan_table_read(&documented, options.documented) != 0) {
		fprintf(stderr, "scan: no tables in %s\n", options.documented);
		return 2;
	}
	if (options.self_test)
		return self_test(&documented, options.jobs);
	return scan_all(&options, options.documented ? &documented : NULL);
}

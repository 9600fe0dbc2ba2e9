/* SPDX-License-Identifier: MIT */
/* test_gbench.c - Google Benchmark through its C shim: order of registration, exact iteration counts and manual times
 * handed back in memory, failures reported, its file of JSON as its own tools read it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gbench_shim.h"

typedef struct log_book {
	size_t called[32], calls, iterations[32];
	gbench_result result[32];
	char failure[32][64], name[32][128];
	size_t results, failing;
} log_book;

static int block(void *context, size_t entry, size_t iterations, double *seconds, char message[128])
{
	log_book *log = context;
	log->iterations[log->calls] = iterations;
	log->called[log->calls++] = entry;
	if (entry == log->failing) {
		snprintf(message, 128, "entry %zu broke off", entry);
		return 1;
	}
	for (size_t i = 0; i < iterations; i++)
		seconds[i] = 0.001 * (double)(entry + 1) + 0.01 * (double)i;
	return 0;
}

static void report(void *context, const gbench_result *result)
{
	log_book *log = context;
	log->result[log->results] = *result;
	snprintf(log->failure[log->results], 64, "%s", result->failure ? result->failure : "");
	snprintf(log->name[log->results++], 128, "%s", result->name);
}

static gbench *create(char *const *flags, size_t count)
{
	gbench *bench = NULL;
	gm_error error = {0};
	if (gbench_create(flags, count, &bench, &error) != GM_OK)
		fail_msg("%s", error.message);
	return bench;
}

static void add(gbench *bench, log_book *log, size_t entry, size_t iterations)
{
	char name[64];
	gm_error error = {0};
	snprintf(name, sizeof name, "problem/variant%zu", entry);
	if (gbench_add(bench, name, entry, iterations, block, log, &error) != GM_OK)
		fail_msg("%s", error.message);
}

static size_t run(gbench *bench, log_book *log)
{
	size_t ran = 99;
	gm_error error = {0};
	if (gbench_run(bench, report, log, &ran, &error) != GM_OK)
		fail_msg("%s", error.message);
	return ran;
}

static void order_counts_and_times_come_back(void **state)
{
	(void)state;
	static const size_t order[] = {7, 2, 9, 0, 4};
	log_book log = {.failing = 99};
	gbench *bench = create(NULL, 0);
	for (size_t i = 0; i < 5; i++)
		add(bench, &log, order[i], i + 1);
	assert_int_equal(run(bench, &log), 5);
	for (size_t i = 0; i < 5; i++) {
		const gbench_result *x = &log.result[i];
		const double n = (double)(i + 1), want = 0.001 * (double)(order[i] + 1) * n + 0.01 * n * (n - 1) / 2;
		assert_int_equal(log.called[i], order[i]);
		assert_int_equal(log.iterations[i], i + 1);
		assert_int_equal(x->entry, order[i]);
		assert_int_equal(x->iterations, i + 1);
		assert_true(fabs(x->seconds - want) < 1e-12);
		assert_true(x->cpu_seconds >= 0);
		assert_string_equal(log.failure[i], "");
	}
	assert_non_null(strstr(log.name[0], "problem/variant7/iterations:1/manual_time"));
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
}

static void runs_are_forgotten_once_run(void **state)
{
	(void)state;
	log_book log = {.failing = 99};
	gbench *bench = create(NULL, 0);
	add(bench, &log, 1, 2);
	assert_int_equal(run(bench, &log), 1);
	add(bench, &log, 1, 2); // the same name again
	assert_int_equal(run(bench, &log), 1);
	assert_int_equal(log.calls, 2);
	assert_int_equal(run(bench, &log), 0);
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
}

static void failure_is_reported_and_the_rest_runs(void **state)
{
	(void)state;
	log_book log = {.failing = 1};
	gbench *bench = create(NULL, 0);
	for (size_t i = 0; i < 3; i++)
		add(bench, &log, i, 2);
	assert_int_equal(run(bench, &log), 3);
	assert_string_equal(log.failure[0], "");
	assert_string_equal(log.failure[1], "entry 1 broke off");
	assert_string_equal(log.failure[2], "");
	assert_int_equal(log.calls, 3);
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
}

static void wrong_entries_are_refused(void **state)
{
	(void)state;
	log_book log = {.failing = 99};
	gm_error error = {0};
	gbench *bench = create(NULL, 0);
	add(bench, &log, 1, 1);
	assert_int_equal(gbench_add(bench, "problem/variant1", 2, 1, block, &log, &error), GM_BAD_ARGUMENT);
	assert_non_null(strstr(error.message, "twice"));
	assert_int_equal(gbench_add(bench, "other", 2, 0, block, &log, &error), GM_BAD_ARGUMENT);
	assert_int_equal(run(bench, &log), 1);
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
}

static void flags_reach_it_and_do_not_stay(void **state)
{
	(void)state;
	char *flags[] = {"--benchmark_filter=variant2", "--benchmark_repetitions=3"};
	log_book log = {.failing = 99};
	gbench *bench = create(flags, 2);
	add(bench, &log, 1, 1);
	add(bench, &log, 2, 1);
	assert_int_equal(run(bench, &log), 3); // three repetitions, no aggregates
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(log.result[i].entry, 2);
		assert_int_equal(log.result[i].repetition, i);
	}
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
	bench = create(NULL, 0);
	add(bench, &log, 1, 1);
	assert_int_equal(run(bench, &log), 1);
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
}

static size_t count_of(const char *text, const char *word)
{
	size_t n = 0;
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		n++;
	return n;
}

static void its_file_holds_all_runs_once(void **state)
{
	(void)state;
	char path[] = "/tmp/test_gbench_XXXXXX", flag[64], part[64], text[20000];
	const int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	snprintf(flag, sizeof flag, "--benchmark_out=%s", path);
	snprintf(part, sizeof part, "%s.part", path);
	char *flags[] = {flag, "--benchmark_out_format=json"};
	log_book log = {.failing = 99};
	gbench *bench = create(flags, 2);
	for (size_t i = 0; i < 3; i++) { // three runs, one file
		add(bench, &log, i, 2);
		assert_int_equal(run(bench, &log), 1);
	}
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	assert_int_equal(count_of(text, "\"context\""), 1);
	assert_int_equal(count_of(text, "\"benchmarks\""), 1);
	assert_int_equal(count_of(text, "\"run_type\": \"iteration\""), 3);
	assert_int_equal(count_of(text, "problem/variant2/"), 2); // name and run_name
	assert_true(text[0] == '{' && text[strlen(text) - 2] == '}');
	assert_int_not_equal(access(part, F_OK), 0);
	unlink(path);
}

static void its_file_is_valid_when_nothing_ran(void **state)
{
	(void)state;
	char path[] = "/tmp/test_gbench_XXXXXX", flag[64], text[200];
	const int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	snprintf(flag, sizeof flag, "--benchmark_out=%s", path);
	char *flags[] = {flag};
	assert_int_equal(gbench_destroy(create(flags, 1), NULL), GM_OK);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(text, "{\"context\": {}, \"benchmarks\": []}\n");
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_counts_and_times_come_back),      cmocka_unit_test(runs_are_forgotten_once_run),
		cmocka_unit_test(failure_is_reported_and_the_rest_runs), cmocka_unit_test(wrong_entries_are_refused),
		cmocka_unit_test(flags_reach_it_and_do_not_stay),        cmocka_unit_test(its_file_holds_all_runs_once),
		cmocka_unit_test(its_file_is_valid_when_nothing_ran),
	};
	return cmocka_run_group_tests_name("gbench", tests, NULL, NULL);
}

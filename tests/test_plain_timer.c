/* SPDX-License-Identifier: MIT */
/* test_plain_timer.c - the timer of bundles keeps the contract of gbench_shim.h: order, counts, sums, failures, what is
 * forgotten after a run, what is refused.  Google Benchmark's own side: test_gbench.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gbench_shim.h"

typedef struct log_book {
	size_t calls, results, entry[8];
	uint64_t iterations[8];
	double seconds[8];
	char failure[8][32], name[8][32];
} log_book;

enum { FAILING = 3 };

static int block(void *context, size_t entry, size_t iterations, double *seconds, char message[128])
{
	log_book *log = context;

	log->calls++;
	if (entry == FAILING)
		return snprintf(message, 128, "entry %zu broke off", entry);
	for (size_t i = 0; i < iterations; i++)
		seconds[i] = (double)(entry + 1) + 0.5 * (double)i;
	return 0;
}

static void report(void *context, const gbench_result *r)
{
	log_book *log = context;
	size_t k = log->results++;

	log->entry[k] = r->entry;
	log->iterations[k] = r->iterations;
	log->seconds[k] = r->seconds;
	assert_true(r->cpu_seconds >= 0 && r->repetition == 0);
	snprintf(log->name[k], 32, "%s", r->name);
	snprintf(log->failure[k], 32, "%s", r->failure ? r->failure : "");
}

static void order_counts_and_sums(void **state)
{
	log_book log = {0};
	gbench *bench;
	size_t ran = 99;

	(void)state;
	assert_int_equal(gbench_create(NULL, 0, &bench, NULL), GM_OK);
	assert_int_equal(gbench_add(bench, "b", 1, 3, block, &log, NULL), GM_OK);
	assert_int_equal(gbench_add(bench, "bad", FAILING, 2, block, &log, NULL), GM_OK);
	assert_int_equal(gbench_add(bench, "a", 0, 1, block, &log, NULL), GM_OK);
	assert_int_equal(gbench_run(bench, report, &log, &ran, NULL), GM_OK);
	assert_int_equal(ran, 3);
	assert_int_equal(log.results, 3);
	assert_true(log.entry[0] == 1 && log.entry[1] == FAILING && log.entry[2] == 0);
	assert_true(log.iterations[0] == 3 && log.iterations[2] == 1);
	assert_true(log.seconds[0] == 7.5 && log.seconds[1] == 0 && log.seconds[2] == 1);
	assert_string_equal(log.failure[1], "entry 3 broke off");
	assert_string_equal(log.failure[0], "");
	assert_string_equal(log.name[2], "a");
	assert_int_equal(gbench_run(bench, report, &log, &ran, NULL), GM_OK); /* forgotten */
	assert_int_equal(ran, 0);
	assert_int_equal(log.calls, 3);
	assert_int_equal(gbench_add(bench, "b", 1, 1, block, &log, NULL), GM_OK); /* and may come again */
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
}

static void many_entries(void **state)
{
	gbench *bench;
	log_book log = {0};
	char name[16];

	(void)state;
	assert_int_equal(gbench_create(NULL, 0, &bench, NULL), GM_OK);
	for (size_t i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "entry%zu", i);
		assert_int_equal(gbench_add(bench, name, i, 1, block, &log, NULL), GM_OK);
	}
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
	assert_int_equal(log.calls, 0);
}

static void refusals(void **state)
{
	char flag[] = "--benchmark_filter=x", *flags[] = {flag};
	gbench *bench = NULL;
	gm_error error = {0};

	(void)state;
	assert_int_equal(gbench_create(flags, 1, &bench, &error), GM_BAD_ARGUMENT);
	assert_non_null(strstr(error.message, flag));
	assert_int_equal(gbench_create(NULL, 0, &bench, NULL), GM_OK);
	assert_int_equal(gbench_add(bench, "a", 0, 0, block, NULL, &error), GM_BAD_ARGUMENT);
	assert_int_equal(gbench_add(bench, "a", 0, 1, block, NULL, NULL), GM_OK);
	assert_int_equal(gbench_add(bench, "a", 1, 1, block, NULL, &error), GM_BAD_ARGUMENT);
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
	assert_int_equal(gbench_destroy(NULL, NULL), GM_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_counts_and_sums),
		cmocka_unit_test(many_entries),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests_name("plain timer", tests, NULL, NULL);
}

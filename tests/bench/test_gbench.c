/* SPDX-License-Identifier: MIT */
/* test_gbench.c - gbench_shim.h: order of blocks, counts and times reported, failures, flags, rows of --benchmark_out.
 * With PLAIN_TIMER: the same of plain_timer.c, which knows no flag. */
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

#include "gbench/gbench_shim.h"

enum { MOST = 8, NONE = 99 };
typedef struct log_book {
	size_t measured[MOST], reported[MOST], measures, reports, failing; /* owners */
	double seconds[MOST][MOST];
	char failure[MOST][128];
} log_book;

static double room[3][MOST]; /* for the seconds of blocks */

static double seconds_of(const gbench_block *block, size_t sample)
{
	return 0.001 * (double)(block->owner + 1) + 0.01 * (double)(sample * sample);
}

static int measure(void *context, const gbench_block *block, char message[128])
{
	log_book *log = context;
	log->measured[log->measures++] = block->owner;
	if (block->owner == log->failing)
		return snprintf(message, 128, "block %zu broke off", block->owner);
	for (size_t i = 0; i < block->samples; i++)
		block->seconds[i] = seconds_of(block, i);
	return 0;
}

static void report(void *context, const gbench_block *block, const char *failure)
{
	log_book *log = context;
	log->reported[log->reports] = block->owner;
	if (failure)
		snprintf(log->failure[log->reports], 128, "%s", failure);
	else
		memcpy(log->seconds[log->reports], block->seconds, block->samples * sizeof *block->seconds);
	log->reports++;
}

static gbench *create(char *const *flags, size_t count)
{
	gbench *bench = NULL;
	gm_error error = {0};
	if (gbench_create(flags, count, &bench, &error) != GM_OK)
		fail_msg("%s", error.message);
	return bench;
}

static gm_status run(gbench *bench, log_book *log, const gbench_block *blocks, size_t count, gm_error *error)
{
	const gbench_client client = {measure, report, log};
	return gbench_run(bench, blocks, count, &client, error);
}

static void order_and_times_come_back(void **state)
{
	(void)state;
	static const gbench_block blocks[] = {
		{"p/b", 7, 0, 2, 1, 1, room[0]}, {"p/a", 2, 0, 2, 3, 4096, room[1]}, {"p/b", 7, 1, 2, 5, 10, room[2]}};
	log_book log = {.failing = NONE};
	gbench *bench = create(NULL, 0);
	assert_int_equal(run(bench, &log, blocks, 3, NULL), GM_OK);
	assert_true(log.measures == 3 && log.reports == 3);
	for (size_t b = 0; b < 3; b++) {
		assert_int_equal(log.measured[b], blocks[b].owner);
		assert_int_equal(log.reported[b], blocks[b].owner);
		assert_string_equal(log.failure[b], "");
		for (size_t i = 0; i < blocks[b].samples; i++)
			assert_true(log.seconds[b][i] == seconds_of(&blocks[b], i)); // to the bit
		assert_true(log.seconds[b][blocks[b].samples] == 0);
	}
	assert_int_equal(run(bench, &log, blocks, 1, NULL), GM_OK); // the former ones are forgotten
	assert_true(log.measures == 4 && log.reports == 4);
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
	assert_int_equal(gbench_destroy(NULL, NULL), GM_OK);
}

static void failure_is_reported_and_the_rest_runs(void **state)
{
	(void)state;
	static const gbench_block blocks[] = {
		{"a", 0, 0, 1, 2, 1, room[0]}, {"b", 1, 0, 1, 2, 1, room[1]}, {"c", 2, 0, 1, 2, 1, room[2]}};
	log_book log = {.failing = 1};
	gbench *bench = create(NULL, 0);
	assert_int_equal(run(bench, &log, blocks, 3, NULL), GM_OK);
	assert_true(log.measures == 3 && log.reports == 3);
	assert_string_equal(log.failure[0], "");
	assert_string_equal(log.failure[1], "block 1 broke off");
	assert_string_equal(log.failure[2], "");
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
}

#ifdef PLAIN_TIMER

static void flags_are_refused(void **state)
{
	(void)state;
	char flag[] = "--benchmark_filter=x", *flags[] = {flag};
	gbench *bench = NULL;
	gm_error error = {0};
	assert_int_equal(gbench_create(flags, 1, &bench, &error), GM_BAD_ARGUMENT);
	assert_non_null(strstr(error.message, flag));
}

#else

static void flags_reach_it_and_do_not_stay(void **state)
{
	(void)state;
	static const gbench_block blocks[] = {{"p/one", 1, 0, 1, 3, 1, room[0]}, {"p/two", 2, 0, 1, 3, 1, room[1]}};
	char *flags[] = {"--benchmark_filter=p/two", "--benchmark_repetitions=7", "--benchmark_min_time=3s",
	                 "--benchmark_report_aggregates_only=true"};
	log_book log = {.failing = NONE};
	gbench *bench = create(flags, 4);
	assert_int_equal(run(bench, &log, blocks, 2, NULL), GM_OK);
	assert_true(log.measures == 1 && log.reports == 1 && log.reported[0] == 2);
	assert_true(log.seconds[0][2] > 0.02);
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
	bench = create(NULL, 0);
	assert_int_equal(run(bench, &log, blocks, 2, NULL), GM_OK);
	assert_int_equal(log.reports, 3);
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
}

/* Also what Google Benchmark itself would end the program for. */
static void bad_flags_are_refused(void **state)
{
	(void)state;
	char *bad[] = {"--benchmark_nonsense",   "--benchmark_min_time=soon",     "--benchmark_format=xml",
	               "--benchmark_list_tests", "--benchmark_out_format=csv",    "--help",
	               "--benchmark_color=",     "--benchmark_time_unit=parsecs", "--benchmark_context=word"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		gbench *bench = NULL;
		gm_error error = {0};
		if (gbench_create(&bad[i], 1, &bench, &error) != GM_BAD_ARGUMENT || !strstr(error.message, bad[i]))
			fail_msg("%s is not refused: %s", bad[i], error.message);
	}
}

static void bad_filter_is_refused_when_it_is_used(void **state)
{
	(void)state;
	static const gbench_block block = {"a", 0, 0, 1, 1, 1, room[0]};
	char *flags[] = {"--benchmark_filter=*("};
	log_book log = {.failing = NONE};
	gm_error error = {0};
	gbench *bench = create(flags, 1);
	assert_int_equal(run(bench, &log, &block, 1, &error), GM_BAD_ARGUMENT);
	assert_non_null(strstr(error.message, "Could not compile"));
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
}

/* Runs `blocks` one by one, each a run of its own; text is what --benchmark_out then holds. */
static void file_of(const gbench_block *blocks, size_t count, size_t failing, size_t size, char *text)
{
	char path[] = "/tmp/test_gbench_XXXXXX", flag[64], part[64];
	const int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	snprintf(flag, sizeof flag, "--benchmark_out=%s", path);
	snprintf(part, sizeof part, "%s.part", path);
	char *flags[] = {flag, "--benchmark_out_format=json", "--benchmark_context=host=here"};
	log_book log = {.failing = failing};
	gbench *bench = create(flags, 3);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(run(bench, &log, &blocks[i], 1, NULL), GM_OK);
	assert_int_equal(gbench_destroy(bench, NULL), GM_OK);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	text[fread(text, 1, size - 1, f)] = '\0';
	fclose(f);
	assert_int_not_equal(access(part, F_OK), 0);
	unlink(path);
}

static size_t count_of(const char *text, const char *word)
{
	size_t n = 0;
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		n++;
	return n;
}

/* Samples of 4 calls, of 1, 11, 41, 91, 161 ms: the median is 41/4 ms a call, in ns. */
static void its_file_has_one_row_a_block(void **state)
{
	(void)state;
	static const gbench_block blocks[] = {
		{"p/a", 0, 0, 9, 5, 4, room[0]}, {"p/a", 0, 1, 9, 1, 4, room[1]}, {"p/b", 1, 0, 1, 5, 1, room[2]}};
	char text[8000];
	file_of(blocks, 3, 1, sizeof text, text); // p/b fails: no row
	assert_int_equal(count_of(text, "\"context\""), 1);
	assert_int_equal(count_of(text, "\"host\": \"here\""), 1);
	assert_int_equal(count_of(text, "\"benchmarks\""), 1);
	assert_int_equal(count_of(text, "\"name\": \"p/a\""), 2);
	assert_int_equal(count_of(text, "\"run_name\": \"p/a\""), 2);
	assert_int_equal(count_of(text, "\"name\""), 2);
	assert_int_equal(count_of(text, "\"run_type\": \"iteration\""), 2);
	assert_int_equal(count_of(text, "\"repetitions\": 9"), 2);
	assert_int_equal(count_of(text, "\"repetition_index\": 1"), 1);
	assert_true(fabs(strtod(strstr(text, "\"real_time\": ") + 13, NULL) / 10.25e6 - 1) < 1e-12);
	assert_int_equal(count_of(text, "\"time_unit\": \"ns\""), 2);
	assert_true(text[0] == '{' && text[strlen(text) - 2] == '}');
}

static void its_file_is_whole_when_nothing_ran(void **state)
{
	(void)state;
	char text[8000];
	file_of(NULL, 0, NONE, sizeof text, text);
	assert_non_null(strstr(text, "\"benchmarks\": [\n\n  ]\n}\n"));
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_and_times_come_back),
		cmocka_unit_test(failure_is_reported_and_the_rest_runs),
#ifdef PLAIN_TIMER
		cmocka_unit_test(flags_are_refused),
#else
		cmocka_unit_test(flags_reach_it_and_do_not_stay),
		cmocka_unit_test(bad_flags_are_refused),
		cmocka_unit_test(bad_filter_is_refused_when_it_is_used),
		cmocka_unit_test(its_file_has_one_row_a_block),
		cmocka_unit_test(its_file_is_whole_when_nothing_ran),
#endif
	};
	return cmocka_run_group_tests_name("gbench", tests, NULL, NULL);
}

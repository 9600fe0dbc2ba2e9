/* SPDX-License-Identifier: MIT */
/* test_race.c - the measuring protocol on made-up times (race_simulation.h): order, judging before timing, failures,
 * limits, flags.  Nothing here depends on the speed of the host.  Seeds are fixed, in the source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "race_simulation.h"

static gm_status refused(const race_options *options)
{
	race_summary summary;
	gm_error error = {0};
	const gm_status status = race_run(options, &summary, &error);
	assert_true(status == GM_OK || error.message[0]);
	return status;
}

/* ---- order ---- */

static void rows_are_a_latin_square(void **state)
{
	(void)state;
	for (size_t n = 1; n <= 9; n++) {
		size_t seen[9][9] = {{0}}, order[9];
		for (size_t row = 0; row < 3 * n; row++) {
			race_order(5, 1, 2, row, n, order);
			for (size_t place = 0; place < n; place++)
				seen[order[place]][place]++;
		}
		for (size_t i = 0; i < n; i++)
			for (size_t place = 0; place < n; place++)
				assert_int_equal(seen[i][place], 3);
	}
}

static void order_repeats_by_seed_and_differs_by_process(void **state)
{
	(void)state;
	size_t a[6], b[6], differing = 0;
	race_order(7, 0, 0, 0, 6, a);
	race_order(7, 0, 0, 0, 6, b);
	assert_memory_equal(a, b, sizeof a);
	for (size_t process = 1; process < 10; process++) {
		race_order(7, 0, process, 0, 6, b);
		differing += memcmp(a, b, sizeof a) != 0;
	}
	assert_true(differing >= 8);
}

/* The calls of a block of that contestant. */
static size_t calls_of_block(const bench_result *x)
{
	return x->samples / (x->blocks_ns_columns * x->processes) * x->calls_per_sample;
}

/* The blocks of a process in order, from the back: warm-up comes before them.  A block may take several messages. */
static size_t block_events(const simulation *s, size_t process, size_t wanted, sim_event *blocks)
{
	size_t n = 0, sum = 0;
	for (size_t i = s->events; i > 0 && n < wanted; i--) {
		const sim_event *e = &s->event[i - 1];
		if (e->kind != SIM_TIME || e->process != process)
			continue;
		if (sum > 0)
			assert_int_equal(e->index, blocks[n].index);
		blocks[n] = *e;
		sum += e->samples * e->calls;
		if (sum < calls_of_block(&s->result[e->index]))
			continue;
		assert_int_equal(sum, calls_of_block(&s->result[e->index]));
		sum = 0;
		n++;
	}
	return n;
}

static void check_blocks(const simulation *s, size_t process, size_t n, const bench_result *x)
{
	sim_event events[64];
	size_t seen[SIM_MOST][SIM_MOST] = {{0}};
	const size_t blocks = x->blocks_ns_columns * n;
	assert_int_equal(block_events(s, process, blocks, events), blocks);
	for (size_t i = 0; i < blocks; i++) {
		const sim_event *e = &events[blocks - 1 - i];
		seen[e->index][i % n]++;
	}
	for (size_t index = 0; index < n; index++)
		for (size_t place = 0; place < n; place++)
			assert_int_equal(seen[index][place], x->blocks_ns_columns / n);
}

static void blocks_run_in_the_square_as_long_of_each(void **state)
{
	(void)state;
	const double times[] = {300, 1000, 5000, 700, 900};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	simulation *s = sim_create(11, 5, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 5);
	run(&options);
	assert_int_equal(s->results, 5);
	for (size_t i = 0; i < 5; i++) {
		const bench_result *x = &s->result[i];
		assert_int_equal(x->status, RACE_TIMED);
		assert_int_equal(x->processes, 5);
		assert_int_equal(x->blocks_ns_columns, 5); // 6 rounded to whole squares of 5
		assert_true((double)x->calls_per_sample * times[i] >= 2000 && (double)x->calls_per_sample * times[i] < 10000);
		assert_true((double)calls_of_block(x) * times[i] <= 2.5e6 && (double)calls_of_block(x) * times[i] >= 1.25e6);
		assert_true(fabs(x->p50_ns / times[i] - 1) < 1e-9 && fabs(x->max_ns / times[i] - 1) < 1e-9);
		for (size_t process = 1; process <= x->processes; process++)
			check_blocks(s, process, 5, x);
	}
	sim_free(s);
}

/* ---- nothing is timed unjudged ---- */

static size_t count_events(const simulation *s, sim_kind kind, size_t index)
{
	size_t n = 0;
	for (size_t i = 0; i < s->events; i++)
		n += s->event[i].kind == kind && s->event[i].index == index;
	return n;
}

static void rejected_is_never_timed(void **state)
{
	(void)state;
	const double times[] = {1e5, 1, 1e5, 1e5, 1e5};
	static const race_status want[] = {RACE_TIMED, RACE_REJECTED, RACE_UNSUPPORTED, RACE_SKIPPED, RACE_FAILED};
	static const reason_code code[] = {reason_code_none, CODE_WRONG, CODE_UNSUPPORTED, CODE_NO_CPU, CODE_CRASHED};
	const gm_spec spec = spec_of("gru_T4_N1_I8_H8/train");
	simulation *s = sim_create(12, 5, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 5);
	s->verdict[1] = RACE_REJECTED;
	s->open_status[2] = GM_UNSUPPORTED;
	s->open_status[3] = GM_NO_CPU;
	s->open_status[4] = GM_CRASHED;
	const race_summary summary = run(&options);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(s->result[i].status, want[i]);
		assert_int_equal(s->result[i].code, code[i]);
		assert_int_equal(count_events(s, SIM_TIME, i) > 0, i == 0);
		assert_int_equal(count_events(s, SIM_JUDGE, i), i < 2);
		assert_int_equal(s->result[i].reason[0] != '\0', i > 0);
		assert_int_equal(s->result[i].blocks_ns != NULL, i == 0);
	}
	assert_string_equal(s->result[1].reason, "output[3] is wrong");
	assert_non_null(strstr(s->result[4].reason, "says no"));
	assert_true(s->result[0].ratio == 1 && s->result[0].ratio_low == 1 && s->result[0].ratio_high == 1);
	assert_true(summary.timed == 1 && summary.rejected == 1 && summary.unsupported == 1 && summary.skipped == 1 &&
	            summary.failed == 1);
	sim_free(s);
}

static void judged_before_the_first_time_and_then_forgotten(void **state)
{
	(void)state;
	const double times[] = {1e4, 2e4, 3e4};
	const gm_spec specs[] = {spec_of("lstm_T4_N1_I8_H8/fwd"), spec_of("gru_T4_N1_I8_H8/fwd")};
	simulation *s = sim_create(13, 3, times);
	race_source source;
	race_options options = sim_options(s, &source, specs, 2, 3);
	run(&options);
	size_t judged = 0, forgotten = 0;
	for (size_t i = 0; i < s->events; i++) {
		judged += s->event[i].kind == SIM_JUDGE;
		forgotten += s->event[i].kind == SIM_FORGET;
		if (s->event[i].kind == SIM_TIME)
			assert_int_equal(judged, 3 * (forgotten + 1)); // all of this problem, and of the others the last use said
	}
	assert_int_equal(judged, 6);
	assert_int_equal(forgotten, 2);
	sim_free(s);
}

static void race_without_judge_is_refused(void **state)
{
	(void)state;
	const double times[] = {1e4};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	simulation *s = sim_create(14, 1, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 1);
	options.judge = NULL;
	assert_int_equal(refused(&options), GM_BAD_ARGUMENT);
	assert_int_equal(s->events, 0);
	sim_free(s);
}

/* ---- failures and limits ---- */

static void crash_while_timed_fails_that_one_only(void **state)
{
	(void)state;
	const double times[] = {20000, 21000, 22000};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	simulation *s = sim_create(41, 3, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 3);
	s->crash_one = 0;
	s->crash_process = 2;
	run(&options);
	assert_int_equal(s->result[0].status, RACE_FAILED);
	assert_non_null(strstr(s->result[0].reason, "SIGSEGV in forward"));
	assert_int_equal(s->result[1].status, RACE_TIMED);
	assert_true(s->result[1].ratio == 1.0);
	assert_true(fabs(s->result[2].ratio - 22.0 / 21.0) < 1e-9);
	sim_free(s);
}

static void interruption_reports_what_there_is(void **state)
{
	(void)state;
	const double times[] = {20000, 21000};
	const gm_spec specs[] = {spec_of("lstm_T4_N1_I8_H8/fwd"), spec_of("gru_T4_N1_I8_H8/fwd")};
	simulation *s = sim_create(42, 2, times);
	race_source source;
	race_options options = sim_options(s, &source, specs, 2, 2);
	s->stop_after = 14; // in the first process' blocks
	const race_summary summary = run(&options);
	assert_true(summary.interrupted);
	assert_int_equal(s->results, 4);
	assert_int_equal(s->blocks, 14);
	assert_true(s->result[0].status == RACE_TIMED || s->result[1].status == RACE_TIMED);
	assert_int_equal(s->result[2].status, RACE_SKIPPED);
	assert_string_equal(s->result[3].reason, "interrupted");
	assert_int_equal(s->result[3].code, CODE_INTERRUPTED);
	sim_free(s);
}

/* ---- Google Benchmark's flags ---- */

static void filter_leaves_candidates_out(void **state)
{
	(void)state;
	char *flags[] = {"--benchmark_filter=/v1/", "--benchmark_min_time=0.1s"};
	const double times[] = {20000, 21000};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	simulation *s = sim_create(51, 2, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 2);
	options.flags = flags;
	options.flag_count = 2;
	run(&options);
	assert_int_equal(s->result[0].status, RACE_SKIPPED);
	assert_non_null(strstr(s->result[0].reason, "--benchmark_filter"));
	assert_int_equal(s->result[0].code, CODE_FILTERED);
	assert_int_equal(s->result[1].status, RACE_TIMED);
	assert_true(s->result[1].ratio == 1.0);
	sim_free(s);
}

static void bad_flags_are_refused(void **state)
{
	(void)state;
	char *bad[] = {"--benchmark_nonsense", "--benchmark_filter=*(", "--benchmark_out=/nowhere/at/all"};
	static const gm_status want[] = {GM_BAD_ARGUMENT, GM_BAD_ARGUMENT, GM_IO};
	const double times[] = {20000};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		simulation *s = sim_create(52, 1, times);
		race_source source;
		race_options options = sim_options(s, &source, &spec, 1, 1);
		options.flags = &bad[i];
		options.flag_count = 1;
		if (refused(&options) != want[i])
			fail_msg("%s was not refused as it should be", bad[i]);
		sim_free(s);
	}
}

/* The names in --benchmark_out of a race of v0, v1 and v0 again, a line each; *calls: of a sample. */
static void names_of(const double *times, char *names, size_t size, uint64_t *calls)
{
	const contestant *const contestants[] = {sim_candidates[0], sim_candidates[1], sim_candidates[0]};
	char path[] = "/tmp/test_race_XXXXXX", flag[64], line[512], *flags[] = {flag};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	const int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	snprintf(flag, sizeof flag, "--benchmark_out=%s", path);
	simulation *s = sim_create(53, 3, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 3);
	options.contestants = contestants;
	options.flags = flags;
	options.flag_count = 1;
	run(&options);
	*calls = s->result[0].calls_per_sample;
	sim_free(s);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	size_t used = 0;
	while (fgets(line, sizeof line, f))
		if (strstr(line, "\"name\": "))
			used += (size_t)snprintf(names + used, size - used, "%s", strstr(line, "\"name\": ") + 8);
	assert_true(used > 0 && used < size);
	fclose(f);
	unlink(path);
}

static void names_match_whatever_the_counts(void **state)
{
	(void)state;
	static char a[10000], b[10000];
	uint64_t calls[2];
	names_of((const double[]){300, 400, 500}, a, sizeof a, &calls[0]);
	names_of((const double[]){20000, 25000, 30000}, b, sizeof b, &calls[1]);
	assert_true(calls[0] > calls[1]);
	assert_string_equal(a, b);
	static const char *const name[] = {"\"lstm_T4_N1_I8_H8/fwd/v0\",\n", "\"lstm_T4_N1_I8_H8/fwd/v1\",\n",
	                                   "\"lstm_T4_N1_I8_H8/fwd/v0#2\",\n"};
	size_t length = 0;
	for (size_t i = 0; i < 3; i++) {
		size_t rows = 0;
		for (const char *at = strstr(a, name[i]); at; at = strstr(at + 1, name[i]))
			rows++;
		assert_int_equal(rows, 30); // 5 processes, 6 blocks
		length += rows * strlen(name[i]);
	}
	assert_int_equal(length, strlen(a)); // and nothing else
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_a_latin_square),
		cmocka_unit_test(order_repeats_by_seed_and_differs_by_process),
		cmocka_unit_test(blocks_run_in_the_square_as_long_of_each),
		cmocka_unit_test(rejected_is_never_timed),
		cmocka_unit_test(judged_before_the_first_time_and_then_forgotten),
		cmocka_unit_test(race_without_judge_is_refused),
		cmocka_unit_test(crash_while_timed_fails_that_one_only),
		cmocka_unit_test(interruption_reports_what_there_is),
		cmocka_unit_test(filter_leaves_candidates_out),
		cmocka_unit_test(bad_flags_are_refused),
		cmocka_unit_test(names_match_whatever_the_counts),
	};
	return cmocka_run_group_tests_name("race", tests, NULL, NULL);
}

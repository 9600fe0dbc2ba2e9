/* SPDX-License-Identifier: MIT */
/* test_timeouts.c - how long a contestant is waited for, and how often: one that hangs is given up and fails
 * everywhere, one that is slow is let run. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_setaffinity */
#endif
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "check/check.h"
#include "record/results.h"
#include "run_program.h"

static void read_results(evidence *e)
{
	gm_error error;
	*e = (evidence){0};
	if (results_read(in_folder("r.jsonl"), e, &error) != GM_OK)
		fail_msg("%s", error.message);
}

static void check(const char *plugin, const char *variant, const char *options, evidence *e)
{
	outcome o = expect(1, "gatemark check -q --plugin '%s' --variants %s %s --json=%s", plugin_path(plugin), variant,
	                   options, in_folder("r.jsonl"));
	outcome_free(&o);
	read_results(e);
}

static void one_that_hangs_is_given_up(void **state)
{
	evidence e;
	size_t late = 0, given_up = 0;
	const double begun = clock_now();
	cpu_set_t all, one;
	int cpu = 0;
	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0); // one judge: one case after the other
	check("forward_hang", "base", "--cases 'rnn*' --timeout 0.4", &e);
	assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
	for (size_t k = 0; k < e.check_count; k++) {
		assert_int_equal(e.check[k].status, STATUS_FAIL);
		late += e.check[k].code == CODE_TIMED_OUT;
		given_up += e.check[k].code == CODE_GIVEN_UP;
		if (e.check[k].code == CODE_GIVEN_UP)
			assert_string_equal(e.check[k].reason, "not run: given up after 3 time-outs");
	}
	assert_int_equal(late + given_up, e.check_count);
	assert_int_equal(late, 3 * 2); // cases, passes; none is tried again
	assert_int_equal(e.end[0].counts.fail, e.check_count);
	assert_true(clock_now() - begun < 40); // all of them take a minute
	evidence_free(&e);
}

/* A single time-out is tried again: both tries show in the time, and backward is not run for itself. */
static void one_time_out_is_tried_twice(void **state)
{
	evidence e;
	(void)state;
	check("forward_hang", "base", "--cases rnn_tanh_T3_N2_I3_H4.init --timeout 1", &e);
	assert_int_equal(e.check_count, 2);
	for (size_t k = 0; k < 2; k++) {
		assert_int_equal(e.check[k].code, CODE_TIMED_OUT);
		assert_string_equal(e.check[k].reason, "no answer from forward within 1 s");
	}
	assert_true(e.end[0].seconds > 2 && e.end[0].seconds < 20);
	evidence_free(&e);
}

static void the_limit_is_what_was_asked_for(void **state)
{
	evidence e;
	(void)state;
	check("judge_attacks", "rests", "--cases rnn_tanh_T3_N2_I3_H4.init --pass fwd --timeout 60", &e);
	assert_int_equal(e.check[0].code, CODE_WRONG); // judged, after 4 s
	evidence_free(&e);
	for (const char *const *wrong = (const char *const[]){"0", "-1", "x", "1d", "nan", "inf", "", NULL}; *wrong;
	     wrong++) {
		outcome o = expect(2, "gatemark check --timeout '%s'", *wrong);
		assert_in(o.err, "--timeout takes a time as 90s, 20m or 1.5h, not");
		outcome_free(&o);
	}
}

/* By the pace of this machine: what the plain kernel really takes, a hundred times, with room. */
static void a_hundred_times_slower_is_slow_and_not_hung(void **state)
{
	static const char text[] = "lstm_T16_N8_I128_H128/train";
	worker_launch launch = {.in_place = 0};
	gm_error error;
	gm_spec spec;
	gm_tensors *tensors;
	worker *w;
	(void)state;
	launch.slowest = run_slowest(&launch);
	assert_true(launch.slowest > 0);
	assert_int_equal(gm_spec_parse(text, &spec, &error), GM_OK);
	assert_int_equal(gm_tensors_create(&spec, &tensors, &error), GM_OK);
	assert_int_equal(worker_start(&launch, &w, &error), GM_OK);
	const gm_plan_opts opts = run_options(&spec, GM_MODE_TRAIN);
	assert_int_equal(worker_plan(w, "scalar-plain", &spec, tensors, NULL, &opts, &error), GM_OK);
	double best = 1e9;
	for (int k = 0; k < 5; k++) {
		const double begun = clock_now();
		assert_int_equal(worker_run(w, GM_PASS_TRAIN, &error), GM_OK);
		best = clock_now() - begun < best ? clock_now() - begun : best;
	}
	worker_stop(w);
	gm_tensors_destroy(tensors);
	if (!(worker_seconds(&launch, &spec) > 100 * best))
		fail_msg("limit of %s is %.3g s, the plain kernel takes %.3g s", text, worker_seconds(&launch, &spec), best);
	assert_int_equal(gm_spec_parse("rnn_tanh_T1_N1_I1_H1/fwd", &spec, &error), GM_OK);
	assert_true(worker_seconds(&launch, &spec) < 10); // nor is a small one waited for much longer
}

/* What hangs where no kernel runs: a load after the first is a time-out, and the end of a process is not waited for. */
static void loading_and_ending_have_limits_too(void **state)
{
	char path[4200];
	gm_error error;
	size_t count;
	worker *w;
	(void)state;
	outcome o = expect(0, "cp '%s' %s/h.so", plugin_path("hangs_later"), folder);
	outcome_free(&o);
	snprintf(path, sizeof path, "%s", in_folder("h.so"));
	const worker_launch launch = {.plugin = path, .seconds = 1};
	assert_int_equal(worker_start(&launch, &w, &error), GM_OK);
	assert_int_equal(worker_list(w, NULL, 0, &count, &error), GM_OK);
	const double begun = clock_now();
	worker_stop(w);
	assert_true(clock_now() - begun < 8);
	file_put(folder, "h.so.seen", "");
	assert_int_equal(worker_start(&launch, &w, &error), GM_OK);
	assert_int_equal(worker_list(w, NULL, 0, &count, &error), GM_TIMEOUT);
	assert_in(error.message, "no answer from loading the plug-in within 1 s");
	worker_stop(w);
}

static void a_bench_gives_up_too(void **state)
{
	evidence e;
	size_t late = 0, given_up = 0;
	(void)state;
	outcome o = expect(1,
	                   "gatemark bench -q --quick --plugin '%s' --variants base,scalar-plain --timeout 0.5 --json=%s "
	                   "--problem rnn_tanh_T1_N1_I3_H5/fwd,rnn_tanh_T2_N1_I3_H5/fwd,rnn_tanh_T3_N1_I3_H5/fwd,"
	                   "rnn_tanh_T4_N1_I3_H5/fwd,rnn_tanh_T5_N1_I3_H5/fwd",
	                   plugin_path("forward_hang"), in_folder("r.jsonl"));
	outcome_free(&o);
	read_results(&e);
	assert_int_equal(e.bench_count, 10);
	for (size_t k = 0; k < 10; k++) {
		late += e.bench[k].code == CODE_TIMED_OUT;
		given_up += e.bench[k].code == CODE_GIVEN_UP;
		assert_int_equal(e.bench[k].status, e.bench[k].plugin ? RACE_FAILED : RACE_TIMED);
	}
	assert_int_equal(late, 3);
	assert_int_equal(given_up, 2);
	evidence_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_that_hangs_is_given_up, open_folder, close_folder),
		cmocka_unit_test_setup_teardown(one_time_out_is_tried_twice, open_folder, close_folder),
		cmocka_unit_test_setup_teardown(the_limit_is_what_was_asked_for, open_folder, close_folder),
		cmocka_unit_test(a_hundred_times_slower_is_slow_and_not_hung),
		cmocka_unit_test_setup_teardown(loading_and_ending_have_limits_too, open_folder, close_folder),
		cmocka_unit_test_setup_teardown(a_bench_gives_up_too, open_folder, close_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_race_judged.c - timed calls are judged calls, on made-up times (race_simulation.h): who is wrong in one, or
 * faster than the CPU, is out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "race_simulation.h"

/* Every process has judged calls of every contestant, each at the end of a message; who is wrong is out. */
static void timed_calls_are_judged(void **state)
{
	(void)state;
	const double times[] = {20000, 21000, 30000};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	simulation *s = sim_create(43, 3, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 3);
	size_t calls[SIM_MOST][8] = {{0}};
	const race_summary summary = run(&options);
	for (size_t i = 1; i < s->events; i++)
		if (s->event[i].kind == SIM_CALL) {
			const sim_event *e = &s->event[i], *timed = e - 1;
			assert_true(timed->kind == SIM_TIME && timed->index == e->index && timed->samples == 1);
			assert_int_equal(timed->calls, e->calls);
			calls[e->index][timed->process]++;
		}
	for (size_t i = 0; i < 3; i++)
		for (size_t process = 1; process <= summary.processes; process++)
			assert_true(calls[i][process] > 0);
	assert_true(summary.judging_seconds >= summary.timed_judging_seconds && summary.timed_seconds > 0);
	sim_free(s);
}

static void wrong_when_timed_is_out(void **state)
{
	(void)state;
	const double times[] = {20000, 10};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	simulation *s = sim_create(44, 2, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 2);
	s->wrong_from = 40; // not in the first process
	const race_summary summary = run(&options);
	assert_int_equal(s->result[1].status, RACE_REJECTED);
	assert_int_equal(s->result[1].code, CODE_WRONG);
	assert_string_equal(s->result[1].reason, "wrong when timed");
	assert_null(s->result[1].blocks_ns);
	assert_true(s->result[0].status == RACE_TIMED && s->result[0].ratio == 1.0);
	assert_int_equal(summary.rejected, 1);
	sim_free(s);
}

/* lstm_T4_N1_I8_H8 are 4096 operations: in 20 ns, more than 200 GFLOP/s. */
static void impossible_times_are_refused(void **state)
{
	(void)state;
	const double times[] = {20, 200};
	static const struct {
		const char *problem;
		double limit;
		size_t limit_from;
		race_status want;
	} row[] = {
		{"lstm_T4_N1_I8_H8/fwd", 180e9, 1, RACE_REJECTED},
		{"lstm_T4_N1_I8_H8/fwd", 190e9, 1, RACE_TIMED}, // 0.9 x 204.8 are 184.3
		{"lstm_T4_N1_I8_H8/fwd", 190e9, 2, RACE_TIMED}, // a first probe that a busy machine made slow
		{"lstm_T4_N1_I8_H8/bwd", 360e9, 1, RACE_REJECTED},
		{"lstm_T4_N1_I8_H8/bwd", 370e9, 1, RACE_TIMED},
		{"lstm_T4_N1_I8_H8/train", 550e9, 1, RACE_REJECTED},
		{"lstm_T4_N1_I8_H8/fwd+pack", 180e9, 1, RACE_REJECTED},
		{"lstm_T4_N1_I8_H8/fwd+pack", 190e9, 1, RACE_TIMED},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		const gm_spec spec = spec_of(row[i].problem);
		simulation *s = sim_create(45, 2, times);
		race_source source;
		race_options options = sim_options(s, &source, &spec, 1, 2);
		s->limit = row[i].limit;
		s->limit_from = row[i].limit_from;
		run(&options);
		assert_int_equal(s->result[0].status, row[i].want);
		assert_int_equal(s->result[1].status, RACE_TIMED);
		assert_int_equal(strstr(s->result[0].reason, "impossible") != NULL, row[i].want == RACE_REJECTED);
		sim_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timed_calls_are_judged),
		cmocka_unit_test(wrong_when_timed_is_out),
		cmocka_unit_test(impossible_times_are_refused),
	};
	return cmocka_run_group_tests_name("race judged", tests, NULL, NULL);
}

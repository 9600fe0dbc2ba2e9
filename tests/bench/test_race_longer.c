/* SPDX-License-Identifier: MIT */
/* test_race_longer.c - who is measured for how long, on made-up times (race_simulation.h): what is undecided longer, a
 * very fast one no more than others, a variant against itself, and no problem past the end of the budget. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "race_simulation.h"

static const bench_result *result_of(const simulation *s, size_t place, const char *variant)
{
	for (size_t i = 0; i < s->results; i++)
		if (s->result[i].place == place && strcmp(s->result[i].variant, variant) == 0)
			return &s->result[i];
	fail_msg("no result of %s", variant);
	return NULL;
}

/* v1 is 1 % behind v0, but now the one and now the other is 50 % faster: no number of processes decides that.  v2 is
 * surely slower. */
static simulation *close_race(uint64_t seed, size_t problems, double budget, race_summary *summary)
{
	const double times[] = {20000, 20200, 200000};
	gm_spec specs[4];
	char text[64];
	for (size_t i = 0; i < problems; i++) {
		snprintf(text, sizeof text, "lstm_T%zu_N1_I8_H8/fwd", i + 1);
		specs[i] = spec_of(text);
	}
	simulation *s = sim_create(seed, 3, times);
	race_source source;
	race_options options = sim_options(s, &source, specs, problems, 3);
	s->noise = 0.01;
	s->swing = 0.2;
	options.quick = budget > 0;
	options.budget_seconds = budget;
	*summary = run(&options);
	return s;
}

static void the_undecided_is_measured_longer(void **state)
{
	static const double budget[] = {0, 1e6}; // at once, or after all others had their turn
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		race_summary summary;
		simulation *s = close_race(61, 3, budget[k], &summary);
		for (size_t place = 0; place < 3; place++) {
			const bench_result *a = result_of(s, place, "v0"), *b = result_of(s, place, "v1");
			assert_int_equal(a->processes, RACE_MOST);
			assert_int_equal(b->processes, RACE_MOST);
			const bench_result *slower = result_of(s, place, "v2");
			assert_int_equal(slower->processes, RACE_PROCESSES); // it rests
			assert_int_equal(slower->comparison, TIME_FASTER);
			assert_true(slower->blocks_ns_rows == RACE_PROCESSES && slower->ratio > 6 && slower->ratio < 16);
		}
		assert_int_equal(summary.timed, 9);
		assert_int_equal(summary.problems, 3);
		assert_int_equal(summary.processes, RACE_MOST);
		const size_t row = result_of(s, 0, "v0")->blocks_ns_columns;
		assert_int_equal(summary.blocks, 3 * row * (2 * RACE_MOST + RACE_PROCESSES));
		assert_int_equal(s->reports, k == 0 ? 3 : 6); // first and last
		sim_free(s);
	}
}

/* 4 % apart in processes that differ by 2 %: 5 of them seldom tell, 20 mostly do, and then no more are run. */
static void longer_decides(void **state)
{
	size_t decided = 0, early = 0;
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		const double times[] = {20000, 20800};
		const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
		simulation *s = sim_create(seed, 2, times);
		race_source source;
		race_options options = sim_options(s, &source, &spec, 1, 2);
		s->process_spread = 0.02;
		run(&options);
		const bench_result *behind = &s->result[s->result[1].ratio > 1];
		decided += behind->comparison != TIME_UNDECIDED;
		early += behind->processes == RACE_PROCESSES;
		if (behind->comparison == TIME_UNDECIDED)
			assert_int_equal(behind->processes, RACE_MOST);
		sim_free(s);
	}
	print_message("20 races of 4 %%: %zu decided, %zu at once\n", decided, early);
	assert_true(decided > early + 5);
}

/* Every undecided problem is given about as much of what is left. */
static void what_is_left_is_shared_evenly(void **state)
{
	race_summary summary;
	(void)state;
	simulation *s = close_race(62, 4, 1e6, &summary);
	size_t least = RACE_MOST, most = 0;
	for (size_t place = 0; place < 4; place++) {
		const size_t processes = result_of(s, place, "v0")->processes;
		least = processes < least ? processes : least;
		most = processes > most ? processes : most;
	}
	assert_int_equal(least, most);
	/* how often v0 was opened at each visit of a problem: no problem is visited again before all others were */
	size_t opened = 0, visit = 0;
	for (size_t i = 0; i < s->events; i++) {
		opened += s->event[i].kind == SIM_OPEN && s->event[i].index == 0;
		if (s->event[i].kind != SIM_FORGET)
			continue;
		assert_int_equal(opened, visit < 4 ? RACE_PROCESSES : RACE_MOST - RACE_PROCESSES);
		opened = 0;
		visit++;
	}
	assert_int_equal(visit, 8);
	sim_free(s);
}

static void who_crashes_when_measured_longer_is_out(void **state)
{
	const double times[] = {20000, 20200, 20000, 20200};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	(void)state;
	simulation *s = sim_create(63, 4, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 4);
	s->swing = 0.2;
	s->crash_one = 1;
	s->crash_process = 8;
	const race_summary summary = run(&options);
	const bench_result *crashed = result_of(s, 0, "v1");
	assert_int_equal(crashed->status, RACE_FAILED);
	assert_true(crashed->p50_ns < 0 && crashed->ratio < 0 && !crashed->blocks_ns); // no figures of before
	assert_int_equal(result_of(s, 0, "v0")->processes, RACE_MOST);
	assert_true(summary.timed == 3 && summary.failed == 1);
	sim_free(s);
}

/* One of 1 ns a call beside one of 200 us: neither has samples that are longer than alone. */
static void a_very_fast_one_changes_nothing_for_others(void **state)
{
	static const double times[] = {4500, 200000, 1};
	bench_result alone[2];
	(void)state;
	for (size_t n = 2; n <= 3; n++) {
		const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd+pack");
		simulation *s = sim_create(64, n, times);
		race_source source;
		race_options options = sim_options(s, &source, &spec, 1, n);
		run(&options);
		for (size_t i = 0; i < 2; i++) {
			const bench_result *x = &s->result[i];
			assert_int_equal(x->status, RACE_TIMED);
			assert_int_equal(x->calls_per_sample, 1);
			if (n == 2)
				alone[i] = *x;
			assert_int_equal(x->samples, alone[i].samples);
		}
		if (n == 3)
			assert_int_equal(s->result[2].calls_per_sample, 2048);
		sim_free(s);
	}
}

static void a_variant_races_against_itself(void **state)
{
	const contestant *const contestants[] = {sim_candidates[0], sim_candidates[1], sim_candidates[0],
	                                         sim_candidates[0]};
	const double times[] = {20000, 60000, 20000, 20000};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	(void)state;
	simulation *s = sim_create(65, 4, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 4);
	options.contestants = contestants;
	run(&options);
	static const char *const name[] = {"v0", "v1", "v0#2", "v0#3"}, *const copy[] = {"", "", "v0", "v0"};
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(s->result[i].variant, name[i]);
		assert_string_equal(s->result[i].copy_of, copy[i]);
	}
	assert_true(s->result[2].comparison == TIME_EQUAL || s->result[0].comparison == TIME_EQUAL);
	sim_free(s);
}

/* A problem of 4096 times the work, for which the judge takes that much longer: it waits until the others had their
 * turn, and is then not begun. */
static void what_cannot_be_judged_in_time_is_not_begun(void **state)
{
	const gm_spec specs[] = {spec_of("lstm_T1_N1_I8_H8/fwd"), spec_of("lstm_T16_N1_I8_H8/fwd"),
	                         spec_of("lstm_T256_N1_I8_H8/fwd"), spec_of("lstm_T4096_N1_I8_H8/fwd"),
	                         spec_of("lstm_T8_N1_I8_H8/fwd")};
	const double times[] = {20000};
	(void)state;
	simulation *s = sim_create(66, 1, times);
	race_source source;
	race_options options = sim_options(s, &source, specs, 5, 1);
	s->judge_seconds_a_step = 0.001;
	options.budget_seconds = 2;
	const race_summary summary = run(&options);
	const bench_result *x = result_of(s, 3, "v0");
	assert_int_equal(x->status, RACE_SKIPPED);
	assert_int_equal(x->code, CODE_BUDGET_SPENT);
	assert_non_null(strstr(x->reason, "judging it takes about"));
	assert_true(summary.budget_spent && summary.timed == 4);
	assert_true(summary.seconds < 2.5);
	sim_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_undecided_is_measured_longer),
		cmocka_unit_test(longer_decides),
		cmocka_unit_test(what_is_left_is_shared_evenly),
		cmocka_unit_test(who_crashes_when_measured_longer_is_out),
		cmocka_unit_test(a_very_fast_one_changes_nothing_for_others),
		cmocka_unit_test(a_variant_races_against_itself),
		cmocka_unit_test(what_cannot_be_judged_in_time_is_not_begun),
	};
	return cmocka_run_group_tests_name("race longer", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_race_verdict.c - figures and comparisons of races on made-up times (race_simulation.h): equal contestants tie, a
 * slower one is found, shared drift cancels, lost time is left out.  Seeds are fixed and printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "race_simulation.h"
#include "record/compare.h"

typedef struct tally {
	size_t slower, equal, undecided, wrong_best;
	double worst_error;
} tally;

static tally race_many(size_t races, uint64_t seed, double slowdown, double drift, double delta)
{
	const double times[] = {20000, 20000 * slowdown};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	tally t = {0};
	for (size_t i = 0; i < races; i++) {
		simulation *s = sim_create(random_draw(seed, i), 2, times);
		race_source source;
		race_options options = sim_options(s, &source, &spec, 1, 2);
		s->noise = 0.02;
		s->process_spread = 0.005;
		s->drift = drift;
		run(&options);
		const bench_result *x = s->result[0].ratio > 1 ? &s->result[0] : &s->result[1];
		const comparison found = compare_times((span){x->ratio, x->ratio_low, x->ratio_high}, delta);
		const double medians = x->p50_ns / s->result[x == s->result].p50_ns;
		assert_true(x->ratio_low <= medians && medians <= x->ratio_high); // what is shown beside it
		t.slower += found == TIME_FASTER;
		t.equal += found == TIME_EQUAL;
		t.undecided += found == TIME_UNDECIDED;
		t.wrong_best += x == &s->result[0];
		t.worst_error = fmax(t.worst_error, fabs(log(x->ratio / slowdown)));
		sim_free(s);
	}
	print_message("%zu races, seed %llu, slowdown %.2f, drift %.0f %%: slower %zu, equal %zu, undecided %zu, "
	              "ratio off by %.1f %% at most\n",
	              races, (unsigned long long)seed, slowdown, 100 * drift, t.slower, t.equal, t.undecided,
	              100 * t.worst_error);
	return t;
}

static void equal_candidates_are_a_tie(void **state)
{
	(void)state;
	const tally t = race_many(200, 21, 1.0, 0, 0);
	assert_true(t.slower <= 10); // 5 %
	const tally wide = race_many(100, 22, 1.0, 0, 0.05);
	assert_true(wide.slower == 0 && wide.equal >= 80);
}

static void slowdown_of_20_percent_is_found(void **state)
{
	(void)state;
	const tally t = race_many(100, 23, 1.2, 0, 0.01);
	assert_int_equal(t.slower, 100);
	assert_int_equal(t.wrong_best, 0);
	assert_true(t.worst_error < 0.03);
}

/* A drift that all contestants share must cancel: it does in pairs, it does not in medians of each alone. */
static void shared_drift_cancels_in_pairs(void **state)
{
	(void)state;
	const tally t = race_many(100, 24, 1.2, 0.3, 0.01);
	assert_int_equal(t.slower, 100);
	assert_true(t.worst_error < 0.05);
}

static void figures_are_of_one_call(void **state)
{
	(void)state;
	const double times[] = {500, 4000};
	const gm_spec spec = spec_of("lstm_T4_N3_I8_H8/fwd");
	simulation *s = sim_create(25, 2, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 2);
	const race_summary summary = run(&options);
	for (size_t i = 0; i < 2; i++) {
		const bench_result *x = &s->result[i];
		const double *all[] = {&x->p50_ns, &x->p90_ns,  &x->p99_ns, &x->min_ns,
		                       &x->max_ns, &x->mean_ns, &x->low_ns, &x->high_ns};
		for (size_t k = 0; k < 8; k++)
			assert_true(fabs(*all[k] / times[i] - 1) < 1e-9);
		assert_true(fabs(x->steps_per_s * times[i] / 12e9 - 1) < 1e-9);
		assert_true(fabs(x->gflops * times[i] / gm_spec_flops(&spec) - 1) < 1e-9);
		assert_true(x->plan_bytes == 1000 + i && x->tape_bytes == 2000 + i);
		assert_int_equal(x->judged, JUDGED_BUDGET);
		assert_string_equal(x->problem, "lstm_T4_N3_I8_H8/fwd");
		assert_string_equal(x->engine, "simulated");
	}
	assert_int_equal(s->result[0].comparison, comparison_none);
	assert_int_equal(s->result[1].comparison, TIME_FASTER);
	assert_true(fabs(s->result[1].ratio - 8) < 1e-9 && fabs(s->result[1].ratio_low - 8) < 1e-9);
	assert_true(fabs(summary.noise) < 1e-9 && summary.processes == 5);
	sim_free(s);
}

/* ---- taint ---- */

static void tainted_blocks_are_left_out_and_counted(void **state)
{
	(void)state;
	const double times[] = {20000, 20000};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	simulation *s = sim_create(31, 2, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 2);
	s->lose_block_every = 5;
	const race_summary summary = run(&options);
	size_t tainted = 0;
	for (size_t i = 0; i < 2; i++) {
		const bench_result *x = &s->result[i];
		size_t own = 0;
		for (size_t b = 0; b < x->blocks_ns_rows * x->blocks_ns_columns; b++) {
			const double slowed = x->blocks_ns[b] / times[i]; // a tainted one is kept in the file
			assert_true(fabs(slowed - 1) < 1e-9 || fabs(slowed - 5) < 1e-9);
			own += slowed > 2;
		}
		assert_int_equal(x->tainted, own);
		assert_true(own > 0);
		assert_int_equal(x->samples % (30 - own), 0);
		assert_true(fabs(x->max_ns / times[i] - 1) < 1e-9 && fabs(x->mean_ns / times[i] - 1) < 1e-9);
		tainted += own;
	}
	assert_int_equal(summary.tainted, tainted);
	assert_int_equal(summary.blocks, 60);
	assert_true(fabs(s->result[1].ratio_high - 1) < 1e-9);
	sim_free(s);
}

/* A block of 3 ms is looked at in parts: a lost one costs its samples, and the block only if most were in it. */
static void long_blocks_lose_parts(void **state)
{
	(void)state;
	const double times[] = {11720, 23440};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	simulation *s = sim_create(34, 2, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 2);
	s->lose_every = 9;
	options.quick = 0;
	run(&options);
	const bench_result *x = &s->result[0];
	assert_int_equal(x->status, RACE_TIMED);
	assert_true(x->tainted < 60 / 4 && !x->disturbed);
	assert_true(x->samples > 60 * 256 / 2 && x->samples % 256 != 0); // of some blocks a part
	assert_true(fabs(x->max_ns / times[0] - 1) < 1e-9 && fabs(s->result[1].ratio - 2) < 1e-9);
	sim_free(s);
}

static void all_tainted_is_said(void **state)
{
	(void)state;
	const double times[] = {20000};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	simulation *s = sim_create(32, 1, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 1);
	s->lose_every = 1;
	run(&options);
	assert_int_equal(s->result[0].status, RACE_TIMED);
	assert_int_equal(s->result[0].tainted, 30);
	assert_non_null(strstr(s->result[0].reason, "blocks lost"));
	sim_free(s);
}

static void unreadable_losses_are_a_note(void **state)
{
	(void)state;
	const double times[] = {20000};
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	simulation *s = sim_create(33, 1, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 1);
	s->steal_unknown = 1;
	const race_summary summary = run(&options);
	assert_int_equal(summary.tainted, 0);
	assert_non_null(strstr(summary.notes, "cannot be read"));
	sim_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_candidates_are_a_tie),
		cmocka_unit_test(slowdown_of_20_percent_is_found),
		cmocka_unit_test(shared_drift_cancels_in_pairs),
		cmocka_unit_test(figures_are_of_one_call),
		cmocka_unit_test(tainted_blocks_are_left_out_and_counted),
		cmocka_unit_test(long_blocks_lose_parts),
		cmocka_unit_test(all_tainted_is_said),
		cmocka_unit_test(unreadable_losses_are_a_note),
	};
	return cmocka_run_group_tests_name("race_verdict", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_race_limits.c - what a race does that is short of time or memory, on made-up times (race_simulation.h).  The
 * budget of time is real: what is asserted holds however fast the host is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "race_simulation.h"

static void budget_shrinks_blocks_then_skips(void **state)
{
	(void)state;
	const double times[] = {1e9, 2e9, 3e9}; // said, not waited for
	const gm_spec spec = spec_of("lstm_T4_N1_I8_H8/fwd");
	simulation *s = sim_create(43, 3, times);
	race_source source;
	race_options options = sim_options(s, &source, &spec, 1, 3);
	options.budget_seconds = 80;
	run(&options);
	assert_int_equal(s->result[0].status, RACE_TIMED);
	assert_int_equal(s->result[0].processes, 2); // 2 processes of (3 blocks + warm-up) * 6 s
	assert_int_equal(s->result[0].blocks_ns_columns, 3);
	sim_free(s);

	s = sim_create(44, 3, times);
	options = sim_options(s, &source, &spec, 1, 3);
	options.budget_seconds = 1e-9;
	const race_summary summary = run(&options);
	assert_true(summary.budget_spent);
	assert_int_equal(s->result[0].status, RACE_SKIPPED);
	assert_int_equal(s->result[0].code, CODE_BUDGET_SPENT);
	assert_int_equal(s->times, 0);
	sim_free(s);
}

static void problems_take_turns_by_kind(void **state)
{
	static const char *const text[] = {"lstm_T1_N1_I4_H4/fwd",  "lstm_T2_N1_I4_H4/fwd", "lstm_T3_N1_I4_H4/fwd",
	                                   "gru_T1_N1_I4_H4/fwd",   "gru_T2_N1_I4_H4/fwd",  "lstm_T1_N1_I4_H4/step",
	                                   "lstm_T1_N1_I4_H4/train"};
	static const size_t want[] = {0, 3, 5, 6, 1, 4, 2};
	gm_spec specs[7];
	size_t order[7];
	(void)state;
	for (size_t i = 0; i < 7; i++)
		specs[i] = spec_of(text[i]);
	race_take_turns(specs, 7, order);
	assert_memory_equal(order, want, sizeof want);
}

/* Whatever the host reaches in the time: of no kind is more than one problem more raced than of another. */
static void a_starved_list_starves_evenly(void **state)
{
	(void)state;
	const double times[] = {20000};
	gm_spec specs[12];
	char text[64];
	size_t raced[3] = {0}, seen[12] = {0};
	for (size_t i = 0; i < 12; i++) {
		snprintf(text, sizeof text,
		         i < 4   ? "lstm_T%zu_N1_I4_H4/fwd"
		         : i < 8 ? "gru_T%zu_N1_I4_H4/fwd"
		                 : "gru_T1_N1_I4_H%zu/step",
		         i % 4 + 1);
		specs[i] = spec_of(text);
	}
	simulation *s = sim_create(45, 1, times);
	race_source source;
	race_options options = sim_options(s, &source, specs, 12, 1);
	s->judge_seconds = 0.02;
	options.budget_seconds = 0.11;
	const race_summary summary = run(&options);
	assert_true(summary.budget_spent);
	assert_int_equal(s->results, 12);
	for (size_t i = 0; i < 12; i++) {
		const bench_result *x = &s->result[i];
		raced[x->place / 4] += x->status == RACE_TIMED;
		seen[x->place]++;
		assert_true(x->status == RACE_TIMED || x->code == CODE_BUDGET_SPENT);
	}
	for (size_t i = 0; i < 12; i++)
		assert_int_equal(seen[i], 1);
	assert_true(raced[0] <= raced[2] + 1 && raced[0] >= raced[1] && raced[1] >= raced[2]);
	sim_free(s);
}

/* 4 PB: refused by any machine without trying. */
static void what_has_no_room_is_skipped(void **state)
{
	(void)state;
	const double times[] = {20000};
	const gm_spec specs[] = {spec_of("lstm_T16000000_N900000_I4_H16/fwd"), spec_of("gru_T4_N1_I8_H8/fwd")};
	simulation *s = sim_create(46, 1, times);
	race_source source;
	race_options options = sim_options(s, &source, specs, 2, 1);
	options.quick = 0; // no budget, which it would exceed too
	run(&options);
	assert_int_equal(s->result[0].status, RACE_SKIPPED);
	assert_int_equal(s->result[0].code, CODE_NO_MEMORY);
	assert_true(s->result[0].reason[0]);
	assert_int_equal(s->result[1].status, RACE_TIMED);
	sim_free(s);
}

/* Said before anything is filled or opened, with numbers; what it may take else is part of the progress. */
static void on_progress(void *context, const char *text, double done)
{
	(void)done;
	if (strstr(text, "judging"))
		snprintf(context, 256, "%s", text);
}

static void what_takes_too_long_is_told_before(void **state)
{
	(void)state;
	const double times[] = {20000, 20000};
	const gm_spec specs[] = {spec_of("lstm_T100_N1_I128_H128/train"), spec_of("lstm_T16000000_N9_I4_H16/fwd")};
	char text[256] = "";
	simulation *s = sim_create(47, 2, times);
	race_source source;
	s->plain_flops = 1e3; // a call of 78.6 MFLOP takes 21.8 h, or a 64th of it
	race_options options = sim_options(s, &source, specs, 2, 2);
	options.progress = on_progress;
	options.progress_context = text;
	options.timeout = 1000;
	options.quick = 0; // no budget, which it would exceed too
	run(&options);
	assert_int_equal(s->result[0].status, RACE_SKIPPED);
	assert_int_equal(s->result[0].code, CODE_BUDGET_SPENT);
	assert_string_equal(s->result[0].reason, "a call takes about 20 min at best, and may take 17 min (--timeout)");
	assert_int_equal(s->result[2].code, CODE_NO_MEMORY);
	assert_non_null(strstr(s->result[2].reason, " GiB for 2 contestants and the judge, of "));
	assert_int_equal(s->opens[0], 0);
	sim_free(s);

	s = sim_create(48, 2, times);
	s->plain_flops = 1e6; // 79 s: 2 contestants, 5 processes, 4 runs and 2 blocks
	options = sim_options(s, &source, specs, 1, 2);
	options.quick = 0;
	options.progress = on_progress;
	options.progress_context = text;
	run(&options);
	assert_int_equal(s->result[0].status, RACE_TIMED);
	assert_string_equal(text, "lstm_T100_N1_I128_H128/train judging, up to 79 min in all");
	sim_free(s);
}

/* The plain kernel takes 18 min for a call, so that a judge of its work takes hours, which no problem before tells. */
static void what_passes_the_budget_is_not_begun(void **state)
{
	(void)state;
	const double times[] = {20000, 20000};
	const gm_spec specs[] = {spec_of("lstm_T1_N1_I4_H4/fwd"), spec_of("lstm_T64_N16_I256_H256/fwd")};
	for (int fits = 0; fits <= 1; fits++) {
		simulation *s = sim_create(49, 2, times);
		race_source source;
		s->plain_flops = fits ? 1e9 : 1e6;
		race_options options = sim_options(s, &source, specs, 2, 2);
		options.budget_seconds = 60;
		const race_summary summary = run(&options);
		assert_int_equal(s->result[0].status, RACE_TIMED);
		assert_int_equal(summary.budget_spent, !fits);
		for (size_t i = 2; i < 4; i++) {
			const bench_result *x = &s->result[i];
			assert_int_equal(x->status, fits ? RACE_TIMED : RACE_SKIPPED);
			assert_int_equal(x->code, fits ? reason_code_none : CODE_BUDGET_SPENT);
			assert_string_equal(x->problem, "lstm_T64_N16_I256_H256/fwd");
			assert_int_equal(strstr(x->reason, "judging it takes about ") != NULL, !fits);
		}
		sim_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(budget_shrinks_blocks_then_skips),   cmocka_unit_test(problems_take_turns_by_kind),
		cmocka_unit_test(a_starved_list_starves_evenly),      cmocka_unit_test(what_has_no_room_is_skipped),
		cmocka_unit_test(what_takes_too_long_is_told_before), cmocka_unit_test(what_passes_the_budget_is_not_begun),
	};
	return cmocka_run_group_tests_name("race limits", tests, NULL, NULL);
}

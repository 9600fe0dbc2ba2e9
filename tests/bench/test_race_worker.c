/* SPDX-License-Identifier: MIT */
/* test_race_worker.c - a race of real workers on small problems: every pass gives judged outputs and positive times,
 * whatever fails comes back as a result with its reason.  How large the times are is not looked at. */
#define _GNU_SOURCE
#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/race.h"
#include "shapes/shapes.h"

enum { MOST = 32 };
typedef struct seen {
	size_t called, judged, forgotten, results, outputs, gradients;
	bench_result result[MOST];
} seen;

static const contestant plain = {.info.name = "scalar-plain", .runnable = 1};
static const contestant oracle = {.info.name = "scalar-oracle", .runnable = 1};

static race_status judge(void *context, const judge_problem *problem, const contestant *contestant,
                         const race_outputs *outputs, judged_how *judged, char reason[RACE_REASON])
{
	seen *s = context;
	if (!contestant) {
		s->forgotten++;
		return RACE_TIMED;
	}
	const gm_tensors *tensors = problem->tensors;
	void *const *got = outputs->got;
	*(outputs->call ? &s->called : &s->judged) += 1;
	*judged = JUDGED_BUDGET;
	for (size_t i = 0; i < tensors->count; i++) {
		const gm_tensor *t = &tensors->row[i];
		assert_false(problem->data[i] && got[i]);
		s->outputs += got[i] && t->role == GM_ROLE_OUTPUT;
		s->gradients += got[i] && t->role == GM_ROLE_GRAD;
		for (size_t k = 0; got[i] && k < t->count; k++)
			if (!isfinite(((const float *)got[i])[k])) {
				snprintf(reason, RACE_REASON, "%s[%zu] is not finite", t->name, k);
				return RACE_REJECTED;
			}
	}
	return RACE_TIMED;
}

static void report(void *context, const bench_result *results, size_t count)
{
	seen *s = context;
	const size_t first = results->place * count;
	assert_true(first + count <= MOST);
	for (size_t i = 0; i < count; i++)
		s->result[first + i] = results[i]; // again, of what was measured longer
	s->results = first + count > s->results ? first + count : s->results;
}

static void race(seen *s, const char *problems, const contestant *const *contestants, size_t count,
                 race_summary *summary)
{
	shape_list list;
	gm_error error = {0};
	char worker[512];
	snprintf(worker, sizeof worker, "%s/gatemark-worker", getenv("GM_BIN") ? getenv("GM_BIN") : "bin");
	if (shapes_parse("test", problems, &list, &error) != GM_OK)
		fail_msg("%s", error.message);
	const race_options options = {.specs = list.specs,
	                              .spec_count = list.count,
	                              .contestants = contestants,
	                              .contestant_count = count,
	                              .judge = judge,
	                              .judge_context = s,
	                              .report = report,
	                              .report_context = s,
	                              .quick = 1,
	                              .budget_seconds = 30,
	                              .seed = 9,
	                              .worker = worker};
	if (race_run(&options, summary, &error) != GM_OK)
		fail_msg("%s", error.message);
	shapes_free(&list);
}

static void every_pass_is_judged_and_timed(void **state)
{
	(void)state;
	const contestant *const contestants[] = {&plain, &oracle};
	seen s = {0};
	race_summary summary;
	race(&s,
	     "lstm_T3_N2_I8_H8/fwd\nlstm_T3_N2_I8_H8/bwd\nlstm_T3_N2_I8_H8/train\nlstm_T3_N2_I8_H8/train+pack\n"
	     "gru_T1_N1_I8_H8/step\nrnn_tanh_T3_N2_I8_H8/fwd+pack\ngru_L2_T4_N3_I8_H8_len_drop/train\n",
	     contestants, 2, &summary);
	print_message("notes: %s\n", summary.notes);
	assert_int_equal(s.results, 14);
	assert_int_equal(s.judged, 14);
	assert_true(s.called >= 14 * 2); // at least one in each process
	assert_true(s.forgotten >= 7);   // more where it was measured longer
	assert_true(s.outputs > 0 && s.gradients > 0);
	for (size_t i = 0; i < s.results; i++) {
		const bench_result *x = &s.result[i];
		if (x->status != RACE_TIMED)
			fail_msg("%s %s: %s %s", x->problem, x->variant, race_status_word(x->status), x->reason);
		assert_true(x->min_ns > 0 && x->min_ns <= x->p50_ns && x->p50_ns <= x->p90_ns && x->p90_ns <= x->p99_ns &&
		            x->p99_ns <= x->max_ns);
		assert_true(x->low_ns <= x->p50_ns && x->p50_ns <= x->high_ns && x->ratio_low <= x->ratio &&
		            x->ratio <= x->ratio_high);
		assert_true(x->processes >= 5 && x->blocks_ns_columns == 6 && x->samples > 0 && x->plan_bytes > 0);
		assert_int_equal(x->tape_bytes > 0, strstr(x->problem, "train") || strstr(x->problem, "bwd"));
	}
	assert_int_equal(summary.timed, 14);
}

static void what_cannot_run_says_why(void **state)
{
	(void)state;
	static const contestant unknown = {.info.name = "no-such-variant", .runnable = 1};
	static const contestant absent = {.info.name = "any", .plugin = "./no_such_plugin.so", .runnable = 1};
	const contestant *const contestants[] = {&plain, &unknown, &absent};
	seen s = {0};
	race_summary summary;
	race(&s, "lstm_T3_N2_I8_H8/fwd\n", contestants, 3, &summary);
	assert_int_equal(s.result[0].status, RACE_TIMED);
	assert_int_equal(s.result[1].status, RACE_FAILED);
	assert_non_null(strstr(s.result[1].reason, "no-such-variant"));
	assert_int_equal(s.result[2].status, RACE_FAILED);
	assert_non_null(strstr(s.result[2].reason, "no_such_plugin"));
	assert_int_equal(s.judged, 1);
}

static void affinity_is_given_back(void **state)
{
	(void)state;
	const contestant *const contestants[] = {&plain};
	cpu_set_t before, after;
	seen s = {0};
	race_summary summary;
	assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
	race(&s, "lstm_T3_N2_I8_H8/fwd\n", contestants, 1, &summary);
	assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(affinity_is_given_back), // first: it compares with before
		cmocka_unit_test(every_pass_is_judged_and_timed),
		cmocka_unit_test(what_cannot_run_says_why),
	};
	return cmocka_run_group_tests_name("race_worker", tests, NULL, NULL);
}

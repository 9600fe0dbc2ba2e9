/* SPDX-License-Identifier: MIT */
/* test_cheats.c - kernels that look faster than they are (plugins/cheats.c) race against the honest one of the same
 * plug-in: on every problem each is rejected, or is not faster than it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "record/evidence.h"
#include "run_program.h"

/* Cheats that must be rejected, wherever the problem gives them something to leave out: a pass (NULL: any). */
static const struct sure {
	const char *variant, *pass;
} sure[] = {
	{"empty-after-four", NULL}, {"memo-by-pointer", NULL}, {"stale-weights", "+pack"}, {"stale-tail", NULL},
	{"fewer-steps", "_T16_N2"}, {"fewer-rows", "_N64_"},   {"half-weights", NULL},     {"other-thread", NULL},
};

static const bench_result *result_of(const evidence *e, const char *problem, const char *variant)
{
	for (size_t i = 0; i < e->bench_count; i++)
		if (!strcmp(e->bench[i].problem, problem) && !strcmp(e->bench[i].variant, variant))
			return &e->bench[i];
	fail_msg("no result of %s on %s", variant, problem);
	return NULL;
}

static int must_be_rejected(const bench_result *x)
{
	for (size_t i = 0; i < sizeof sure / sizeof *sure; i++)
		if (!strcmp(x->variant, sure[i].variant) && (!sure[i].pass || strstr(x->problem, sure[i].pass)))
			return 1;
	return 0;
}

static void race(const char *problem, const char *variants, evidence *e)
{
	gm_error error;
	const char *path = in_folder("r.jsonl");
	outcome o = expect(1, "gatemark bench -q --quick --budget 25s --problem %s --plugin '%s' --json=%s --variants '%s'",
	                   problem, plugin_path("cheats"), path, variants);
	outcome_free(&o);
	*e = (evidence){0};
	if (evidence_read(e, &path, 1, &error) != GM_OK)
		fail_msg("%s", error.message);
}

/* Rejected, or its interval does not lie below the honest one's. */
static int judge(const evidence *e)
{
	if (result_of(e, e->bench[0].problem, "honest")->code == CODE_BUDGET_SPENT)
		return 0; // a busy machine does not reach all
	for (size_t i = 0; i < e->bench_count; i++) {
		const bench_result *x = &e->bench[i], *honest = result_of(e, x->problem, "honest");
		assert_int_equal(honest->status, RACE_TIMED);
		if (x->status == RACE_REJECTED || x->status == RACE_FAILED) {
			if (x == honest || !strcmp(x->variant, "own-clock") || !strcmp(x->variant, "no-weights"))
				fail_msg("%s on %s is honest: %s", x->variant, x->problem, x->reason);
			if (x->code != CODE_WRONG) // when judged, when timed, or faster than the machine
				fail_msg("%s on %s: %s %s", x->variant, x->problem, race_status_word(x->status), x->reason);
			continue;
		}
		if (x->code == CODE_BUDGET_SPENT)
			continue;
		if (x->status != RACE_TIMED || must_be_rejected(x))
			fail_msg("%s on %s: %s %s", x->variant, x->problem, race_status_word(x->status), x->reason);
		if (x->high_ns < honest->low_ns)
			fail_msg("%s on %s takes %.0f to %.0f ns, the honest one %.0f to %.0f", x->variant, x->problem, x->low_ns,
			         x->high_ns, honest->low_ns, honest->high_ns);
	}
	return 1;
}

/* What the sample of a large problem leaves out is judged too. */
static void cheats_beside_the_sample(void **state)
{
	evidence e;
	const bench_result *x;

	(void)state;
	race("lstm_T64_N64_I64_H64/fwd", "honest,middle-row", &e);
	x = result_of(&e, "lstm_T64_N64_I64_H64/fwd", "middle-row");
	assert_int_equal(x->status, RACE_REJECTED);
	assert_non_null(strstr(x->reason, "output[63,")); // in the sample by chance, else beside it
	assert_int_equal(result_of(&e, "lstm_T64_N64_I64_H64/fwd", "honest")->status, RACE_TIMED);
	evidence_free(&e);
}

/* One race each: none shares its time with the others. */
static void cheats_of_every_pass(void **state)
{
	static const char *const problem[] = {
		"lstm_T16_N2_I32_H32/fwd", "gru_T8_N64_I16_H32/fwd",        "lstm_T4_N1_I64_H64/fwd+pack",
		"gru_T16_N2_I32_H32/bwd",  "rnn_tanh_T16_N2_I32_H32/train", "lstm_T1_N1_I64_H64/step",
	};
	size_t raced = 0;

	(void)state;
	for (size_t i = 0; i < sizeof problem / sizeof *problem; i++) {
		evidence e;

		race(problem[i], "honest,empty*,countdown,memo*,by-the*,stale*,copies*,fewer*,half*,no-*,other*,own-clock", &e);
		assert_int_equal(e.bench_count, 18);
		raced += (size_t)judge(&e);
		evidence_free(&e);
	}
	assert_true(raced >= 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(cheats_beside_the_sample, open_folder, close_folder),
		cmocka_unit_test_setup_teardown(cheats_of_every_pass, open_folder, close_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

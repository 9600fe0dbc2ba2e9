/* SPDX-License-Identifier: MIT */
/* test_refusals.c - a bad argument of any function of gm_variant: its status, the sentence with the numbers, outputs as
 * they were; and what looks bad and is a default. */
#include "api_call.h"

static void renew_plan(api_call *c)
{
	gm_error error = {0};

	assert_int_equal(call_ask(c, PLAN, &error), GM_OK); /* where the old one was, and its weights still lie */
	c->run.plan = c->made;
}

static void infer_plan(api_call *c)
{
	c->opts.mode = GM_MODE_INFER;
	renew_plan(c);
	assert_int_equal(call_ask(c, WEIGHTS, NULL), GM_OK);
}

static const struct refusal {
	int line;
	const char *problem, *change;
	function which;
	gm_status status;
	const char *says;
} refusals[] = {
#define REFUSAL(problem, which, change, status, says) {__LINE__, problem, #change, which, status, says},
#include "refusals.def"
#undef REFUSAL
};

static void spoil(int line, api_call *c)
{
	switch (line) {
#define REFUSAL(problem, which, change, status, says) \
	case __LINE__:                                    \
		change;                                       \
		break;
#include "refusals.def"
#undef REFUSAL
	default: fail_msg("no row of line %d", line);
	}
}

static void assert_refused(const struct refusal *r, api_call *c)
{
	gm_error error = {0};
	gm_sizes before;

	spoil(r->line, c);
	call_poison(c);
	c->made = NULL;
	before = c->sizes;
	gm_status status = call_ask(c, r->which, &error);
	if (status != r->status || strcmp(error.message, r->says) != 0)
		fail_msg("%s: %s '%s', want %s '%s'", r->change, gm_status_name(status), error.message,
		         gm_status_name(r->status), r->says);
	assert_int_equal(error.status, status);
	assert_int_equal(call_ask(c, r->which, NULL), status);
	assert_true(call_untouched(c));
	assert_null(c->made);
	assert_memory_equal(&before, &c->sizes, sizeof before);
}

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		api_call c;

		call_open(&c, refusals[i].problem);
		assert_refused(&refusals[i], &c);
		run_close(&c.run);
	}
}

/* A row that this machine cannot run says so, and that alone, whatever it is asked. */
static void test_other_cpu(void **state)
{
	api_call c;
	size_t others = 0;

	(void)state;
	call_open(&c, "gru_T5_N3_I4_H9");
	for (size_t i = 0; i < gm_variant_count(); i++) {
		gm_error want = {0}, said;
		gm_status status = gm_variant_runnable(gm_variant_at(i), &want);

		if (gm_variant_at(i)->needs & ~gm_cpu_features())
			assert_int_equal(status, GM_NO_CPU);
		c.run.variant = gm_variant_at(i);
		for (function which = SUPPORTS; status != GM_OK && which <= PLAN; which++) {
			assert_int_equal(call_ask(&c, which, &said), status);
			assert_string_equal(said.message, want.message);
		}
		others += status == GM_NO_CPU;
	}
	assert_true(others > 0); /* no machine has every ISA */
	c.run.variant = gm_variant_at(0);
	run_close(&c.run);
}

/* ---- what looks bad and is a default ---- */

static void no_strides(api_call *c) { c->fwd.in_t = c->fwd.in_n = c->fwd.out_t = c->fwd.out_n = 0; }
static void no_mask_strides(api_call *c) { c->fwd.mask_t = c->fwd.mask_n = 0; }
static void no_window(api_call *c) { c->bwd.t_end = 0; }
static void no_step_stride(api_call *c) { c->fwd.in_t = c->fwd.out_t = 0; }
static void no_row_stride(api_call *c) { c->fwd.in_n = c->fwd.out_n = 0; }

static void no_threads(api_call *c)
{
	c->opts.threads = 0;
	renew_plan(c);
	assert_int_equal(call_ask(c, WEIGHTS, NULL), GM_OK);
}

static void test_defaults(void **state)
{
	static const struct {
		const char *problem;
		void (*change)(api_call *c);
	} row[] = {{"lstm_L2_T5_N3_I4_H9_P5_len_drop", no_strides},
	           {"lstm_L2_T5_N3_I4_H9_bf_drop", no_strides},
	           {"lstm_L2_T5_N3_I4_H9_P5_len_drop", no_mask_strides},
	           {"lstm_L2_T5_N3_I4_H9_bf_drop", no_mask_strides},
	           {"gru_D2_T5_N3_I4_H9", no_window},
	           {"gru_D2_T5_N3_I4_H9", no_threads},
	           {"gru_T1_N3_I4_H9", no_step_stride},
	           {"gru_T5_N1_I4_H9_bf", no_row_stride}};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		gm_error error = {0};
		variant_run good;
		api_call c;

		run_random(&good, gm_variant_at(0), row[i].problem, 1, GM_MODE_TRAIN);
		run_forward(&good);
		run_backward(&good);
		call_open(&c, row[i].problem);
		call_poison(&c);
		row[i].change(&c);
		if (call_ask(&c, FORWARD, &error) != GM_OK || call_ask(&c, BACKWARD, &error) != GM_OK)
			fail_msg("%s, row %zu: %s", row[i].problem, i, error.message);
		if (!same_results(&good, &c.run, 1))
			fail_msg("%s, row %zu: other results", row[i].problem, i);
		run_close(&c.run);
		run_close(&good);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_refused), cmocka_unit_test(test_other_cpu),
	                                   cmocka_unit_test(test_defaults)};

	return cmocka_run_group_tests_name("refusals", tests, NULL, NULL);
}

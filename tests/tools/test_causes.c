/* SPDX-License-Identifier: MIT */
/* test_causes.c - bugs of many kinds (plugins/bugs.c) are checked, and what is said must lead to each: one heading
 * for a bug, at most ten lines of 80 columns, its smallest case, a command that repeats it. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "causes/causes.h"
#include "check/check.h"
#include "run_program.h"

enum { LINES = 10, PARTS = 3 };
/* What must stand in its heading, in that order, and in the lines below; how many causes the variant has. */
static const struct bug {
	const char *variant, *heading[PARTS], *below;
	size_t causes;
} bugs[] = {
	/* a read past an end, dc not carried, h_n too early, a gradient that is not written, strides that are ignored, an
     * overwrite that is none, unwritten memory, an order of gates, a bias forgotten, an activation with a clamp */
	{"reads-past-c_0", {"SIGSEGV in forward: ", "past the end of c_0"}, "  lstm_", 2}, // c_n too, where it is c_0
	{"dc_without_f", {"all results wrong"}, "  lstm_T1_N1_I1_H1.init/bwd grad_c_0", 1},
	{"early-h_n", {"only h_n wrong", "only where L is 1"}, "  rnn_sigmoid_T2_N1_I11_H2.init/fwd h_n", 1},
	{"no-bias_hh",
     {"grad_bias_hh never written: the host's poison"},
     ".init/bwd grad_bias_hh_l0[0] was never written",
     1},
	{"ignores-strides", {"all results wrong", "only batch first"}, "_bf.", 1},
	{"always-adds", {"weight gradients added to what stood there: GM_OVERWRITE is ignored"}, "was added to", 1},
	{"reads-scratch", {"output computed from memory that nobody has written"}, "depends on memory", 1},
	{"swap_gates_g_o", {"gates look like i f o g (Caffe)"}, "  lstm_T1_N1_I1_H1.init/fwd", 1},
	{"bias_hh_ignored", {"looks like bias_hh left out"}, "  rnn_sigmoid_T1_N1_I1_H1.init/fwd", 1},
	{"activation_clamped", {"all results wrong"}, "  rnn_sigmoid_T2_N1_I11_H2.init/fwd", 1},
	/* conventions */
	{"onnx_gate_order", {"gates look like i o f g (ONNX)"}, "  lstm_T1_N1_I1_H1.init/fwd", 1},
	{"swap_gates_r_z", {"gates look like z r n (ONNX, Keras)"}, "  gru_T3_N2_I3_H4.init/fwd", 1},
	{"bias_hn_outside_reset", {"bias_hh of n outside the reset product"}, "  gru_T3_", 1},
	{"update_gate_exchanged", {"z and 1 - z exchanged"}, "  gru_T3_", 1},
	{"reset_before", {"reset before the recurrent product (ONNX: linear_before_reset = 0)"}, "  gru_T3_", 2},
	{"weight_hh_transposed", {"weight_hh transposed"}, "", 1},
	{"bias_ih_ignored", {"bias_ih left out"}, "", 1},
	{"h_0_ignored", {"h_0 left out", "only where h_0 is given"}, "", 1},
	{"lengths_ignored", {"lengths left out"}, "_len.", 1},
	{"dropout_mask_ignored", {"dropout masks left out"}, "_drop.", 1},
	/* where the wrong elements are */
	{"last_step_dropped", {"only output wrong", "last step"}, "", 1},
	{"last_row_dropped", {"only output wrong", "last row"}, "", 1},
	{"last_unit_dropped", {"only output wrong", "last unit"}, "", 1},
	{"reverse_ignored", {"only output wrong", "reverse direction alone"}, "", 1},
	{"db_twice", {"only grad_bias_ih and grad_bias_hh wrong"}, "", 1},
	{"dw_skips_t0", {"only weight gradients wrong"}, "", 2},
	{"grad_h_0_dropped", {"only grad_h_0 wrong"}, "", 1},
	/* which cases fail */
	{"no-c_n", {"c_n never written", "only lstm"}, "", 1},
	{"grad_h_n_ignored", {"all results wrong", "only where grad_h_n is given"}, "", 1},
	{"h_n_at_last_step", {"only h_n wrong"}, "_len.", 1},
	{"computes-nan",
     {"output NaN where a number is wanted", "only where T is at least 9"},
     "not from the host's poison",
     1},
	{"wrong-without-tape", {"another form of the call: without h_n, c_n and tape"}, "", 0},
	{"loses-nan", {"a NaN is lost", "only special values"}, "special values: ", 1},
	{"skips-absent-h_0", {"a NaN is lost", "where h_0 is absent"}, "special values: ", 1},
	{"denormals_flushed", {"only output wrong"}, "denormals are kept, not flushed to 0", 2},
	/* two at once */
	{"strides-and-lengths", {"only with lengths"}, "", 2},
	{"strides-and-lengths", {"all results wrong", "only batch first"}, "_bf.", 2},
};

/* ---- what was said ---- */

static char *said; /* of all of them */

/* Large cases say nothing that small ones do not. */
#define SMALL " --cases '!*_T1000_*,!*_T257_*,!*_T209_*,!*_H127.*,!*_H128.*,!*_H100.*,!*_H65.*'"

static int check_all(void **state)
{
	if (open_folder(state) != 0)
		return -1;
	outcome o = expect(1,
	                   "cd %s && cp '%s' bugs.so && gatemark check -q --plugin bugs.so --out out --junit j.xml" SMALL,
	                   folder, plugin_path("bugs"));
	said = strdup(o.out);
	outcome_free(&o);
	return said ? 0 : -1;
}

static int forget_all(void **state)
{
	free(said);
	return close_folder(state);
}

/* The n-th cause of a variant as one line: its heading, and below it what follows; NULL if there are not so many. */
static char *cause_of(const char *variant, size_t n, char **below)
{
	char start[80];
	const char *at = said;
	snprintf(start, sizeof start, "FAIL %s: ", variant);
	for (size_t k = 0; at && k <= n; k++)
		at = strstr(k ? at + 1 : at, start);
	if (!at)
		return NULL;
	const char *next = strstr(at + 1, "\nFAIL "), *end = next ? next : strstr(at, "\nCHECK ");
	char *text = strndup(at, (size_t)(end - at)), *to = text;
	*below = NULL;
	for (const char *from = text; *from != '\0'; from++) {
		if (*from == '\n' && !*below && strncmp(from, "\n     ", 6) != 0)
			*below = to;
		if (*from == '\n' && (!*below || (strncmp(from, "\n    ", 5) == 0)))
			from += *below ? 4 : 5, *to++ = ' ';
		else
			*to++ = *from;
	}
	*to = '\0';
	return text;
}

static int holds(const char *text, const char *end, const char *const part[PARTS])
{
	for (size_t k = 0; k < PARTS && part[k]; k++) {
		text = strstr(text, part[k]);
		if (!text || text > end)
			return 0;
	}
	return 1;
}

static void each_bug_has_its_heading(void **state)
{
	size_t wrong = 0;
	(void)state;
	for (const struct bug *b = bugs; b < bugs + sizeof bugs / sizeof bugs[0]; b++) {
		size_t found = 0, count = 0, forms = 0; // cases that have the bug in another form of the call only
		char *below, *text;
		for (; (text = cause_of(b->variant, count + forms, &below)) != NULL;) {
			found += below && holds(text, below, b->heading) && strstr(below, b->below);
			*(strstr(text, ": wrong only in another form of the call") ? &forms : &count) += 1;
			free(text);
		}
		if (found != 1 || count != b->causes)
			print_error("%s: %zu causes, %zu as wanted: \"%s\"\n", b->variant, count, found, b->heading[0]);
		wrong += found != 1 || count != b->causes;
	}
	assert_int_equal(wrong, 0);
}

static void a_cause_takes_ten_lines_of_80_columns(void **state)
{
	size_t lines = 0;
	(void)state;
	assert_true(widest_line(said) <= 80);
	for (const char *line = said; strncmp(line, "CHECK ", 6) != 0; line = strchr(line, '\n') + 1) {
		lines = strncmp(line, "FAIL ", 5) == 0 ? 1 : lines + 1;
		if (lines > LINES)
			fail_msg("more than %d lines of a cause, before %.80s", LINES, line);
	}
}

/* No heading says more than one cause without need: of 45 variants. */
static void one_heading_a_bug(void **state)
{
	(void)state;
	assert_true(count_of(said, "FAIL ") > 45);
	assert_true(count_of(said, "FAIL ") < 56);
}

/* Terminal, Markdown, HTML and JUnit have the same headings. */
static void all_outputs_have_the_same_causes(void **state)
{
	static const char *const heading[] = {"grad_bias_hh never written: ", "only h_n wrong, only where L is 1 ("};
	(void)state;
	outcome o = expect(0,
	                   "cd %s && { gatemark report -q out/results.jsonl -o r.html --markdown r.md --junit k.xml || "
	                   "test $? = 1; } && cmp j.xml k.xml",
	                   folder);
	outcome_free(&o);
	for (size_t k = 0; k < 2; k++) {
		o = expect(0,
		           "cd %s && grep -cF '%s' r.html && sed 's/\\\\//g' r.md | "
		           "grep -cF '%s' && grep -cF '%s' j.xml",
		           folder, heading[k], heading[k], heading[k]);
		assert_int_equal(strncmp(o.out, "1\n1\n", 4), 0); // JUnit says it with each failure
		outcome_free(&o);
	}
}

/* The rest of K behind the last whole vector; such a plug-in has no layers. */
static void a_tail_is_named(void **state)
{
	(void)state;
	outcome o = expect(1,
	                   "gatemark check -q --plugin '%s' --variants drops-tail --pass fwd --cases "
	                   "'lstm*init,!*_L*,!*_D*,!*_P*,!*_T1_*,!*nobias*,!*T1000*'",
	                   plugin_path("bugs"));
	assert_in(o.out, "FAIL drops-tail: looks like columns of weight_hh behind the last multiple of 8\n");
	assert_in(o.out, "left out, only where H is no multiple of 8 (all 27)\n");
	outcome_free(&o);
}

/* The block of README.md that begins with "FAIL " is what is said of that plug-in. */
static void the_sample_on_the_first_page_is_true(void **state)
{
	(void)state;
	char *page = file_text(getenv("GM_SOURCE"), "README.md");
	assert_non_null(page);
	char *from = strstr(page, "\nFAIL "), *to = from ? strstr(from, "\n```") : NULL;
	assert_non_null(to);
	to[1] = '\0';
	outcome o = expect(1,
	                   "cd %s && cp '%s' libmine.so && unset -f gatemark && PATH=\"$GM_BIN:$PATH\" && "
	                   "gatemark check -q --plugin ./libmine.so",
	                   folder, plugin_path("forgets_h_0"));
	assert_in(o.out, from + 1);
	outcome_free(&o);
	free(page);
}

/* ---- records without a run of the program ---- */

static check_result record(const char *variant, const char *problem, check_pass pass, check_status status)
{
	check_result r;
	check_result_init(&r);
	snprintf(r.variant, sizeof r.variant, "%s", variant);
	snprintf(r.problem, sizeof r.problem, "%s", problem);
	snprintf(r.case_id, sizeof r.case_id, "%s.init", problem);
	r.pass = pass;
	r.status = status;
	r.code = status == STATUS_FAIL ? CODE_TIMED_OUT : reason_code_none;
	return r;
}

/* Headings of the failures among these records, one a line. */
static void headings(check_result *list, size_t count, char text[800])
{
	causes found;
	gm_error error;
	const evidence e = {.check = list, .check_count = count};
	assert_int_equal(causes_find(&e, STATUS_FAIL, &found, &error), GM_OK);
	text[0] = '\0';
	for (size_t k = 0; k < found.count; k++)
		snprintf(text + strlen(text), 800 - strlen(text), "%s: %s, %zu, %zu\n", found.list[k].failure[0]->variant,
		         found.list[k].heading, found.list[k].count, found.list[k].following);
	causes_free(&found);
}

/* Two records differ in something: that is no cause. */
static void few_cases_prove_nothing(void **state)
{
	check_result list[] = {record("v", "lstm_T3_N1_I2_H4", PASS_FWD, STATUS_FAIL),
	                       record("v", "gru_T3_N1_I2_H4_bf", PASS_FWD, STATUS_PASS),
	                       record("v", "gru_T4_N1_I2_H4_bf", PASS_FWD, STATUS_PASS)};
	char text[800];
	(void)state;
	headings(list, 3, text);
	assert_string_equal(text, "v: timed out, 1 of 3 cases, 1, 0\n");
}

/* Sentences that differ in numbers are one; what only follows forward is counted with it; variants stay apart, and a
 * failure of one is no failure of the other. */
static void alike_is_together_and_variants_are_not(void **state)
{
	static char late[] = "no answer from forward within 30.1 s", later[] = "no answer from forward within 31 s";
	static char crash[] = "SIGSEGV in backward";
	check_result list[24];
	char text[800], problem[64];
	(void)state;
	for (size_t k = 0; k < 24; k++) {
		const check_pass pass = k / 2 % 2 ? PASS_BWD : PASS_FWD;
		const int bad = k / 4 < 2;
		snprintf(problem, sizeof problem, "lstm_T%zu_N1_I2_H4%s", 3 + k / 4, bad ? "_bf" : "");
		list[k] = record(k % 2 ? "w" : "v", problem, pass,
		                 bad && (k % 2 == 0 || pass == PASS_BWD) ? STATUS_FAIL : STATUS_PASS);
		list[k].reason = k % 2 ? crash : k / 4 ? late : later;
	}
	headings(list, 24, text);
	assert_string_equal(text, "v: no answer from forward within 31 s, only batch first (all 2), 4, 2\n"
	                          "w: SIGSEGV in backward, only batch first (all 2), 2, 0\n");
}

/* The rule that a special case breaks is said; others have none. */
static void rules_of_special_values(void **state)
{
	static char nan[] = "nan", inf[] = "inf", decay[] = "denormal", cancel[] = "cancel", *h_0[] = {"h_0"};
	static char zero[] = "differs in bits from x at output[0]: got -0 want 0\nfirst wrong t=0";
	static const struct {
		const char *problem, *regime;
		char *tags, *reason;
		int absent;
		const char *rule;
	} row[] = {{"lstm_T4_N2_I5_H17", "nan_weight_hh", nan, NULL, 1, "0 * NaN = NaN"},
	           {"lstm_T4_N2_I5_H17", "nan_weight_hh", nan, NULL, 0, "a NaN reaches all that depends on it"},
	           {"gru_T5_N3_I4_H6_len", "nan_padding", nan, NULL, 0, "behind a row's length is never read"},
	           {"rnn_relu_T5_N3_I7_H9", "nan_input", nan, NULL, 0, "ReLU keeps a NaN"},
	           {"lstm_T4_N3_I6_H9", "inf_c_0", inf, NULL, 0, "0 * Inf = NaN"},
	           {"gru_T32_N2_I5_H8_nobias", "decay", decay, NULL, 0, "not flushed to 0"},
	           {"lstm_T3_N2_I3_H4", "init", NULL, zero, 0, "-0 and +0 are different bits"},
	           {"lstm_T5_N3_I16_H9", "cancel", cancel, NULL, 0, NULL}};
	(void)state;
	for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
		check_result r = record("v", row[k].problem, PASS_FWD, STATUS_FAIL);
		snprintf(r.case_id, sizeof r.case_id, "%s.%s", row[k].problem, row[k].regime);
		r.code = row[k].reason ? CODE_BITS : CODE_WRONG;
		r.reason = row[k].reason;
		r.tags = row[k].tags;
		r.absent = h_0;
		r.absent_count = (size_t)row[k].absent;
		const check_result *failure[] = {&r};
		const evidence e = {.check = &r, .check_count = 1};
		char *text = cause_text(&(cause){.failure = failure, .count = 1}, &e, &r);
		if (row[k].rule)
			assert_in(text, row[k].rule);
		else
			assert_null(strstr(text, "special values"));
		free(text);
	}
}

/* ---- goldens that the reference contradicts ---- */

static void ignore(void *context, size_t done)
{
	(void)context;
	(void)done;
}

static void ignore_facts(void *context, case_facts *facts)
{
	(void)context;
	(void)facts;
}

/* Blocks of the weights of an LSTM, which stand as i f g o, as i o f g. */
static void put_in_onnx_order(const gm_case *c)
{
	static const size_t from[] = {0, 3, 1, 2};
	for (size_t k = 0; k < c->tensors->count; k++) {
		const size_t block = c->tensors->row[k].count / 4;
		if (c->tensors->row[k].role != GM_ROLE_WEIGHT)
			continue;
		float *given = c->data[k], *was = malloc(4 * block * sizeof *was);
		assert_non_null(was);
		memcpy(was, given, 4 * block * sizeof *was);
		for (size_t i = 0; i < 4 * block; i++)
			given[i] = was[from[i / block] * block + i % block];
		free(was);
	}
}

static void a_golden_of_another_convention_is_named(void **state)
{
	static const executor here = {.name = "native"};
	static const volatile sig_atomic_t go_on = 0;
	fixture_set *set;
	gm_error error;
	(void)state;
	assert_int_equal(fixture_load(getenv("GM_FIXTURES"), &(fixture_options){0}, &set, &error), GM_OK);
	unsigned char *chosen = calloc(set->count, 1);
	for (size_t k = 0; k < set->count; k++)
		if (strcmp(set->cases[k]->id, "lstm_T3_N2_I3_H4.init") == 0) {
			chosen[k] = 1;
			put_in_onnx_order(set->cases[k]);
		}
	const check_plan plan = {.set = set,
	                         .chosen = chosen,
	                         .passes = CHECK_FWD | CHECK_BWD,
	                         .accuracy_class = -1,
	                         .no_fork = 1,
	                         .executor = &here,
	                         .stop = &go_on,
	                         .facts = ignore_facts,
	                         .step = ignore};
	assert_int_equal(check_run(&plan, &error), GM_BAD_FIXTURE);
	assert_in(error.message, "; gates look like i o f g (ONNX)");
	free(chosen);
	fixture_set_destroy(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_bug_has_its_heading),
		cmocka_unit_test(a_cause_takes_ten_lines_of_80_columns),
		cmocka_unit_test(one_heading_a_bug),
		cmocka_unit_test(all_outputs_have_the_same_causes),
		cmocka_unit_test(a_tail_is_named),
		cmocka_unit_test(few_cases_prove_nothing),
		cmocka_unit_test(alike_is_together_and_variants_are_not),
		cmocka_unit_test(rules_of_special_values),
		cmocka_unit_test(the_sample_on_the_first_page_is_true),
		cmocka_unit_test(a_golden_of_another_convention_is_named),
	};
	return cmocka_run_group_tests(tests, check_all, forget_all);
}

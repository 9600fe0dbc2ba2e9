/* SPDX-License-Identifier: MIT */
/* test_choose.c - the rules of choose.h one by one, on result files of a few lines: who is eligible,
 * what each other variant is told.  Who wins: test_choose_best.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "choice_lines.h"

static void the_fastest_wins_with_its_margin(void **state)
{
	lines l;
	(void)state;
	begin(&l);
	put_time(&l, RUN_A, P, row(0), 300);
	put_time(&l, RUN_A, P, row(1), 100);
	put_time(&l, RUN_A, P, row(2), 200);
	choice_document choice = choice_of(&l, NULL, GM_OK);
	const choice_entry *entry = entry_at(&choice, 0);
	assert_string_equal(entry->chosen, row(1));
	assert_string_equal(entry->next, row(2));
	assert_float_equal(entry->margin, 2, 1e-9);
	assert_float_equal(entry->margin_low, 198.0 / 101, 1e-6);
	assert_float_equal(entry->margin_high, 202.0 / 99, 1e-6);
	assert_int_equal(entry->comparison, TIME_FASTER);
	assert_float_equal(entry->regret, 0, 0);
	assert_float_equal(entry->p99_ns, 110, 1e-6);
	assert_string_equal(reason_code_word(rejection(entry, row(0))->code), "slower");
	assert_non_null(strstr(rejection(entry, row(0))->why, "3 x the time"));
	choice_document_free(&choice);
}

static void a_failed_check_disqualifies(void **state)
{
	static const char *const STATUS[] = {"fail", "xfail"};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		lines l;
		begin(&l);
		put_check(&l, RUN_A, row(0), "pass", "f32");
		put_check(&l, RUN_A, row(1), STATUS[i], "f32");
		put_time(&l, RUN_A, P, row(0), 300);
		put_time(&l, RUN_A, P, row(1), 100);
		choice_document choice = choice_of(&l, NULL, GM_OK);
		const choice_entry *entry = entry_at(&choice, 0);
		assert_string_equal(entry->chosen, row(0));
		assert_string_equal(reason_code_word(rejection(entry, row(1))->code), "failed-conformance");
		assert_true(entry->margin < 0);
		choice_document_free(&choice);
	}
}

static void every_other_status_is_told(void **state)
{
	static const struct {
		const char *status, *code;
	} SAID[] = {{"rejected", "failed-conformance"},
	            {"skipped", "not-timed"}, /* without a code nothing is guessed */
	            {"unsupported", "unsupported"},
	            {"failed", "not-timed"}};
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		lines l;
		begin(&l);
		put_status(&l, RUN_A, P, row(0), SAID[i].status);
		put_time(&l, RUN_A, P, row(1), 100);
		put_check(&l, RUN_A, row(2), "pass", "f32");
		choice_document choice = choice_of(&l, NULL, GM_OK);
		const choice_entry *entry = entry_at(&choice, 0);
		const rejected_variant *other = rejection(entry, row(0));
		assert_string_equal(entry->chosen, row(1));
		assert_string_equal(reason_code_word(other->code), SAID[i].code);
		assert_non_null(strstr(other->why, "because"));
		assert_string_equal(reason_code_word(rejection(entry, row(2))->code), "not-timed");
		choice_document_free(&choice);
	}
}

static void what_was_skipped_is_told_by_its_code(void **state)
{
	static const struct {
		const char *code, *why;
	} SAID[] = {{"no-cpu", "not on this CPU: because"},     {"not-built", "not in this build: because"},
	            {"budget-spent", "no time left: because"},  {"interrupted", "interrupted: because"},
	            {"hidden", "hidden by --isa-cap: because"}, {"filtered", "filtered out: because"}};
	(void)state;
	for (size_t i = 0; i < sizeof SAID / sizeof *SAID; i++) {
		lines l;
		begin(&l);
		put_skipped(&l, RUN_A, P, row(0), SAID[i].code);
		put_time(&l, RUN_A, P, row(1), 100);
		choice_document choice = choice_of(&l, NULL, GM_OK);
		const rejected_variant *other = rejection(entry_at(&choice, 0), row(0));
		assert_string_equal(reason_code_word(other->code), SAID[i].code);
		assert_string_equal(other->why, SAID[i].why);
		choice_document_free(&choice);
	}
}

static void a_bench_record_states_the_class(void **state)
{
	static const char *const CLASS[] = {"f32", "bf16w"};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		lines l;
		begin(&l);
		put_time(&l, RUN_A, P, row(0), 300);
		put_foreign(&l, RUN_A, P, CLASS[i], 50);
		choice_document choice = choice_of(&l, NULL, GM_OK);
		const choice_entry *entry = entry_at(&choice, 0);
		assert_string_equal(entry->chosen, i == 0 ? "foreign" : row(0));
		if (i == 1)
			assert_non_null(strstr(rejection(entry, "foreign")->why, "class bf16w is not accepted"));
		choice_document_free(&choice);
	}
}

static void what_was_not_judged_is_not_eligible(void **state)
{
	lines l;
	(void)state;
	begin(&l);
	fprintf(
		l.file,
		"{\"schema\":1,\"kind\":\"bench\",\"run\":\"%s\",\"problem\":\"%s\",\"variant\":\"%s\",\"status\":\"timed\","
		"\"judged\":\"\",\"p50_ns\":1.0}\n",
		RUN_A, P, row(0));
	choice_document choice = choice_of(&l, NULL, GM_OK);
	assert_int_equal(choose_chosen(&choice), 0);
	assert_string_equal(reason_code_word(rejection(entry_at(&choice, 0), row(0))->code), "failed-conformance");
	choice_document_free(&choice);
}

/* The intervals of the medians overlap (+-10 %), the paired ratio is surely above 1. */
static void pairs_outrank_overlapping_intervals(void **state)
{
	lines l;
	(void)state;
	begin(&l);
	put_paired(&l, RUN_A, P, row(0), 104, 1.04, 1.03, 1.05);
	put_paired(&l, RUN_A, P, row(1), 100, 1, 1, 1);
	choice_document choice = choice_of(&l, NULL, GM_OK);
	assert_string_equal(entry_at(&choice, 0)->chosen, row(1));
	assert_float_equal(entry_at(&choice, 0)->margin_low, 1.03, 1e-9);
	choice_document_free(&choice);
}

static void the_class_must_be_the_accepted_one(void **state)
{
	lines l;
	(void)state;
	begin(&l);
	put_check(&l, RUN_A, row(0), "pass", "f32");
	put_check(&l, RUN_A, row(1), "pass", "bf16w");
	put_time(&l, RUN_A, P, row(0), 300);
	put_time(&l, RUN_A, P, row(1), 100);
	put_time(&l, RUN_A, P, "foreign", 50); /* nobody says its class */
	choice_document choice = choice_of(&l, NULL, GM_OK);
	const choice_entry *entry = entry_at(&choice, 0);
	assert_string_equal(entry->chosen, row(0));
	assert_string_equal(reason_code_word(rejection(entry, row(1))->code), "class");
	assert_string_equal(reason_code_word(rejection(entry, "foreign")->code), "class");
	assert_int_equal(choice.accept_count, 1);
	assert_string_equal(choice.accept[0], "f32");
	choice_document_free(&choice);
}

static void one_machine_is_decided_for(void **state)
{
	lines l;
	(void)state;
	begin(&l);
	put_run(&l, RUN_B, "m2", "2026-01-02T00:00:00Z");
	put_time(&l, RUN_A, P, row(0), 1);
	put_time(&l, RUN_B, P, row(1), 100);
	put_check(&l, RUN_A, row(1), "fail", "f32"); /* there, not here */
	choice_document choice = choice_of(&l, NULL, GM_OK);
	assert_string_equal(choice.machine.fingerprint, "m2");
	assert_string_equal(entry_at(&choice, 0)->chosen, row(1));
	assert_non_null(strstr(choice.notes[1], "other machine"));
	choice_document_free(&choice);
}

/* A file of an earlier release speaks of the same variant. */
static void a_former_name_is_the_same_variant(void **state)
{
	lines l;
	(void)state;
	begin(&l);
	put_check(&l, RUN_A, "scalar", "fail", "f32");
	put_time(&l, RUN_A, P, "scalar-plain", 100);
	put_time(&l, RUN_A, P, "scalar", 200); /* the later one */
	put_time(&l, RUN_A, P, row(1), 300);
	choice_document choice = choice_of(&l, NULL, GM_OK);
	assert_string_equal(entry_at(&choice, 0)->chosen, row(1));
	assert_int_equal(entry_at(&choice, 0)->rejected_count, 1);
	assert_int_equal(rejection(entry_at(&choice, 0), "scalar-plain")->code, CODE_FAILED_CONFORMANCE);
	choice_document_free(&choice);
}

static void a_problem_can_be_asked_for(void **state)
{
	static const struct {
		const char *problem;
		gm_status status;
		size_t entries;
	} ASKED[] = {{P, GM_OK, 1},
	             {"lstm_L1_T8_N1_I4_H4", GM_OK, 2},
	             {"lstm_T8_N1_I4_H4/bwd", GM_BAD_ARGUMENT, 0},
	             {"nonsense", GM_BAD_ARGUMENT, 0}};
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		lines l;
		const char *problem = ASKED[i].problem;
		const names asked = {.name = &problem, .count = 1};
		begin(&l);
		put_time(&l, RUN_A, P, row(0), 100);
		put_time(&l, RUN_A, "lstm_T8_N1_I4_H4/train", row(0), 300);
		put_time(&l, RUN_A, "lstm_T16_N1_I4_H4/fwd", row(0), 200);
		choice_document choice = choice_of(&l, &asked, ASKED[i].status);
		assert_int_equal(choice.domain_count, ASKED[i].entries);
		choice_document_free(&choice);
	}
}

/* The order of the list and not that of the race, whose turns go by kind, nor that of the alphabet. */
static void problems_keep_the_order_of_their_list(void **state)
{
	static const char *const raced[] = {"rnn_tanh_T1_N1_I2_H2/fwd", "lstm_T1_N1_I2_H2/fwd", "rnn_tanh_T8_N1_I2_H2/fwd"};
	static const size_t place[] = {0, 2, 1};
	lines l;
	(void)state;
	begin(&l);
	for (size_t i = 0; i < 3; i++)
		fprintf(l.file,
		        "{\"schema\":1,\"kind\":\"bench\",\"run\":\"%s\",\"problem\":\"%s\",\"variant\":\"%s\","
		        "\"status\":\"timed\",\"judged\":\"bits\",\"place\":%zu,\"p50_ns\":1.0}\n",
		        RUN_A, raced[i], row(0), place[i]);
	put_run(&l, RUN_B, "m1", "2026-01-02T00:00:00Z");
	put_time(&l, RUN_B, "gru_T1_N1_I2_H2/fwd", row(0), 100);
	put_time(&l, RUN_B, raced[1], row(0), 100); // again: its place stays
	choice_document choice = choice_of(&l, NULL, GM_OK);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(entry_at(&choice, place[i])->problem, raced[i]);
	assert_string_equal(entry_at(&choice, 3)->problem, "gru_T1_N1_I2_H2/fwd");
	choice_document_free(&choice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fastest_wins_with_its_margin),    cmocka_unit_test(a_failed_check_disqualifies),
		cmocka_unit_test(every_other_status_is_told),          cmocka_unit_test(what_was_not_judged_is_not_eligible),
		cmocka_unit_test(pairs_outrank_overlapping_intervals), cmocka_unit_test(the_class_must_be_the_accepted_one),
		cmocka_unit_test(one_machine_is_decided_for),          cmocka_unit_test(what_was_skipped_is_told_by_its_code),
		cmocka_unit_test(a_bench_record_states_the_class),     cmocka_unit_test(a_former_name_is_the_same_variant),
		cmocka_unit_test(a_problem_can_be_asked_for),          cmocka_unit_test(problems_keep_the_order_of_their_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_choose.c - the rules of choose.h one by one, on result files of a few lines: who is a candidate, who wins, what
 * is a tie, what each other variant is told; merging of files; exit codes; the choice file. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "choose.h"
#include "cli.h"
#include "result_lines.h"
#include "results.h"

#define P "lstm_T8_N1_I4_H4/fwd"

static const char *row(size_t index) /* of the table of variants: row(0) is the simplest */
{
	assert_true(index < gm_variant_count());
	return gm_variant_at(index)->name;
}

/* The choice of the lines so far; code is what choose_from_results must return. */
static json_t *choice_of(lines *l, const choose_options *options, int code)
{
	const char *path[] = {l->path};
	json_t *choice = NULL;
	gm_error error = {0};
	lines_done(l);
	assert_int_equal(choose_from_results(path, 1, options, NULL, &choice, &error), code);
	lines_remove(l, NULL);
	return choice;
}

static json_t *entry_at(const json_t *choice, size_t index)
{
	json_t *entry = json_array_get(json_object_get(choice, "domain"), index);
	assert_non_null(entry);
	return entry;
}

static const json_t *rejection(const json_t *entry, const char *variant)
{
	json_t *other;
	size_t i;
	json_array_foreach(json_object_get(entry, "rejected"), i, other)
		if (strcmp(results_text(other, "variant"), variant) == 0)
			return other;
	fail_msg("%s is not in the list of rejected", variant);
	return NULL;
}

static void begin(lines *l)
{
	lines_open(l);
	put_run(l, RUN_A, "m1", "2026-01-01T00:00:00Z");
}

static void the_fastest_wins_with_its_margin(void **state)
{
	lines l;
	(void)state;
	begin(&l);
	put_time(&l, RUN_A, P, row(0), 300);
	put_time(&l, RUN_A, P, row(1), 100);
	put_time(&l, RUN_A, P, row(2), 200);
	json_t *choice = choice_of(&l, NULL, CLI_OK), *entry = entry_at(choice, 0);
	assert_string_equal(results_text(entry, "chosen"), row(1));
	assert_string_equal(results_text(entry, "next"), row(2));
	assert_float_equal(results_get(entry, "margin", 0), 2, 1e-9);
	assert_float_equal(results_get(entry, "margin_low", 0), 198.0 / 101, 1e-6);
	assert_float_equal(results_get(entry, "margin_high", 0), 202.0 / 99, 1e-6);
	assert_false(results_flag(entry, "tie"));
	assert_float_equal(results_get(entry, "p99_ns", 0), 110, 1e-6);
	assert_string_equal(results_text(rejection(entry, row(0)), "code"), "slower");
	assert_non_null(strstr(results_text(rejection(entry, row(0)), "why"), "3 x the time"));
	json_decref(choice);
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
		json_t *choice = choice_of(&l, NULL, CLI_OK), *entry = entry_at(choice, 0);
		assert_string_equal(results_text(entry, "chosen"), row(0));
		assert_string_equal(results_text(rejection(entry, row(1)), "code"), "failed-conformance");
		assert_true(json_is_null(json_object_get(entry, "margin")));
		json_decref(choice);
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
		json_t *choice = choice_of(&l, NULL, CLI_OK), *entry = entry_at(choice, 0);
		const json_t *other = rejection(entry, row(0));
		assert_string_equal(results_text(entry, "chosen"), row(1));
		assert_string_equal(results_text(other, "code"), SAID[i].code);
		assert_non_null(strstr(results_text(other, "why"), "because"));
		assert_string_equal(results_text(rejection(entry, row(2)), "code"), "not-timed");
		json_decref(choice);
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
		json_t *choice = choice_of(&l, NULL, CLI_OK);
		const json_t *other = rejection(entry_at(choice, 0), row(0));
		assert_string_equal(results_text(other, "code"), SAID[i].code);
		assert_string_equal(results_text(other, "why"), SAID[i].why);
		json_decref(choice);
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
		json_t *choice = choice_of(&l, NULL, CLI_OK), *entry = entry_at(choice, 0);
		assert_string_equal(results_text(entry, "chosen"), i == 0 ? "foreign" : row(0));
		if (i == 1)
			assert_non_null(strstr(results_text(rejection(entry, "foreign"), "why"), "class bf16w is not accepted"));
		json_decref(choice);
	}
}

static void what_was_not_judged_is_no_candidate(void **state)
{
	lines l;
	(void)state;
	begin(&l);
	fprintf(
		l.file,
		"{\"schema\":1,\"kind\":\"bench\",\"run\":\"%s\",\"problem\":\"%s\",\"variant\":\"%s\",\"status\":\"timed\","
		"\"judged\":\"\",\"p50_ns\":1.0}\n",
		RUN_A, P, row(0));
	json_t *choice = choice_of(&l, NULL, CLI_NOTHING);
	assert_true(json_is_null(json_object_get(entry_at(choice, 0), "chosen")));
	assert_string_equal(results_text(rejection(entry_at(choice, 0), row(0)), "code"), "failed-conformance");
	json_decref(choice);
}

static void a_tie_by_pairs_goes_to_the_simpler(void **state)
{
	lines l;
	(void)state;
	begin(&l);
	put_paired(&l, RUN_A, P, row(0), 200, 2.0, 1.9, 2.1);
	put_paired(&l, RUN_A, P, row(1), 100.5, 1.005, 0.998, 1.012);
	put_paired(&l, RUN_A, P, row(2), 100, 1, 1, 1);
	json_t *choice = choice_of(&l, NULL, CLI_OK), *entry = entry_at(choice, 0);
	assert_string_equal(results_text(entry, "chosen"), row(1));
	assert_true(results_flag(entry, "tie"));
	assert_string_equal(json_string_value(json_array_get(json_object_get(entry, "with"), 0)), row(2));
	assert_string_equal(results_text(rejection(entry, row(2)), "code"), "tie");
	assert_string_equal(results_text(entry, "next"), row(0));
	assert_float_equal(results_get(entry, "margin", 0), 200 / 100.5, 1e-6);
	json_decref(choice);
}

/* The intervals of the medians overlap (+-10 %), the paired ratio is surely above 1. */
static void pairs_outrank_overlapping_intervals(void **state)
{
	lines l;
	(void)state;
	begin(&l);
	put_paired(&l, RUN_A, P, row(0), 104, 1.04, 1.03, 1.05);
	put_paired(&l, RUN_A, P, row(1), 100, 1, 1, 1);
	json_t *choice = choice_of(&l, NULL, CLI_OK);
	assert_string_equal(results_text(entry_at(choice, 0), "chosen"), row(1));
	assert_float_equal(results_get(entry_at(choice, 0), "margin_low", 0), 1.03, 1e-9);
	json_decref(choice);
}

/* Ratios of different runs are to different fastest ones: only the intervals count. */
static void ratios_of_other_runs_do_not_count(void **state)
{
	lines l;
	(void)state;
	begin(&l);
	put_run(&l, RUN_B, "m1", "2026-01-02T00:00:00Z");
	put_paired(&l, RUN_A, P, row(0), 104, 1.04, 1.03, 1.05);
	put_paired(&l, RUN_B, P, row(1), 100, 1, 1, 1);
	json_t *choice = choice_of(&l, NULL, CLI_OK);
	assert_string_equal(results_text(entry_at(choice, 0), "chosen"), row(0));
	assert_true(results_flag(entry_at(choice, 0), "tie"));
	json_decref(choice);
}

static void classes_must_be_accepted(void **state)
{
	static const char *const ACCEPT[] = {NULL, "f32,bf16w"};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		lines l;
		choose_options options = {.accept = ACCEPT[i]};
		begin(&l);
		put_check(&l, RUN_A, row(0), "pass", "f32");
		put_check(&l, RUN_A, row(1), "pass", "bf16w");
		put_time(&l, RUN_A, P, row(0), 300);
		put_time(&l, RUN_A, P, row(1), 100);
		put_time(&l, RUN_A, P, "foreign", 50); /* nobody says its class */
		json_t *choice = choice_of(&l, &options, CLI_OK), *entry = entry_at(choice, 0);
		assert_string_equal(results_text(entry, "chosen"), row(i));
		assert_string_equal(results_text(rejection(entry, "foreign"), "code"), "class");
		json_decref(choice);
	}
	lines l;
	choose_options wrong = {.accept = "f33"};
	begin(&l);
	put_time(&l, RUN_A, P, row(0), 300);
	assert_null(choice_of(&l, &wrong, CLI_USAGE));
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
	json_t *choice = choice_of(&l, NULL, CLI_OK);
	assert_string_equal(results_text(json_object_get(choice, "machine"), "fingerprint"), "m2");
	assert_string_equal(results_text(entry_at(choice, 0), "chosen"), row(1));
	assert_non_null(strstr(json_string_value(json_array_get(json_object_get(choice, "notes"), 1)), "other machine"));
	json_decref(choice);
}

static char *text_of(const char *const *path, size_t count)
{
	json_t *choice = NULL;
	assert_int_equal(choose_from_results(path, count, NULL, NULL, &choice, NULL), CLI_OK);
	char *text = json_dumps(choice, JSON_COMPACT);
	json_decref(choice);
	return text;
}

static void merging_knows_no_order_and_no_doubles(void **state)
{
	lines a, b;
	(void)state;
	lines_open(&a); /* the later run has the lesser id */
	put_run(&a, RUN_B, "m1", "2026-01-01T00:00:00Z");
	put_time(&a, RUN_B, P, row(0), 100); /* overruled by the later run */
	put_time(&a, RUN_B, P, row(1), 150);
	put_check(&a, RUN_B, row(0), "fail", "f32");
	lines_done(&a);
	lines_open(&b);
	put_run(&b, RUN_A, "m1", "2026-01-02T00:00:00Z");
	put_time(&b, RUN_A, P, row(0), 200);
	put_check(&b, RUN_A, row(0), "pass", "f32");
	put_time(&b, RUN_A, "gru_T8_N1_I4_H4/fwd", row(0), 200);
	lines_done(&b);
	char *one = text_of((const char *const[]){a.path, b.path}, 2);
	char *two = text_of((const char *const[]){b.path, a.path, b.path}, 3);
	assert_string_equal(one, two);
	json_t *choice = json_loads(one, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(choice, "domain")), 2);
	assert_string_equal(results_text(entry_at(choice, 0), "problem"), P);
	assert_string_equal(results_text(entry_at(choice, 0), "chosen"), row(1));
	assert_string_equal(results_text(rejection(entry_at(choice, 0), row(0)), "code"), "slower");
	json_decref(choice);
	free(one);
	free(two);
	lines_remove(&a, NULL);
	lines_remove(&b, NULL);
}

static void a_problem_can_be_asked_for(void **state)
{
	static const struct {
		const char *problem;
		int code;
		size_t entries;
	} ASKED[] = {{P, CLI_OK, 1},
	             {"lstm_L1_T8_N1_I4_H4", CLI_OK, 2},
	             {"lstm_T8_N1_I4_H4/bwd", CLI_USAGE, 0},
	             {"nonsense", CLI_USAGE, 0}};
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		lines l;
		choose_options options = {.problem = &ASKED[i].problem, .problems = 1};
		begin(&l);
		put_time(&l, RUN_A, P, row(0), 100);
		put_time(&l, RUN_A, "lstm_T8_N1_I4_H4/train", row(0), 300);
		put_time(&l, RUN_A, "lstm_T16_N1_I4_H4/fwd", row(0), 200);
		json_t *choice = choice_of(&l, &options, ASKED[i].code);
		assert_int_equal(json_array_size(json_object_get(choice, "domain")), ASKED[i].entries);
		json_decref(choice);
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
	json_t *choice = choice_of(&l, NULL, CLI_OK);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(results_text(entry_at(choice, place[i]), "problem"), raced[i]);
	assert_string_equal(results_text(entry_at(choice, 3), "problem"), "gru_T1_N1_I2_H2/fwd");
	json_decref(choice);
}

static void the_file_is_whole_or_as_it_was(void **state)
{
	lines l;
	gm_error error;
	(void)state;
	begin(&l);
	put_check(&l, RUN_A, row(0), "pass", "f32");
	put_time(&l, RUN_A, P, row(0), 100);
	lines_done(&l);
	const char *path[] = {l.path}, *file = lines_beside(&l, "choice.json");
	assert_int_equal(choose_from_results(path, 1, NULL, file, NULL, &error), CLI_OK);
	json_t *choice = json_load_file(file, 0, NULL);
	assert_int_equal((int)results_get(choice, "schema", 0), 1);
	assert_string_equal(results_text(choice, "date"), "2026-01-01T00:00:00Z");
	assert_string_equal(results_text(json_object_get(choice, "build"), "commit"), "abc");
	const json_t *conformance = json_object_get(choice, "conformance");
	assert_int_equal((int)results_get(conformance, "cases", 0), 1);
	assert_float_equal(results_get(conformance, "worst_used", 0), 0.25, 1e-9);
	json_decref(choice);
	assert_int_equal(choose_from_results(path, 1, NULL, lines_beside(&l, "none/choice.json"), NULL, &error),
	                 CLI_NO_WRITE);
	l.file = fopen(l.path, "w");
	assert_non_null(l.file);
	put_run(&l, RUN_A, "m1", "2026-01-01T00:00:00Z"); /* nothing timed */
	lines_done(&l);
	assert_int_equal(choose_from_results(path, 1, NULL, file, NULL, &error), CLI_NOTHING);
	choice = json_load_file(file, 0, NULL);
	assert_string_equal(results_text(entry_at(choice, 0), "chosen"), row(0));
	json_decref(choice);
	lines_remove(&l, "choice.json", NULL);
	assert_int_equal(choose_from_results(path, 1, NULL, NULL, NULL, &error), CLI_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fastest_wins_with_its_margin),     cmocka_unit_test(a_failed_check_disqualifies),
		cmocka_unit_test(every_other_status_is_told),           cmocka_unit_test(what_was_not_judged_is_no_candidate),
		cmocka_unit_test(a_tie_by_pairs_goes_to_the_simpler),   cmocka_unit_test(pairs_outrank_overlapping_intervals),
		cmocka_unit_test(ratios_of_other_runs_do_not_count),    cmocka_unit_test(classes_must_be_accepted),
		cmocka_unit_test(one_machine_is_decided_for),           cmocka_unit_test(merging_knows_no_order_and_no_doubles),
		cmocka_unit_test(what_was_skipped_is_told_by_its_code), cmocka_unit_test(a_bench_record_states_the_class),
		cmocka_unit_test(a_problem_can_be_asked_for),           cmocka_unit_test(problems_keep_the_order_of_their_list),
		cmocka_unit_test(the_file_is_whole_or_as_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

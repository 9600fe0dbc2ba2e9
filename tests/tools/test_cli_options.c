/* SPDX-License-Identifier: MIT */
/* test_cli_options.c - options of the program: lists that add up, globs with notes and negations, what cannot be
 * repeated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli.h"
#include "run_program.h"
#include "app/select.h"
#include "result_lines.h"

#define RNN      "rnn_tanh_T3_N2_I3_H4.init"
#define SKELETON " --plugin \"$GM_LIB\"/libskeleton.so"
#define TINY     "gatemark bench -q --quick --variants scalar-plain "

/* ---- choosing by words ---- */

/* Selects as well. */
static const char *former(const char *name) { return strcmp(name, "scalar-plain") == 0 ? "scalar" : NULL; }

static void words_add_up_and_take_away(void **state)
{
	static const char *const names[] = {"avx2-fused", "avx2-fused-u10", "scalar-plain", "scalar_fma"};
	static const struct {
		const char *words[3];
		int code;
		unsigned char chosen[4];
	} row[] = {
		{{NULL}, CLI_OK, {1, 1, 1, 1}},
		{{"scalar"}, CLI_OK, {0, 0, 2, 0}},
		{{"scalar,scalar", "sca*,scalar_fma"}, CLI_OK, {0, 0, 3, 2}},
		{{"scalar", "avx2*"}, CLI_OK, {1, 1, 2, 0}},
		{{"scalar,avx2*"}, CLI_OK, {1, 1, 2, 0}},
		{{"*", "scalar"}, CLI_OK, {1, 1, 2, 1}},
		{{"!*u10"}, CLI_OK, {1, 0, 1, 1}},
		{{"!*u10,!scalar"}, CLI_OK, {1, 0, 0, 1}},
		{{"!*u10", "avx2*"}, CLI_OK, {1, 0, 0, 0}},
		{{"scalar", "!scal*"}, CLI_NOTHING, {0, 0, 0, 0}},
		{{"neon*", "scalar"}, CLI_OK, {0, 0, 2, 0}},
		{{"!neon*"}, CLI_OK, {1, 1, 1, 1}},
		{{"neon*", "sse*"}, CLI_NOTHING, {0, 0, 0, 0}},
		{{"!scaler"}, CLI_USAGE, {0}},
		{{"avx2*", "scaler"}, CLI_USAGE, {0}},
		{{"avx2*,"}, CLI_USAGE, {0}},
		{{"!"}, CLI_USAGE, {0}},
		{{""}, CLI_USAGE, {0}},
	};
	const select_from from = {"variant", names, 4, former, 0};
	(void)state;
	for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
		unsigned char chosen[4] = {9, 9, 9, 9};
		cli_list words = {(char **)(uintptr_t)row[k].words, 0};
		while (words.text[words.count])
			words.count++;
		int code = select_names(&from, &words, 1, chosen);
		if (code != row[k].code || (code != CLI_USAGE && memcmp(chosen, row[k].chosen, 4) != 0))
			fail_msg("row %zu: code %d, %d %d %d %d", k, code, chosen[0], chosen[1], chosen[2], chosen[3]);
	}
}

static void a_glob_without_a_match_is_a_note_beside_others(void **state)
{
	(void)state;
	outcome o = expect(CLI_OK, "gatemark check --variants scalar-plain --cases 'zzz*' --cases '" RNN "'");
	assert_in(o.err, "note: no case matches zzz*\n");
	assert_in(o.out, "CHECK  1 case");
	outcome_free(&o);
	o = expect(CLI_OK, "gatemark check -q --variants 'noop*,scalar' --cases " RNN);
	assert_string_equal(o.err, "");
	outcome_free(&o);
	o = expect(CLI_NOTHING, "gatemark check --cases 'zzz*,yyy*' --cases 'xxx*'");
	assert_in(o.err, "no case matches zzz*,yyy*,xxx*\n");
	outcome_free(&o);
	o = expect(CLI_USAGE, "gatemark check --variants 'scalar,avx2-fsued' --cases " RNN);
	assert_in(o.err, "nearest is avx2-fused");
	outcome_free(&o);
}

/* ---- lists ---- */

static void every_plugin_is_judged(void **state)
{
	(void)state;
	for (int first = 0; first < 2; first++) {
		outcome o = expect(CLI_WRONG, "gatemark check --cases " RNN "%s --plugin '%s'%s --json=%s/r --junit %s/j",
		                   first ? SKELETON : "", plugin_path("wrong_numbers"), first ? "" : SKELETON, folder, folder);
		assert_in(o.out, "\n  skeleton ");
		assert_in(o.out, "\n  base ");
		assert_in(o.out, "plugin_wrong_numbers.so");
		outcome_free(&o);
		char *text = file_text(folder, "r"), *junit = file_text(folder, "j");
		assert_in(text, "\"variant\":\"skeleton\",\"pass\":\"fwd\",\"status\":\"pass\"");
		assert_in(text, "\"variant\":\"base\",\"pass\":\"fwd\",\"status\":\"fail\"");
		assert_int_equal(count_of(text, "\"plugins\":[\""), 1);
		assert_in(junit, "libskeleton.so\"/>");
		assert_in(junit, "plugin_wrong_numbers.so\"/>");
		free(text);
		free(junit);
	}
}

static void a_variant_named_twice_races_itself(void **state)
{
	(void)state;
	outcome o = expect(
		CLI_OK, "gatemark bench -v --quick --problem gru_T1_N1_I2_H2 --variants scalar-plain,scalar-plain --json=%s/r",
		folder);
	assert_int_equal(count_of(o.out, "    budget"), 2);
	outcome_free(&o);
	char *text = file_text(folder, "r");
	assert_in(text, "\"variant\":\"scalar-plain\",\"status\":\"timed\"");
	assert_in(text, "\"variant\":\"scalar-plain#2\",");
	free(text);
}

static void two_variants_of_one_name_are_refused(void **state)
{
	(void)state;
	outcome o = expect(CLI_REFUSED, "gatemark check --cases " RNN " --plugin '%s' --plugin \"$GM_LIB\"/plugin_good.so",
	                   plugin_path("wrong_numbers"));
	assert_in(o.err, "plugin_good.so: base is the name of a variant in ");
	assert_in(o.err, "plugin_wrong_numbers.so too");
	outcome_free(&o);
	o = expect(CLI_REFUSED, "gatemark check --cases " RNN SKELETON SKELETON);
	outcome_free(&o);
}

static void every_plugin_is_raced(void **state)
{
	(void)state;
	outcome o = expect(
		CLI_WRONG,
		"gatemark bench -q --quick --problem rnn_tanh_T2_N1_I3_H4/fwd --variants '!*fused*,!scalar*'" SKELETON
		" --plugin '%s' --json=%s/r",
		plugin_path("wrong_numbers"), folder);
	outcome_free(&o);
	char *text = file_text(folder, "r");
	assert_in(text, "\"variant\":\"skeleton\",\"status\":\"timed\"");
	assert_in(text, "\"variant\":\"base\",\"status\":\"rejected\"");
	free(text);
}

/* What choose needs stands in the records of bench alone. */
static void a_raced_plugin_can_be_chosen(void **state)
{
	(void)state;
	outcome o = expect(CLI_OK,
	                   "gatemark bench -q --quick --problem rnn_tanh_T2_N1_I3_H4/fwd --variants skeleton" SKELETON
	                   " --json=%s/r && gatemark choose -q %s/r",
	                   folder, folder);
	assert_in(o.out, "CHOOSE skeleton 1\n");
	outcome_free(&o);
}

static void problems_add_up(void **state)
{
	(void)state;
	outcome o = expect(
		CLI_OK, TINY "--problem rnn_tanh_T2_N1_I3_H4 --problem gru_T1_N1_I2_H2,lstm_T1_N1_I2_H2 --json=%s/r", folder);
	assert_in(o.out, "given: 3 problems");
	outcome_free(&o);
	o = expect(CLI_OK,
	           "gatemark choose -q --problem lstm_T1_N1_I2_H2 --problem rnn_tanh_T2_N1_I3_H4 %s/r ||"
	           "test $? = 4", // a busy machine: the one contestant's blocks lost time
	           folder);
	assert_int_equal(count_of(o.out, "/fwd"), 2);
	outcome_free(&o);
	o = expect(CLI_USAGE, "gatemark choose --problem lstm_T1_N1_I2_H2 --problem gru_T1_N1_I2_H3 %s/r", folder);
	assert_in(o.err, "no record of problem gru_T1_N1_I2_H3; the nearest is gru_T1_N1_I2_H2/fwd");
	outcome_free(&o);
}

/* Exit 4 where a choice was asked for; a choice that rests on disturbed blocks is none. */
static void a_choice_can_be_asked_for(void **state)
{
	static const struct {
		const char *options;
		int code;
	} row[] = {{"", CLI_OK},
	           {"--decided", CLI_NOISY},
	           {"--problem lstm_T1_N1_I2_H2/fwd", CLI_OK},
	           {"--problem lstm_T2_N1_I2_H2/fwd", CLI_NOISY},
	           {"--problem lstm_T3_N1_I2_H2/fwd", CLI_NOISY},
	           {"--problem lstm_T4_N1_I2_H2/fwd", CLI_NOISY},
	           {"--decided --problem lstm_T1_N1_I2_H2/fwd", CLI_OK}};
	lines l;
	(void)state;
	lines_open(&l);
	put_run(&l, RUN_A, "m1", "2026-01-01T00:00:00Z");
	put_marked(&l, RUN_A, "lstm_T1_N1_I2_H2/fwd", "scalar-plain", 1, "\"disturbed\":false");
	put_marked(&l, RUN_A, "lstm_T2_N1_I2_H2/fwd", "scalar-plain", 1, "\"disturbed\":true");
	put_paired(&l, RUN_A, "lstm_T3_N1_I2_H2/fwd", "scalar-plain", 104, 1.04, 0.99, 1.09);
	put_paired(&l, RUN_A, "lstm_T3_N1_I2_H2/fwd", "scalar-oracle", 100, 1, 1, 1);
	put_paired(&l, RUN_A, "lstm_T4_N1_I2_H2/fwd", "scalar-plain", 104, 1.04, 0.05, 20);
	put_paired(&l, RUN_A, "lstm_T4_N1_I2_H2/fwd", "scalar-oracle", 100, 1, 1, 1);
	lines_done(&l);
	for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
		outcome o = expect(row[k].code, "gatemark choose -q %s %s", row[k].options, l.path);
		assert_int_equal(count_of(o.err, " at most"), row[k].code == CLI_NOISY);
		assert_int_equal(count_of(o.err, "slower than another by 1900 % at most"),
		                 strstr(row[k].options, "_T4_") != NULL);
		outcome_free(&o);
	}
	lines_remove(&l, NULL);
}

static void a_budget_bounds_all_of_a_bench(void **state)
{
	static const char *const wrong[] = {"", "0s", "-1s", "1d", "1 s", "nans", "1e99s"};
	(void)state;
	outcome o = expect(0, TINY "--budget 5s --shapes quick --json=%s/r || test $? = 4", folder); // on a slow machine
	char *text = file_text(folder, "r"), *seconds = strstr(text, ",\"seconds\":");
	assert_non_null(seconds);
	assert_true(strtod(seconds + strlen(",\"seconds\":"), NULL) < 15);
	assert_in(text, "/step\",\"variant\":\"scalar-plain\",\"status\":\"timed\"");
	free(text);
	outcome_free(&o);
	o = expect(CLI_NOISY, TINY "--budget 5s --problem lstm_T2048_N64_I4096_H4096/train");
	assert_in(o.out, "nothing timed: judging it takes about");
	outcome_free(&o);
	for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
		o = expect(CLI_USAGE, TINY "--budget '%s' --problem gru_T1_N1_I2_H2", wrong[k]);
		assert_in(o.err, "--budget takes a time as 90s, 20m or 1.5h, not");
		outcome_free(&o);
	}
}

static void what_keeps_nothing_says_so(void **state)
{
	static const char *const form[] = {"", "-q", "--out %s/out", "--json=%s/r"};
	(void)state;
	for (size_t k = 0; k < 4; k++) {
		char more[300], command[400];
		snprintf(more, sizeof more, form[k], folder);
		snprintf(command, sizeof command, "gatemark bench --quick --variants scalar-plain --problem gru_T1_N1_I2_H2 %s",
		         more);
		outcome o = expect(CLI_OK, "%s", command);
		assert_in(o.out, "BENCH  given: 1 problem, ");
		assert_int_equal(count_of(o.err, "note: nothing is kept"), k == 0);
		outcome_free(&o);
	}
}

/* 70 TB: no machine has them. */
static void a_problem_without_room_is_said(void **state)
{
	(void)state;
	outcome o = expect(CLI_NOTHING,
	                   "gatemark bench -q --variants scalar-plain --problem lstm_T16000000_N300000_I4_H16 --json=%s/r",
	                   folder);
	assert_in(o.out, "nothing timed: its tensors take about");
	outcome_free(&o);
	char *text = file_text(folder, "r");
	assert_in(text, "\"code\":\"no-memory\"");
	free(text);
}

static void what_cannot_be_repeated_says_so(void **state)
{
	static const struct {
		const char *command, *said;
	} row[] = {
		{"gatemark check --json=/dev/null --json=/dev/null --cases " RNN, "--json cannot be repeated"},
		{"gatemark check --class f32 --class f32-abs --cases " RNN, "--class cannot be repeated"},
		{"gatemark bench --seed 1 --seed 2 --quick", "--seed cannot be repeated"},
		{"gatemark choose -o /dev/null --output=/dev/null", "--output cannot be repeated"},
		{TINY "--problem gru_T1_N1_I2_H2 --problem gru_T1_N1_I2_H2/fwd", "is there twice"},
		{TINY "--problem gru_T1_N1_I2_H2 --shapes quick", "exclude each other"},
	};
	(void)state;
	for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
		outcome o = expect(CLI_USAGE, "%s", row[k].command);
		assert_in(o.err, row[k].said);
		outcome_free(&o);
	}
	outcome o = expect(CLI_OK, "gatemark check -q -q --variants scalar-plain --cases " RNN); // the same twice
	outcome_free(&o);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_add_up_and_take_away),
		cmocka_unit_test(a_glob_without_a_match_is_a_note_beside_others),
		IN_FOLDER(every_plugin_is_judged),
		cmocka_unit_test(two_variants_of_one_name_are_refused),
		IN_FOLDER(a_variant_named_twice_races_itself),
		IN_FOLDER(every_plugin_is_raced),
		IN_FOLDER(a_raced_plugin_can_be_chosen),
		IN_FOLDER(problems_add_up),
		cmocka_unit_test(a_choice_can_be_asked_for),
		IN_FOLDER(a_budget_bounds_all_of_a_bench),
		cmocka_unit_test(what_cannot_be_repeated_says_so),
		IN_FOLDER(what_keeps_nothing_says_so),
		IN_FOLDER(a_problem_without_room_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_tables.c - the tables for people at their widest: nothing is cut, no line passes column 80. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/choose_text.h"
#include "app/conform.h"
#include "app/measure.h"
#include "run_program.h"

#define WIDE "rnn_tanh_L9999_D2_T16777216_N99999_I99999_H99999_nobias_bf_len_drop/train"

enum { NAMES = 4 };

/* As long as a name of a variant can be. */
static const char *name_of(size_t k)
{
	static char text[NAMES][48];
	snprintf(text[k], sizeof text[k], "avx512-a_strategy_as_long_as_names_may_ever_b-%zu", k);
	assert_int_equal(strlen(text[k]), 47);
	return text[k];
}

/* The stream's text; fails if it is too wide or lacks a name. */
static void assert_whole(FILE *stream, char **text, size_t names, const char *more)
{
	fclose(stream);
	if (widest_line(*text) > TERM_WIDTH)
		fail_msg("%zu columns:\n%s", widest_line(*text), *text);
	for (size_t k = 0; k < names; k++)
		if (!strstr(*text, name_of(k)))
			fail_msg("%s is not in:\n%s", name_of(k), *text);
	if (!strstr(*text, more))
		fail_msg("%s is not in:\n%s", more, *text);
	free(*text);
}

static bench_result timed(const char *problem, const char *variant, double ratio, double high)
{
	bench_result r = {.status = RACE_TIMED,
	                  .judged = JUDGED_SAMPLED,
	                  .p50_ns = 123456,
	                  .p99_ns = 234567,
	                  .ratio = ratio,
	                  .ratio_low = ratio,
	                  .ratio_high = high};
	snprintf(r.problem, sizeof r.problem, "%s", problem);
	snprintf(r.variant, sizeof r.variant, "%s", variant);
	return r;
}

/* Undecided, equal, or one behind the other. */
static void a_race_at_its_widest(void **state)
{
	static const double share[] = {1.008, 1.109, 400};
	char plugin[] = "./libmine.so";
	(void)state;
	for (size_t k = 0; k < 6; k++) {
		bench_result r[NAMES];
		char *text = NULL;
		size_t length = 0;
		for (size_t v = 0; v < NAMES; v++)
			r[v] = timed(WIDE, name_of(v), k < 3 ? 1 : 1 + 40 * (double)v, k < 3 ? share[k] : 9999);
		for (size_t v = 1; v < NAMES; v++)
			r[v].comparison = k == 0 ? TIME_EQUAL : k < 3 ? TIME_UNDECIDED : TIME_FASTER;
		r[NAMES - 1].plugin = plugin;
		FILE *stream = open_memstream(&text, &length);
		const measure_table table = {r, 1, NAMES, k == 5};
		measure_table_print(stream, &table);
		fflush(stream);
		assert_int_equal(count_of(text, " =0.8% +2"), k == 0);
		assert_int_equal(count_of(text, " ?11% +2") + count_of(text, " ?>100% +2"), k == 1 || k == 2);
		assert_int_equal(count_of(text, name_of(3)), 1); // a plug-in's own line
		assert_int_equal(count_of(text, name_of(2)), k == 5);
		assert_whole(stream, &text, 2, WIDE);
	}
}

/* The longest of the table that are raced unnamed, the longest first. */
static void longest_names(const char *longest[3])
{
	for (size_t k = 0; k < 3; k++) {
		longest[k] = "";
		for (size_t i = 0; i < gm_variant_count(); i++) {
			const gm_variant *v = gm_variant_at(i);
			if (strcmp(v->traits.strategy, "oracle") != 0 && strlen(v->name) > strlen(longest[k]) &&
			    (k < 1 || strcmp(v->name, longest[0]) != 0) && (k < 2 || strcmp(v->name, longest[1]) != 0))
				longest[k] = v->name;
		}
	}
}

/* Problems of the lists, variants of the table, each mark: a row that has no room goes on below its best, in one. */
static void marks_keep_a_row_together(void **state)
{
	static const char *const list[] = {"quick", "full", "sweep"};
	const char *name[3];
	(void)state;
	longest_names(name);
	for (size_t i = 0; i < 3; i++) {
		shape_list shapes;
		char *text = NULL, problem[GM_SPEC_TEXT], below[160], beside[160];
		size_t length = 0, widest = 0;
		assert_int_equal(shapes_load(list[i], &shapes, NULL), GM_OK);
		bench_result *r = calloc(3 * shapes.count, sizeof *r);
		for (size_t k = 0; k < 3 * shapes.count; k++) {
			gm_spec_format(&shapes.specs[k / 3], problem);
			widest = strlen(problem) > widest ? strlen(problem) : widest;
			r[k] = timed(problem, name[k % 3], 1 + (double)(k % 3), 400);
			r[k].comparison = k % 3 ? TIME_UNDECIDED : comparison_none;
			r[k].disturbed = 1;
		}
		FILE *stream = open_memstream(&text, &length);
		measure_table_print(stream, &(measure_table){r, shapes.count, 3, 0});
		fclose(stream);
		assert_true(widest_line(text) <= TERM_WIDTH);
		snprintf(below, sizeof below, "\n%*s%s! ?>100%% +1\n", (int)widest + 3, "", name[1]);
		snprintf(beside, sizeof beside, "us %s! ?>100%% +1\n", name[1]);
		if (count_of(text, below) + count_of(text, beside) != shapes.count)
			fail_msg("%s", text);
		free(text);
		free(r);
		shapes_free(&shapes);
	}
}

/* What is little known has a sign, and each sign that is there a legend. */
static void a_race_says_how_sure_it_is(void **state)
{
	bench_result r[8] = {timed("gru_T1_N1_I2_H2/fwd", "a", 1, 1),  timed("gru_T1_N1_I2_H2/fwd", "b", 1.1, 1.2),
	                     timed("gru_T2_N1_I2_H2/fwd", "a", 1, 1),  timed("gru_T2_N1_I2_H2/fwd", "b", 1.01, 1.018),
	                     timed("gru_T3_N1_I2_H2/fwd", "a", 1, 1),  timed("gru_T3_N1_I2_H2/fwd", "b", 1.1, 1.2),
	                     timed("lstm_T1_N1_I2_H2/fwd", "a", 1, 1), timed("lstm_T1_N1_I2_H2/fwd", "b", 1.1, 1.2)};
	static const char *const legend[] = {"= equal", "?N% undecided", "! rests on"};
	(void)state;
	r[3].comparison = TIME_EQUAL;
	r[5].comparison = TIME_UNDECIDED;
	r[0].disturbed = r[7].disturbed = 1;
	r[0].comparison = r[2].comparison = r[4].comparison = r[6].comparison = comparison_none;
	for (size_t problems = 1; problems <= 4; problems++) {
		char *text = NULL;
		size_t length = 0;
		FILE *stream = open_memstream(&text, &length);
		measure_table_print(stream, &(measure_table){r, problems, 2, 0});
		fclose(stream);
		assert_in(text, " a!    123us  235us b 1.1x\n");
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(count_of(text, legend[k]), k == 2 || problems > k + 1);
		if (problems == 4)
			assert_in(text, "b! 1.1x\n");
		assert_int_equal(count_of(text, "b =1.8%"), problems > 1);
		assert_int_equal(count_of(text, "b ?20%"), problems > 2);
		free(text);
	}
}

static char *notes_of(race_summary summary, measure_table table)
{
	char *text = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);
	measure_notes(&(measured){.summary = summary, .table = table}, stream, "NOTES  ");
	fclose(stream);
	assert_true(widest_line(text) <= TERM_WIDTH);
	return text;
}

/* That blocks were left out is said of those alone that were; a variant that raced itself says what can be claimed. */
static void the_notes_are_true(void **state)
{
	bench_result r[3] = {timed("gru_T1_N1_I2_H2/fwd", "a", 1, 1), timed("gru_T1_N1_I2_H2/fwd", "a#2", 1.01, 1.04),
	                     timed("gru_T1_N1_I2_H2/fwd", "b", 1.5, 1.6)};
	(void)state;
	strcpy(r[1].copy_of, "a");
	char *text = notes_of((race_summary){.blocks = 99999, .tainted = 88888}, (measure_table){r, 1, 1, 0});
	assert_string_equal(text, "NOTES  88888 of 99999 blocks lost time to others and were left out\n");
	free(text);
	text = notes_of((race_summary){.blocks = 99999, .tainted = 88888, .counted = 77777}, (measure_table){r, 1, 3, 0});
	assert_in(text, "88888 of 99999 blocks lost time to others: 11111 left out, 77777 count");
	assert_in(text, "against itself a variant differs by up to 4 %:");
	free(text);
}

/* Rows keep the order of the list, and what was not reached is not there. */
static void a_race_follows_its_list(void **state)
{
	bench_result r[3] = {
		timed("gru_T1_N1_I2_H2/fwd", "a", 1, 1), {.status = RACE_TIMED}, timed("lstm_T1_N1_I2_H2/step", "a", 1, 1)};
	const measure_table table = {r, 3, 1, 0};
	char *text = NULL;
	size_t length = 0;
	(void)state;
	FILE *stream = open_memstream(&text, &length);
	measure_table_print(stream, &table);
	fclose(stream);
	assert_string_equal(text, "  problem               best    p50    p99 next best\n"
	                          "  gru_T1_N1_I2_H2/fwd   a     123us  235us\n"
	                          "  lstm_T1_N1_I2_H2/step a     123us  235us\n");
	free(text);
}

static void a_choice_at_its_widest(void **state)
{
	choice_entry domain[NAMES + 1];
	char *text = NULL;
	size_t length = 0;
	(void)state;
	for (size_t k = 0; k < NAMES + 1; k++) {
		choice_entry_init(&domain[k]);
		strcpy(domain[k].problem, WIDE);
		if (k == NAMES)
			continue;
		strcpy(domain[k].chosen, name_of(k));
		strcpy(domain[k].next, name_of((k + 1) % NAMES));
		domain[k].p50_ns = 123456;
		domain[k].p99_ns = 234567;
		domain[k].margin = 1234;
		domain[k].comparison = TIME_UNDECIDED;
		domain[k].regret = 1.234;
		assert_true(record_append(&domain[k].equal, &domain[k].equal_count, name_of((k + 2) % NAMES)));
		assert_true(record_append(&domain[k].undecided, &domain[k].undecided_count, name_of((k + 3) % NAMES)));
	}
	FILE *stream = open_memstream(&text, &length);
	choose_print(stream, &(choice_document){.domain = domain, .domain_count = NAMES + 1});
	fflush(stream);
	assert_non_null(strstr(text, "choice 1\n")); // the counts to their last word
	assert_int_equal(count_of(text, WIDE), NAMES + 1);
	assert_whole(stream, &text, NAMES, "undecided 4");
	for (size_t k = 0; k < NAMES + 1; k++)
		choice_entry_free(&domain[k]);
}

static void a_check_at_its_widest(void **state)
{
	static const char sentence[] = "a sentence that says at some length why nothing of this could be run here at all";
	contestant variant[NAMES] = {{.literal = 0}};
	const cli_options options = {.verb = "check"};
	session from = {
		.options = &options, .contestants = {.count = NAMES, .variant = variant}, .passes = CHECK_FWD | CHECK_BWD};
	check_summary s;
	char *text = NULL;
	size_t length = 0;
	(void)state;
	for (size_t k = 0; k < NAMES; k++) {
		snprintf(variant[k].info.name, sizeof variant[k].info.name, "%s", name_of(k));
		variant[k].runnable = 1;
	}
	assert_int_equal(summary_open(&s, &from), CLI_OK);
	for (size_t k = 0; k < NAMES; k++) {
		s.variant[k].count[STATUS_PASS] = 9999;
		s.variant[k].worst = k % 2 ? -1 : 0.5;
		snprintf(s.variant[k].where, sizeof s.variant[k].where, "%s",
		         k % 2 ? sentence : WIDE ".init/grad_weight_hh_l0");
	}
	from.text = open_memstream(&text, &length);
	summary_print(&s, &(verdict){.word = VERDICT_PARTIAL, .why = "236 of 237 cases, 1 input refused"});
	assert_whole(from.text, &text, NAMES, ".init/grad_weight_hh_l0");
	summary_free(&s);
}

/* A plug-in that times itself, or a file, may claim any time. */
static void a_time_is_short(void **state)
{
	static const double ns[] = {0, 7, 9.994, 225e3, 1.2e6, 999.6e6, 99999e9, 1e14, 1.7e308};
	char *text;
	size_t length;
	FILE *stream = open_memstream(&text, &length);
	term_row row = {.stream = stream};
	(void)state;
	for (size_t k = 0; k < sizeof ns / sizeof *ns; k++)
		term_row_time(&row, ns[k]);
	fclose(stream);
	assert_string_equal(text, "0.00ns 7.00ns 9.99ns  225us 1.20ms  1.00s 99999s 1e+05s 2e+299s");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_race_at_its_widest),      cmocka_unit_test(a_race_follows_its_list),
		cmocka_unit_test(marks_keep_a_row_together), cmocka_unit_test(a_race_says_how_sure_it_is),
		cmocka_unit_test(the_notes_are_true),        cmocka_unit_test(a_choice_at_its_widest),
		cmocka_unit_test(a_check_at_its_widest),     cmocka_unit_test(a_time_is_short),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

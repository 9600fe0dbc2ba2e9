/* SPDX-License-Identifier: MIT */
/* test_choose_best.c - three values: who is taken of contestants that are faster, equal or undecided, on result files
 * of a few lines.  What must never happen: a slower one called equal, or taken because it might be. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "choice_lines.h"
#include "record/compare.h"

static void what_is_not_proved_is_undecided(void **state)
{
	static const struct {
		double low, high;
		comparison want;
	} ROW[] = {{1.03, 1.05, TIME_FASTER},    {1.0001, 1.5, TIME_FASTER},
	           {0.99, 1.02, TIME_EQUAL},     {1.001, 1.019, TIME_EQUAL},
	           {1, 1, TIME_EQUAL},           {0.999, 1.516, TIME_UNDECIDED},
	           {0.97, 1.01, TIME_UNDECIDED}, {0.99, 1.021, TIME_UNDECIDED},
	           {1, 1.03, TIME_UNDECIDED},    {0, INFINITY, TIME_UNDECIDED},
	           {NAN, NAN, TIME_UNDECIDED}};
	(void)state;
	for (size_t i = 0; i < sizeof ROW / sizeof *ROW; i++)
		assert_int_equal(compare_times((span){1, ROW[i].low, ROW[i].high}, 0.02), ROW[i].want);
}

/* Others than row(2), which is the fastest and the last of the table: their ratios, and who is then taken. */
typedef struct contest {
	double ratio[2], low[2], high[2];
	size_t chosen;
	comparison comparison;
	reason_code code[2]; /* of row(0), row(1); of the chosen one none */
	double regret;
} contest;

static void check_contest(const contest *c)
{
	lines l;
	size_t undecided = 0;
	begin(&l);
	put_paired(&l, RUN_A, P, row(2), 100, 1, 1, 1);
	for (size_t k = 0; k < 2; k++)
		put_paired(&l, RUN_A, P, row(k), 100 * c->ratio[k], c->ratio[k], c->low[k], c->high[k]);
	choice_document choice = choice_of(&l, NULL, GM_OK);
	const choice_entry *entry = entry_at(&choice, 0);
	assert_string_equal(entry->chosen, row(c->chosen));
	assert_int_equal(entry->comparison, c->comparison);
	assert_float_equal(entry->regret, c->regret, 1e-6);
	assert_float_equal(entry->delta, 0.02, 0);
	for (size_t k = 0; k < 2; k++) {
		if (c->chosen == k)
			continue;
		assert_int_equal(rejection(entry, row(k))->code, c->code[k]);
		assert_int_equal(strstr(rejection(entry, row(k))->why, "equal") != NULL, c->code[k] == CODE_EQUAL);
		undecided += c->code[k] == CODE_UNDECIDED;
	}
	assert_int_equal(entry->undecided_count, undecided);
	choice_document_free(&choice);
}

static void the_simpler_needs_proof(void **state)
{
	static const contest CASE[] = {
		{{2, 1.005}, {1.9, 0.998}, {2.1, 1.012}, 1, TIME_EQUAL, {CODE_SLOWER}, 0.012},
		{{1.01, 1.005}, {1.001, 0.998}, {1.019, 1.012}, 0, TIME_EQUAL, {0, CODE_EQUAL}, 1.019 / 0.998 - 1},
		/* the quiet run: 1.28 times the time, an interval that touches 1 */
		{{2, 1.283}, {1.9, 0.999}, {2.1, 1.516}, 2, TIME_UNDECIDED, {CODE_SLOWER, CODE_UNDECIDED}, 1 / 0.999 - 1},
		/* a noisy one */
		{{1.38, 1.14}, {0.82, 0.004}, {1.9, 3.07}, 2, TIME_UNDECIDED, {CODE_UNDECIDED, CODE_UNDECIDED}, 249},
		/* equal to the best, but a third is open: the best estimate */
		{{1.01, 1.2}, {1.001, 0.9}, {1.019, 1.5}, 2, TIME_UNDECIDED, {CODE_EQUAL, CODE_UNDECIDED}, 1 / 0.9 - 1},
		{{1.5, 1.03}, {1.4, 1.021}, {1.6, 1.04}, 2, TIME_FASTER, {CODE_SLOWER, CODE_SLOWER}, 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++)
		check_contest(&CASE[i]);
}

static void a_tie_says_who_is_simpler(void **state)
{
	lines l;
	(void)state;
	begin(&l);
	put_paired(&l, RUN_A, P, row(0), 200, 2.0, 1.9, 2.1);
	put_paired(&l, RUN_A, P, row(1), 100.5, 1.005, 0.998, 1.012);
	put_paired(&l, RUN_A, P, row(2), 100, 1, 1, 1);
	put_end(&l, RUN_A);
	choice_document choice = choice_of(&l, NULL, GM_OK);
	const choice_entry *entry = entry_at(&choice, 0);
	char *counts = choose_counts(&choice), want[128];
	assert_string_equal(entry->equal[0], row(2));
	snprintf(want, sizeof want, "; %s is simpler", row(1));
	assert_non_null(strstr(rejection(entry, row(2))->why, want));
	assert_string_equal(entry->next, row(0));
	assert_float_equal(entry->margin, 2 / 1.005, 1e-6);
	snprintf(want, sizeof want, "%s 1, equal to simpler 1", row(1));
	assert_string_equal(counts, want);
	free(counts);
	choice_document_free(&choice);
}

/* Ratios of different runs are to different fastest ones: only the intervals of the medians count, and they overlap. */
static void ratios_of_other_runs_do_not_count(void **state)
{
	lines l;
	(void)state;
	begin(&l);
	put_run(&l, RUN_B, "m1", "2026-01-02T00:00:00Z");
	put_paired(&l, RUN_A, P, row(0), 104, 1.04, 1.03, 1.05);
	put_paired(&l, RUN_B, P, row(1), 100, 1, 1, 1);
	choice_document choice = choice_of(&l, NULL, GM_OK);
	assert_string_equal(entry_at(&choice, 0)->chosen, row(1));
	assert_int_equal(entry_at(&choice, 0)->comparison, TIME_UNDECIDED);
	choice_document_free(&choice);
}

/* The fastest is of a class that is not accepted: the others are compared by their ratios to it, in which a drift of
 * the machine cancels, and not by medians whose intervals overlap. */
static void the_others_are_compared_through_the_fastest(void **state)
{
	lines l;
	(void)state;
	begin(&l);
	put_check(&l, RUN_A, row(2), "pass", "bf16w");
	put_paired(&l, RUN_A, P, row(2), 50, 1, 1, 1);
	put_paired(&l, RUN_A, P, row(1), 100, 2.00, 1.99, 2.01);
	put_paired(&l, RUN_A, P, row(0), 99, 2.10, 2.09, 2.11);
	choice_document choice = choice_of(&l, NULL, GM_OK);
	const choice_entry *entry = entry_at(&choice, 0);
	assert_string_equal(entry->chosen, row(1));
	assert_int_equal(entry->comparison, TIME_FASTER);
	assert_float_equal(entry->margin_low, 2.09 / 2.01, 1e-6);
	choice_document_free(&choice);
}

/* Of the chosen one, of the next, and of one that is far behind and decides nothing. */
static void a_choice_on_disturbed_blocks_is_marked(void **state)
{
	static const char *const marks[] = {"\"disturbed\":false", "\"disturbed\":true"};
	(void)state;
	for (size_t marked = 0; marked < 4; marked++) {
		lines l;
		begin(&l);
		put_marked(&l, RUN_A, P, row(0), 3, marks[marked == 3]);
		put_marked(&l, RUN_A, P, row(1), 1, marks[marked == 1]);
		put_marked(&l, RUN_A, P, row(2), 2, marks[marked == 2]);
		choice_document choice = choice_of(&l, NULL, GM_OK);
		const choice_entry *entry = entry_at(&choice, 0), *first = NULL;
		assert_string_equal(entry->chosen, row(1));
		assert_int_equal(entry->disturbed, marked == 1 || marked == 2);
		assert_int_equal(rejection(entry, row(0))->disturbed, marked == 3);
		assert_int_equal(choose_open(&choice, &first), entry->disturbed);
		assert_true(!entry->disturbed || first == entry);
		choice_document_free(&choice);
	}
}

/* The copy of an A/A race may be faster: it is no choice. */
static void a_copy_is_no_choice(void **state)
{
	char copy[64], mark[96];
	lines l;
	(void)state;
	begin(&l);
	snprintf(copy, sizeof copy, "%s#2", row(0));
	snprintf(mark, sizeof mark, "\"copy_of\":\"%s\"", row(0));
	put_marked(&l, RUN_A, P, row(0), 1.1, "\"tainted\":0");
	put_marked(&l, RUN_A, P, copy, 1, mark);
	choice_document choice = choice_of(&l, NULL, GM_OK);
	const choice_entry *entry = entry_at(&choice, 0);
	assert_string_equal(entry->chosen, row(0));
	assert_int_equal(entry->comparison, TIME_FASTER);
	assert_int_equal(rejection(entry, copy)->code, CODE_COPY);
	assert_string_equal(rejection(entry, copy)->why, "scalar-plain raced against itself");
	choice_document_free(&choice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_proved_is_undecided),
		cmocka_unit_test(the_simpler_needs_proof),
		cmocka_unit_test(a_tie_says_who_is_simpler),
		cmocka_unit_test(ratios_of_other_runs_do_not_count),
		cmocka_unit_test(the_others_are_compared_through_the_fastest),
		cmocka_unit_test(a_choice_on_disturbed_blocks_is_marked),
		cmocka_unit_test(a_copy_is_no_choice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_bits.c - canonical variants of one bit class give the same bits on every committed case, and on drawn problems
 * at the borders of tiles, chunks and gradient blocks. */
#include "run_variant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader/fixture.h"

static int same_class(const gm_variant *a, const gm_variant *b)
{
	return a->traits.rounding == GM_CANONICAL && b->traits.rounding == GM_CANONICAL &&
	       strcmp(a->traits.activation, b->traits.activation) == 0 && strcmp(a->traits.weights, b->traits.weights) == 0;
}

/* The first runnable row of a's class, which is its oracle where the CPU can run it. */
static const gm_variant *oracle_of(const gm_variant *a, const gm_variant *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (same_class(a, list[i]))
			return list[i];
	return NULL;
}

static void compare(const gm_variant *variant, const gm_variant *oracle, const char *id, const gm_spec *spec,
                    void *const *inputs)
{
	variant_run a, b;

	run_open(&a, oracle, spec, inputs, GM_MODE_TRAIN);
	run_open(&b, variant, spec, inputs, GM_MODE_TRAIN);
	run_forward(&a);
	run_forward(&b);
	run_backward(&a);
	run_backward(&b);
	if (!same_results(&a, &b, 1))
		fail_msg("%s: %s and %s differ in bits", id, oracle->name, variant->name);
	run_close(&a);
	run_close(&b);
}

static void test_committed_cases(void **state)
{
	const char *folder = getenv("GM_FIXTURES");
	const gm_variant *list[64];
	size_t count = runnable_variants(list, 64), compared = 0;
	fixture_options options = {0};
	fixture_set *set;
	gm_error error = {0};

	(void)state;
	assert_non_null(folder);
	if (fixture_load(folder, &options, &set, &error) != GM_OK)
		fail_msg("%s", error.message);
	for (size_t c = 0; c < set->count; c++)
		for (size_t v = 0; v < count; v++) {
			const gm_variant *oracle = oracle_of(list[v], list, count);

			if (!oracle || oracle == list[v])
				continue;
			compare(list[v], oracle, set->cases[c]->id, &set->cases[c]->spec, set->cases[c]->data);
			compared++;
		}
	print_message("%zu comparisons over %zu cases\n", compared, set->count);
	fixture_set_destroy(set);
}

static void compare_drawn(const gm_variant *variant, const gm_variant *oracle, const char *problem, uint64_t seed)
{
	variant_run drawn;

	if (!oracle || oracle == variant)
		return;
	run_random(&drawn, oracle, problem, seed, GM_MODE_TRAIN);
	compare(variant, oracle, problem, &drawn.spec, drawn.data);
	run_close(&drawn);
}

static void test_drawn_problems(void **state)
{
	static const char *const problems[] = {"lstm_T40_N9_I70_H70",
	                                       "gru_T300_N1_I3_H130",
	                                       "rnn_tanh_T129_N13_I33_H47",
	                                       "lstm_T3_N25_I600_H65",
	                                       "lstm_L2_D2_T19_N17_I20_H34_P33_len",
	                                       "gru_L2_D2_T70_N7_I40_H48_bf_len"};
	const gm_variant *list[64];
	size_t count = runnable_variants(list, 64);
	char problem[64];

	(void)state;
	for (size_t v = 0; v < count; v++) {
		const gm_variant *oracle = oracle_of(list[v], list, count);

		for (size_t p = 0; p < sizeof problems / sizeof *problems; p++)
			compare_drawn(list[v], oracle, problems[p], 7 + p);
		for (size_t cell = 0; cell < GM_CELLS; cell++) {
			snprintf(problem, sizeof problem, "%s_T9_N33_I5_H200", gm_cell_name((gm_cell)cell));
			compare_drawn(list[v], oracle, problem, 20 + cell);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_committed_cases), cmocka_unit_test(test_drawn_problems)};

	return cmocka_run_group_tests_name("bits", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_spec.c - the grammar of problem names and the table of tensors. */
#include "run_variant.h"

#include <stdio.h>
#include <string.h>

static void test_text_comes_back(void **state)
{
	static const char *const texts[] = {"lstm_T64_N1_I128_H128",
	                                    "lstm_T64_N1_I128_H128/fwd",
	                                    "gru_L2_D2_T5_N3_I7_H9_nobias_bf/train",
	                                    "lstm_L3_T5_N3_I7_H9_P4_len_drop/train+pack",
	                                    "rnn_tanh_T1_N1_I1_H1/step",
	                                    "rnn_relu_T2_N1_I3_H4_unb/bwd",
	                                    "gru_T1_N64_I80_H256/fwd+pack"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char text[GM_SPEC_TEXT];
		gm_spec spec;

		assert_int_equal(gm_spec_parse(texts[i], &spec, NULL), GM_OK);
		gm_spec_format(&spec, text);
		assert_string_equal(text, texts[i]);
	}
}

static void test_fields(void **state)
{
	gm_spec spec;

	(void)state;
	assert_int_equal(gm_spec_parse("lstm_L3_D2_T5_N4_I7_H9_P6_nobias_bf_len_drop/train", &spec, NULL), GM_OK);
	assert_int_equal(spec.problem.cell, GM_LSTM);
	assert_int_equal(spec.problem.num_layers, 3);
	assert_int_equal(gm_directions(&spec.problem), 2);
	assert_int_equal(spec.T, 5);
	assert_int_equal(spec.N, 4);
	assert_int_equal(spec.problem.input_size, 7);
	assert_int_equal(spec.problem.hidden_size, 9);
	assert_int_equal(spec.problem.proj_size, 6);
	assert_int_equal(spec.problem.bias, 0);
	assert_int_equal(spec.problem.batch_first, 1);
	assert_int_equal(spec.problem.lengths, 1);
	assert_true(spec.problem.dropout > 0);
	assert_int_equal(spec.pass, GM_PASS_TRAIN);
	assert_int_equal(gm_state_size(&spec.problem), 6);
	assert_int_equal(gm_layer_input(&spec.problem, 0), 7);
	assert_int_equal(gm_layer_input(&spec.problem, 1), 12);
}

/* Each is refused with a sentence that holds the word at fault. */
static const struct {
	const char *text, *names;
} bad[] = {
	{"", "begin"},
	{"lst_T1_N1_I1_H1", "begin"},
	{"lstm", "T is missing"},
	{"lstm_T1_N1_I1", "H is missing"},
	{"lstm_T0_N1_I1_H1", ": T is 0, must be 1 to 16777216"},
	{"lstm_T01_N1_I1_H1", "T01"},
	{"lstm_T1_T2_N1_I1_H1", "T2"},
	{"lstm_N1_T1_I1_H1", "T1"},
	{"lstm_T16777217_N1_I1_H1", ": T is 16777217, must be 1 to 16777216"},
	{"lstm_T1000000000_N1_I1_H1", ": T is 1000000000, must be 1 to 16777216"},
	{"lstm_T99999999999999999999999_N1_I1_H1", ": T is 99999999999999999999999, must be 1 to 16777216"},
	{"lstm_T1_N0_I1_H1", ": N is 0, must be 1 to 16777216"},
	{"lstm_T1_N1_I1_H1_P0", ": P is 0, must be 1 to 16777216"},
	{"lstm_T1_N1_I1_H1_x", "x"},
	{"lstm_T1_N1_I1_H1_", "''"},
	{"lstm_T1_N1_I1_H1/", "pass ''"},
	{"lstm_T1_N1_I1_H1/fwdx", "fwdx"},
	{"lstm_T1_N1_I1_H1/fwd/bwd", "fwd/bwd"},
	{"lstm_T2_N1_I1_H1/step", "step needs T 1"},
	{"lstm_D3_T1_N1_I1_H1", ": D is 3, must be 1 to 2"},
	{"lstm_T1_N2_I1_H1_unb", "unb needs N 1"},
	{"lstm_T1_N1_I1_H1_drop", "drop needs"},
	{"gru_T1_N1_I1_H4_P2", "proj_size is 2, but gru has no projection"},
	{"lstm_T1_N1_I1_H4_P4", "proj_size is 4"},
	{"lstm_L65_T1_N1_I1_H4", ": L is 65, must be 1 to 64"},
	{"lstm_T1_N1_I99999999_H4", ": I is 99999999, must be 1 to 16777216"},
	{"lstm_T-1_N1_I1_H1", "T-1"},
	{"lstm T1_N1_I1_H1", "begins with none of rnn_tanh "},
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		gm_error error = {0};
		gm_spec spec = {.T = 77};

		assert_int_not_equal(gm_spec_parse(bad[i].text, &spec, &error), GM_OK);
		assert_int_equal(spec.T, 77);
		if (!strstr(error.message, bad[i].names))
			fail_msg("'%s': '%s' does not name '%s'", bad[i].text, error.message, bad[i].names);
	}
}

/* Whoever names no cell is told which there are. */
static void test_names_all_cells(void **state)
{
	gm_error error = {0};
	gm_spec spec;

	(void)state;
	assert_int_not_equal(gm_spec_parse("perceptron_T1_N1_I1_H1", &spec, &error), GM_OK);
	for (uint32_t cell = 0; cell < GM_CELLS; cell++)
		if (!strstr(error.message, gm_cell_name(cell)))
			fail_msg("'%s' does not name %s", error.message, gm_cell_name(cell));
}

static void expect_row(const char *problem, const char *name, size_t rank, size_t a, size_t b, size_t c)
{
	gm_tensors *tensors;
	const gm_tensor *row;
	gm_spec spec;
	size_t index;

	assert_int_equal(gm_spec_parse(problem, &spec, NULL), GM_OK);
	assert_int_equal(gm_tensors_create(&spec, &tensors, NULL), GM_OK);
	index = gm_tensors_find(tensors, name);
	if (rank == 0) {
		assert_true(index == GM_NO_TENSOR);
	} else {
		assert_true(index != GM_NO_TENSOR);
		row = &tensors->row[index];
		assert_int_equal(row->rank, rank);
		assert_int_equal(row->dim[0], a);
		assert_int_equal(rank > 1 ? row->dim[1] : b, b);
		assert_int_equal(rank > 2 ? row->dim[2] : c, c);
		assert_int_equal(gm_tensors_index(tensors, row->kind, row->layer, row->direction), index);
	}
	gm_tensors_destroy(tensors);
}

static void test_tensor_shapes(void **state)
{
	const char *big = "lstm_L2_D2_T7_N3_I4_H5_P2_len_drop";

	(void)state;
	expect_row(big, "input", 3, 7, 3, 4);
	expect_row("lstm_L2_T7_N3_I4_H5_bf", "input", 3, 3, 7, 4);
	expect_row("gru_T7_N1_I4_H5_unb", "input", 2, 7, 4, 0);
	expect_row("gru_T7_N1_I4_H5_unb", "h_0", 2, 1, 5, 0);
	expect_row(big, "h_0", 3, 4, 3, 2);
	expect_row(big, "c_n", 3, 4, 3, 5);
	expect_row(big, "lengths", 1, 3, 0, 0);
	expect_row(big, "dropout_mask_l0", 3, 7, 3, 4);
	expect_row(big, "dropout_mask_l1", 0, 0, 0, 0);
	expect_row(big, "weight_ih_l0", 2, 20, 4, 0);
	expect_row(big, "weight_ih_l1_reverse", 2, 20, 4, 0);
	expect_row(big, "weight_hh_l1", 2, 20, 2, 0);
	expect_row(big, "weight_hr_l0_reverse", 2, 2, 5, 0);
	expect_row(big, "grad_bias_hh_l1_reverse", 1, 20, 0, 0);
	expect_row("gru_T1_N1_I1_H1", "c_0", 0, 0, 0, 0);
	expect_row("gru_T1_N1_I1_H1_nobias", "bias_ih_l0", 0, 0, 0, 0);
	expect_row("gru_T1_N1_I1_H3", "weight_hh_l0", 2, 9, 3, 0);
}

static void test_flops(void **state)
{
	gm_spec spec;

	(void)state;
	assert_int_equal(gm_spec_parse("lstm_T64_N2_I3_H5/fwd", &spec, NULL), GM_OK);
	assert_true(gm_spec_flops(&spec) == 64.0 * 2 * 2 * 4 * 5 * (3 + 5));
	spec.pass = GM_PASS_TRAIN;
	assert_true(gm_spec_flops(&spec) == 3 * 64.0 * 2 * 2 * 4 * 5 * (3 + 5));
}

/* Backward is as much work as two forwards, so what takes less does not run it. */
static void test_passes(void **state)
{
	gm_spec spec;

	(void)state;
	assert_int_equal(gm_spec_parse("lstm_T64_N2_I3_H5/fwd", &spec, NULL), GM_OK);
	double forward = gm_spec_flops(&spec);
	for (spec.pass = GM_PASS_NONE; spec.pass < GM_PASSES; spec.pass++)
		assert_int_equal(gm_pass_backward(spec.pass), gm_spec_flops(&spec) >= 2 * forward);
	assert_int_equal(gm_pass_backward(GM_PASSES), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_text_comes_back), cmocka_unit_test(test_fields),
	                                   cmocka_unit_test(test_refused),         cmocka_unit_test(test_names_all_cells),
	                                   cmocka_unit_test(test_tensor_shapes),   cmocka_unit_test(test_flops),
	                                   cmocka_unit_test(test_passes)};

	return cmocka_run_group_tests_name("spec", tests, NULL, NULL);
}

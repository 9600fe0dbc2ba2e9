/* SPDX-License-Identifier: MIT */
/* test_judge.c - the judge must pass what is honest and fail what is not, and say what it saw.
 *
 * All on budgets built from arrays, where every number is known; where budgets come from: test_budget.c. */
#include "judged_run.h"

#include "budget/budget_tensor.h"
#include "judge/judge.h"
#include "model/locate.h"

/* ---- budgets from arrays ---- */

typedef struct toy {
	gm_spec spec;
	gm_tensors *tensors;
	judge_budget *budget;
	size_t row; /* the tensor in hand */
	double *want, *scale;
	float *got;
	size_t count;
} toy;

static toy toy_open(const char *text, const char *tensor)
{
	toy t;
	gm_error error;

	assert_int_equal(gm_spec_parse(text, &t.spec, &error), GM_OK);
	assert_int_equal(gm_tensors_create(&t.spec, &t.tensors, &error), GM_OK);
	assert_int_equal(budget_open(&t.spec, t.tensors, 1, &t.budget, &error), GM_OK);
	t.row = gm_tensors_find(t.tensors, tensor);
	assert_true(t.row != GM_NO_TENSOR);
	t.want = t.budget->tensor[t.row].want;
	t.scale = t.budget->tensor[t.row].scale;
	t.count = t.tensors->row[t.row].count;
	t.got = trial_alloc(t.count, sizeof *t.got);
	for (size_t i = 0; i < t.count; i++) {
		t.want[i] = 0.5 + 0.25 * (double)(i % 3);
		t.scale[i] = 0x1p-20;
	}
	return t;
}

/* Ends the budget and makes the result right. */
static void toy_close(toy *t)
{
	budget_close(t->budget);
	for (size_t i = 0; i < t->count; i++)
		t->got[i] = (float)t->want[i];
}

static judge_verdict toy_judge(const toy *t)
{
	judge_verdict v;

	judge_tensor(t->budget, t->row, t->got, &v);
	return v;
}

static void toy_destroy(toy *t)
{
	free(t->got);
	judge_budget_destroy(t->budget);
	gm_tensors_destroy(t->tensors);
}

static void the_limit_is_K_scales(void **state)
{
	toy t = toy_open("rnn_tanh_T2_N2_I3_H4", "output");
	judge_verdict v;

	(void)state;
	toy_close(&t);
	v = toy_judge(&t);
	assert_true(v.pass && v.used == 0 && v.wrong == 0 && v.first_wrong == GM_NO_TENSOR && v.rows == 4);
	t.got[5] = (float)(t.want[5] + 11 * 0x1p-20);
	v = toy_judge(&t);
	assert_true(v.pass && v.worst == 5 && fabs(v.used - 11 / 12.0) < 0.05);
	t.got[9] = (float)(t.want[9] - 16 * 0x1p-20);
	t.got[10] = (float)(t.want[10] + 14 * 0x1p-20);
	v = toy_judge(&t);
	assert_true(!v.pass && v.wrong == 2 && v.first_wrong == 9 && v.worst == 9);
	assert_true(v.got == t.got[9] && v.want == t.want[9] && v.allowed == 12 * 0x1p-20 + 0x1p-149);
	toy_destroy(&t);
}

static void not_finite_is_wrong_unless_wanted(void **state)
{
	static const float bad[] = {NAN, INFINITY, -INFINITY};
	toy t = toy_open("rnn_tanh_T2_N2_I3_H4", "output");

	(void)state;
	t.want[2] = NAN;
	t.want[6] = INFINITY;
	t.want[7] = NAN;
	t.scale[7] = INFINITY; // NaN or Inf, the samples did not agree
	toy_close(&t);
	assert_true(toy_judge(&t).pass);
	for (size_t i = 0; i < 3; i++) {
		judge_verdict v;

		t.got[4] = bad[i];
		v = toy_judge(&t);
		assert_true(!v.pass && isinf(v.used) && v.worst == 4);
		t.got[4] = (float)t.want[4];
		t.got[7] = bad[i];
		assert_true(toy_judge(&t).pass);
		t.got[6] = bad[i];
		assert_int_equal(toy_judge(&t).pass, i == 1);
		t.got[6] = INFINITY;
		t.got[2] = bad[i];
		assert_int_equal(toy_judge(&t).pass, i == 0);
		t.got[2] = NAN;
	}
	t.got[2] = 0.5f;
	t.got[6] = 0.5f;
	t.got[7] = 0.5f;
	assert_int_equal(toy_judge(&t).wrong, 3);
	toy_destroy(&t);
}

static void rows_pool_and_bias_rows_are_gates(void **state)
{
	toy t = toy_open("lstm_T2_N2_I3_H4", "grad_bias_ih_l0");
	judge_verdict v;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		t.scale[4 + i] = i ? 0 : 0x1p-16; // gate f: one element errs, the others do not
	t.scale[9] = 0x1p-16;                 // gate g: one errs more than the others
	toy_close(&t);
	v = toy_judge(&t);
	assert_true(v.pass && v.rows == 4 && v.unfit_rows == 0);
	assert_true(judge_scale(t.budget, t.row)[0] == 0x1p-20);
	assert_true(judge_scale(t.budget, t.row)[4] == 0x1p-16);
	assert_true(judge_scale(t.budget, t.row)[5] == 0x1p-17); // half of those that err at all
	assert_true(fabs(judge_scale(t.budget, t.row)[8] / (0.25 * 0x1p-16) - 1) < 0.01);
	toy_destroy(&t);
}

static void unfit_rows_count_and_neither_pass_nor_fail(void **state)
{
	toy t = toy_open("rnn_tanh_T3_N1_I3_H4", "output");
	judge_verdict v;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		t.scale[4 + i] = 2e-3;
	toy_close(&t);
	t.got[5] = NAN;
	v = toy_judge(&t);
	assert_true(v.pass && v.rows == 3 && v.unfit_rows == 1 && v.wrong == 0);
	toy_destroy(&t);
	t = toy_open("rnn_tanh_T3_N1_I3_H4", "output");
	t.budget->facts.overflow = 1;
	toy_close(&t);
	v = toy_judge(&t);
	assert_true(!v.pass && v.unfit_rows == 3 && v.used == 0); // nothing fit: not a pass
	toy_destroy(&t);
}

static void zeros_are_judged_exactly(void **state)
{
	toy t = toy_open("rnn_tanh_T3_N1_I3_H4", "output");

	(void)state;
	memset(t.want, 0, t.count * sizeof *t.want);
	memset(t.scale, 0, t.count * sizeof *t.scale);
	toy_close(&t);
	assert_true(toy_judge(&t).pass && toy_judge(&t).unfit_rows == 0);
	t.got[3] = -0.0f;
	assert_true(toy_judge(&t).pass);
	t.got[3] = 0x1p-148f;
	assert_false(toy_judge(&t).pass);
	toy_destroy(&t);
}

static void chaos_taints_what_follows(void **state)
{
	toy t = toy_open("rnn_tanh_T4_N2_I3_H4", "output");
	judge_verdict v;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		t.scale[(1 * 2 + 1) * 4 + i] = 0.1; // t=1, row 1
	budget_spread_chaos(t.budget);
	toy_close(&t);
	v = toy_judge(&t);
	assert_true(v.unfit_rows == 3 && v.pass);
	t.got[(2 * 2 + 0) * 4] += 1; // row 0 is still judged
	assert_int_equal(toy_judge(&t).wrong, 1);
	toy_destroy(&t);
	t = toy_open("rnn_tanh_D2_T4_N2_I3_H4", "output");
	for (size_t i = 0; i < 8; i++)
		t.scale[(2 * 2 + 1) * 8 + i] = 0.1;
	budget_spread_chaos(t.budget);
	toy_close(&t);
	assert_int_equal(toy_judge(&t).unfit_rows, 4); // one direction or the other, every step follows
	toy_destroy(&t);
}

static void weak_evidence_is_flagged(void **state)
{
	static const struct {
		const char *tensor;
		double want;
		int weak;
	} row[] = {{"output", 0.5, 0}, {"output", 0, 1}, {"output", -0.9995, 1}, {"c_n", 1.5, 0}, {"grad_input", 0, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		toy t = toy_open("lstm_T3_N1_I3_H4", row[i].tensor);

		for (size_t k = 0; k < t.count; k++)
			t.want[k] = row[i].want;
		toy_close(&t);
		assert_int_equal(toy_judge(&t).weak, row[i].weak);
		toy_destroy(&t);
	}
}

/* ---- words ---- */

static void places_have_names(void **state)
{
	static const struct {
		const char *spec, *tensor;
		size_t index;
		const char *name, *place;
	} row[] = {{"lstm_T3_N2_I5_H4", "output", 21, "output[2,1,1]", "t=2 row 1 unit 1"},
	           {"lstm_T3_N2_I5_H4_bf", "output", 21, "output[1,2,1]", "t=2 row 1 unit 1"},
	           {"gru_D2_T3_N2_I5_H4", "output", 14, "output[0,1,6]", "t=0 reverse row 1 unit 2"},
	           {"gru_T3_N1_I5_H4_unb", "grad_input", 7, "grad_input[1,2]", "t=1 column 2"},
	           {"lstm_L2_D2_T3_N2_I5_H4", "h_n", 28, "h_n[3,1,0]", "layer 1 reverse row 1 unit 0"},
	           {"rnn_tanh_T3_N2_I5_H4", "grad_h_0", 5, "grad_h_0[0,1,1]", "row 1 unit 1"},
	           {"lstm_T3_N2_I5_H4", "grad_weight_ih_l0", 27, "grad_weight_ih_l0[5,2]", "gate f unit 1 from column 2"},
	           {"lstm_T3_N2_I5_H4", "grad_weight_hh_l0", 63, "grad_weight_hh_l0[15,3]", "gate o unit 3 from unit 3"},
	           {"lstm_L2_T3_N2_I5_H4", "grad_weight_ih_l1", 0, "grad_weight_ih_l1[0,0]", "gate i unit 0 from unit 0"},
	           {"gru_T3_N2_I5_H4", "grad_bias_hh_l0", 9, "grad_bias_hh_l0[9]", "gate n unit 1"},
	           {"rnn_relu_T3_N2_I5_H4", "grad_weight_hh_l0", 6, "grad_weight_hh_l0[1,2]", "unit 1 from unit 2"},
	           {"lstm_T3_N2_I5_H4_P3", "grad_weight_hr_l0", 6, "grad_weight_hr_l0[1,2]", "projection 1 from unit 2"},
	           {"lstm_T3_N2_I5_H4_P3", "output", 4, "output[0,1,1]", "t=0 row 1 unit 1"}};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		gm_tensors *tensors;
		gm_spec spec;
		char text[96];
		const gm_tensor *tensor;

		assert_int_equal(gm_spec_parse(row[i].spec, &spec, NULL), GM_OK);
		assert_int_equal(gm_tensors_create(&spec, &tensors, NULL), GM_OK);
		assert_true(gm_tensors_find(tensors, row[i].tensor) != GM_NO_TENSOR);
		tensor = &tensors->row[gm_tensors_find(tensors, row[i].tensor)];
		gm_tensor_element(tensor, row[i].index, text);
		assert_string_equal(text, row[i].name);
		locate_text(&spec, tensor, row[i].index, text);
		assert_string_equal(text, row[i].place);
		gm_tensors_destroy(tensors);
	}
	assert_int_equal(gate_letter(GM_LSTM, 2), 'g');
	assert_int_equal(gate_letter(GM_GRU, 3), '?');
}

/* Wrong elements: index % modulus in [low, high], index in [from, to). */
typedef struct pattern {
	const char *spec, *tensor;
	size_t from, to, modulus, low, high;
	const char *text;
} pattern;

static void patterns_have_names(void **state)
{
	static const pattern row[] = {
		{"lstm_T4_N2_I5_H20", "output", 0, 160, 160, 200, 200, "nothing wrong"},
		{"lstm_T4_N2_I5_H20", "output", 0, 160, 1, 0, 0,
	     "first wrong t=0 row 0 units 0..19; 160 of 160 wrong, everything"},
		{"lstm_T4_N2_I5_H20", "output", 0, 160, 160, 83, 83,
	     "first wrong t=2 row 0 unit 3; 1 of 160 wrong, one element"},
		{"lstm_T4_N2_I5_H20", "output", 40, 160, 20, 16, 19,
	     "first wrong t=1 row 0 units 16..19; 24 of 160 wrong, everything after step 0, vector tail of 8 lanes"},
		{"lstm_T4_N2_I5_H20", "output", 0, 160, 40, 20, 39,
	     "first wrong t=0 row 1 units 0..19; 80 of 160 wrong, last row"},
		{"lstm_T4_N2_I5_H20", "output", 120, 160, 20, 0, 19,
	     "first wrong t=3 row 0 units 0..19; 40 of 160 wrong, last step"},
		{"lstm_T4_N2_I5_H20", "output", 0, 160, 20, 8, 15,
	     "first wrong t=0 row 0 units 8..15; 64 of 160 wrong, one block of 8 lanes"},
		{"lstm_T4_N2_I5_H20", "grad_bias_ih_l0", 20, 40, 1, 0, 0,
	     "first wrong gate f units 0..19; 20 of 80 wrong, gate f alone"},
		{"gru_D2_T4_N2_I5_H4", "output", 0, 64, 8, 4, 7,
	     "first wrong t=3 reverse row 0 units 0..3; 32 of 64 wrong, reverse direction alone"},
		{"gru_T4_N2_I5_H4", "grad_input", 0, 20, 1, 0, 0,
	     "first wrong t=1 row 0 columns 0..4; 20 of 40 wrong, everything before step 2"},
		{"lstm_T4_N2_I5_H20", "grad_weight_ih_l0", 0, 400, 5, 4, 4,
	     "first wrong gate i unit 0 from column 4; 80 of 400 wrong, last column"},
		{"lstm_L2_T4_N2_I5_H20", "h_n", 40, 80, 1, 0, 0,
	     "first wrong layer 1 row 0 units 0..19; 40 of 80 wrong, layer 1 alone"}};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		toy t = toy_open(row[i].spec, row[i].tensor);
		char text[160];

		toy_close(&t);
		for (size_t k = row[i].from; k < row[i].to; k++)
			if (k % row[i].modulus >= row[i].low && k % row[i].modulus <= row[i].high)
				t.got[k] += 1;
		judge_explain(t.budget, t.row, t.got, text);
		assert_string_equal(text, row[i].text);
		toy_destroy(&t);
	}
}

static void digests_are_fixed(void **state)
{
	const float one[] = {1.0f}, more[] = {0.5f, -2.0f, 3.0f}, minus[] = {-0.0f}, plus[] = {0.0f};
	const uint32_t quiet = 0x7fc00000, other = 0xffa00001;
	float nan_a, nan_b;

	(void)state;
	memcpy(&nan_a, &quiet, sizeof nan_a);
	memcpy(&nan_b, &other, sizeof nan_b);
	assert_true(judge_digest(0, one, 0) == UINT64_C(0xf8bb92c91b3f5cc0));
	assert_true(judge_digest(0, one, 1) == UINT64_C(0x4faa81d83cf8eb6c));
	assert_true(judge_digest(judge_digest(0, one, 1), more, 3) == UINT64_C(0x92f64efc48bbc3b2));
	assert_true(judge_digest(0, &nan_a, 1) == judge_digest(0, &nan_b, 1));
	assert_true(judge_digest(0, minus, 1) != judge_digest(0, plus, 1));
	assert_true(judge_digest(0, more, 3) != judge_digest(judge_digest(0, more, 2), more + 2, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_limit_is_K_scales),
		cmocka_unit_test(not_finite_is_wrong_unless_wanted),
		cmocka_unit_test(rows_pool_and_bias_rows_are_gates),
		cmocka_unit_test(unfit_rows_count_and_neither_pass_nor_fail),
		cmocka_unit_test(zeros_are_judged_exactly),
		cmocka_unit_test(chaos_taints_what_follows),
		cmocka_unit_test(weak_evidence_is_flagged),
		cmocka_unit_test(places_have_names),
		cmocka_unit_test(patterns_have_names),
		cmocka_unit_test(digests_are_fixed),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}

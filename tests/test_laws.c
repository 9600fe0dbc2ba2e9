/* SPDX-License-Identifier: MIT */
/* test_laws.c - what must hold without any golden value, bit for bit for canonical variants: time and batch may be
 * split, windows of backward join, gradients accumulate, layouts and directions are equivalent. */
#include "run_variant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void law(const gm_variant *variant);

static void for_canonical(law *check)
{
	const gm_variant *list[64];
	size_t count = runnable_variants(list, 64), checked = 0;

	for (size_t i = 0; i < count; i++)
		if (list[i]->traits.rounding == GM_CANONICAL) {
			check(list[i]);
			checked++;
		}
	assert_true(checked > 0);
}

static void expect_same(const gm_variant *variant, const char *what, const float *a, const float *b, size_t count)
{
	if (!same_bits(what, a, b, count))
		fail_msg("%s: %s", variant->name, what);
}

/* Forward over 0..T = forward over 0..k, then k..T from the carried state; h_n in place of h_0. */
static void time_split(const gm_variant *variant)
{
	static const char *const problems[] = {"lstm_T150_N2_I5_H19", "gru_T150_N3_I5_H19", "rnn_tanh_T9_N1_I5_H19",
	                                       "lstm_L2_T11_N2_I5_H19_P7"};

	for (size_t p = 0; p < sizeof problems / sizeof *problems; p++) {
		variant_run whole, split;
		gm_forward_args *args;
		size_t k = 4, T;

		run_random(&whole, variant, problems[p], 11, GM_MODE_INFER);
		run_forward(&whole);
		run_open(&split, variant, &whole.spec, whole.data, GM_MODE_INFER);
		args = &split.binding->fwd;
		T = args->T;
		args->T = k;
		run_forward(&split);
		args->T = T - k;
		args->input += (ptrdiff_t)k * args->in_t;
		args->output += (ptrdiff_t)k * args->out_t;
		args->h_0 = args->h_n;
		args->c_0 = args->c_n;
		run_forward(&split);
		if (!same_results(&whole, &split, 0))
			fail_msg("%s %s: time split", variant->name, problems[p]);
		run_close(&split);
		run_close(&whole);
	}
}

static void test_time_split(void **state)
{
	(void)state;
	for_canonical(time_split);
}

/* Backward over windows taken from the end, accumulating, = backward over the whole. */
static void windows(const gm_variant *variant)
{
	static const char *const problems[] = {"lstm_T13_N2_I5_H19", "gru_L2_T13_N3_I5_H19", "rnn_relu_T300_N2_I5_H9",
	                                       "lstm_T13_N3_I5_H19_P7_len", "gru_T13_N4_I5_H9_len"};

	for (size_t p = 0; p < sizeof problems / sizeof *problems; p++) {
		variant_run whole, parts;
		gm_backward_args *args;
		size_t cut[] = {9, 4, 0};

		run_random(&whole, variant, problems[p], 12, GM_MODE_TRAIN);
		run_forward(&whole);
		run_backward(&whole);
		run_open(&parts, variant, &whole.spec, whole.data, GM_MODE_TRAIN);
		run_forward(&parts);
		args = &parts.binding->bwd;
		for (size_t i = 0; i < 3; i++) {
			args->t_end = i ? cut[i - 1] : parts.spec.T;
			args->t_begin = cut[i];
			run_backward(&parts);
			args->flags = GM_ACCUMULATE;
			args->grad_h_n = args->dh_0;
			args->grad_c_n = args->dc_0;
		}
		if (!same_results(&whole, &parts, 1))
			fail_msg("%s %s: windows", variant->name, problems[p]);
		run_close(&parts);
		run_close(&whole);
	}
}

static void test_windows(void **state)
{
	(void)state;
	for_canonical(windows);
}

/* Accumulating onto zeros = overwriting; accumulating twice differs from it. */
static void accumulate(const gm_variant *variant)
{
	variant_run a, b;
	size_t differ = 0;

	run_random(&a, variant, "gru_D2_T7_N3_I5_H19", 13, GM_MODE_TRAIN);
	run_forward(&a);
	run_backward(&a);
	run_open(&b, variant, &a.spec, a.data, GM_MODE_TRAIN);
	run_forward(&b);
	for (size_t i = 0; i < b.tensors->count; i++)
		if (b.tensors->row[i].role == GM_ROLE_GRAD)
			memset(b.data[i], 0, b.tensors->row[i].count * sizeof(float));
	b.binding->bwd.flags = GM_ACCUMULATE;
	run_backward(&b);
	if (!same_results(&a, &b, 1))
		fail_msg("%s: accumulate onto zeros", variant->name);
	run_backward(&b);
	for (size_t i = 0; i < run_count(&b, "grad_weight_hh_l0"); i++)
		differ += run_tensor(&a, "grad_weight_hh_l0")[i] != run_tensor(&b, "grad_weight_hh_l0")[i];
	assert_true(differ > 0);
	run_close(&b);
	run_close(&a);
}

static void test_accumulate(void **state)
{
	(void)state;
	for_canonical(accumulate);
}

/* A batch row gives the same output whatever stands beside it. */
static void batch_split(const gm_variant *variant)
{
	static const char *const names[] = {"output", "grad_input"};
	variant_run whole, one;
	gm_spec spec;
	size_t n = 4;

	run_random(&whole, variant, "lstm_T7_N9_I5_H19_bf", 14, GM_MODE_TRAIN);
	run_forward(&whole);
	run_backward(&whole);
	spec = whole.spec;
	spec.N = 1;
	run_open(&one, variant, &spec, whole.data, GM_MODE_TRAIN);
	one.binding->fwd.input += (ptrdiff_t)n * whole.binding->fwd.in_n;
	one.binding->fwd.h_0 += n * 19;
	one.binding->fwd.c_0 += n * 19;
	one.binding->bwd.grad_output += (ptrdiff_t)n * whole.binding->fwd.out_n;
	one.binding->bwd.grad_h_n += n * 19;
	one.binding->bwd.grad_c_n += n * 19;
	run_forward(&one);
	run_backward(&one);
	for (size_t i = 0; i < 2; i++) {
		size_t count = run_count(&one, names[i]);

		expect_same(variant, names[i], run_tensor(&one, names[i]), run_tensor(&whole, names[i]) + n * count, count);
	}
	expect_same(variant, "h_n", run_tensor(&one, "h_n"), run_tensor(&whole, "h_n") + n * 19, 19);
	run_close(&one);
	run_close(&whole);
}

static void test_batch_split(void **state)
{
	(void)state;
	for_canonical(batch_split);
}

/* Inference and training forward agree; so does a second call on the same plan, whatever scratch held. */
static void modes(const gm_variant *variant)
{
	static const char *const problems[] = {"lstm_L2_D2_T7_N3_I5_H19_len_drop", "gru_L2_T70_N3_I5_H33",
	                                       "rnn_tanh_D2_T5_N2_I4_H8"};

	for (size_t p = 0; p < sizeof problems / sizeof *problems; p++) {
		variant_run train, infer;

		run_random(&train, variant, problems[p], 15, GM_MODE_TRAIN);
		run_forward(&train);
		run_open(&infer, variant, &train.spec, train.data, GM_MODE_INFER);
		run_forward(&infer);
		if (!same_results(&train, &infer, 0))
			fail_msg("%s %s: inference differs from training", variant->name, problems[p]);
		memset(infer.scratch, 0x5a, infer.sizes.scratch_bytes);
		run_forward(&infer);
		if (!same_results(&train, &infer, 0))
			fail_msg("%s %s: second call differs", variant->name, problems[p]);
		run_close(&infer);
		run_close(&train);
	}
}

static void test_modes(void **state)
{
	(void)state;
	for_canonical(modes);
}

/* Absent upstream gradients and states = zeros given. */
static void absent(const gm_variant *variant)
{
	static const char *const names[] = {"h_0", "c_0", "grad_output", "grad_h_n", "grad_c_n"};
	variant_run zeros, none;

	run_random(&zeros, variant, "lstm_T5_N2_I4_H9", 16, GM_MODE_TRAIN);
	for (size_t i = 0; i < 5; i++)
		if (i != 2)
			memset(run_tensor(&zeros, names[i]), 0, run_count(&zeros, names[i]) * sizeof(float));
	run_forward(&zeros);
	run_backward(&zeros);
	run_open(&none, variant, &zeros.spec, zeros.data, GM_MODE_TRAIN);
	none.binding->fwd.h_0 = none.binding->fwd.c_0 = NULL;
	none.binding->bwd.grad_h_n = none.binding->bwd.grad_c_n = NULL;
	run_forward(&none);
	run_backward(&none);
	if (!same_results(&zeros, &none, 1))
		fail_msg("%s: absent differs from zeros", variant->name);
	run_close(&none);
	run_close(&zeros);
}

static void test_absent(void **state)
{
	(void)state;
	for_canonical(absent);
}

/* The reverse direction on x = the forward direction on x turned round in time. */
static void reversed(const gm_variant *variant)
{
	size_t T = 6, N = 2, I = 5, H = 19;
	variant_run both, forward;
	gm_layer_weights weights;
	gm_weights reversed_weights = {.struct_size = sizeof reversed_weights, .count = 1, .layer = &weights};

	run_random(&both, variant, "gru_D2_T6_N2_I5_H19", 17, GM_MODE_INFER);
	run_forward(&both);
	run_random(&forward, variant, "gru_T6_N2_I5_H19", 18, GM_MODE_INFER);
	for (size_t t = 0; t < T; t++)
		memcpy(run_tensor(&forward, "input") + t * N * I, run_tensor(&both, "input") + (T - 1 - t) * N * I,
		       N * I * sizeof(float));
	memcpy(run_tensor(&forward, "h_0"), run_tensor(&both, "h_0") + N * H, N * H * sizeof(float));
	weights = both.binding->weights.layer[1];
	assert_int_equal(variant->set_weights(forward.plan, &reversed_weights, NULL), GM_OK);
	run_forward(&forward);
	for (size_t t = 0; t < T; t++)
		for (size_t n = 0; n < N; n++)
			expect_same(variant, "output of the reverse direction", run_tensor(&forward, "output") + (t * N + n) * H,
			            run_tensor(&both, "output") + ((T - 1 - t) * N + n) * 2 * H + H, H);
	run_close(&forward);
	run_close(&both);
}

static void test_reversed(void **state)
{
	(void)state;
	for_canonical(reversed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_split), cmocka_unit_test(test_windows), cmocka_unit_test(test_accumulate),
		cmocka_unit_test(test_batch_split), cmocka_unit_test(test_modes), cmocka_unit_test(test_absent),
		cmocka_unit_test(test_reversed)};

	return cmocka_run_group_tests_name("laws", tests, NULL, NULL);
}

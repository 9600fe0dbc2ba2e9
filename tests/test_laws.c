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
			args->grad_h_n = args->grad_h_0;
			args->grad_c_n = args->grad_c_0;
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
static void split_batch(const gm_variant *variant, const char *problem, size_t n)
{
	static const char *const names[] = {"output", "grad_input"};
	variant_run whole, one;
	gm_spec spec;
	size_t H;

	run_random(&whole, variant, problem, 14, GM_MODE_TRAIN);
	run_forward(&whole);
	run_backward(&whole);
	spec = whole.spec;
	spec.N = 1;
	H = spec.problem.hidden_size;
	run_open(&one, variant, &spec, whole.data, GM_MODE_TRAIN);
	one.binding->fwd.input += (ptrdiff_t)n * whole.binding->fwd.in_n;
	one.binding->fwd.h_0 += n * H;
	one.binding->fwd.c_0 += n * H;
	one.binding->bwd.grad_output += (ptrdiff_t)n * whole.binding->fwd.out_n;
	one.binding->bwd.grad_h_n += n * H;
	one.binding->bwd.grad_c_n += n * H;
	run_forward(&one);
	run_backward(&one);
	for (size_t i = 0; i < 2; i++) {
		size_t count = run_count(&one, names[i]);

		expect_same(variant, names[i], run_tensor(&one, names[i]), run_tensor(&whole, names[i]) + n * count, count);
	}
	expect_same(variant, "h_n", run_tensor(&one, "h_n"), run_tensor(&whole, "h_n") + n * H, H);
	run_close(&one);
	run_close(&whole);
}

/* The second problem is deeper than the part of a product that one pass takes. */
static void batch_split(const gm_variant *variant)
{
	split_batch(variant, "lstm_T7_N9_I5_H19_bf", 4);
	split_batch(variant, "lstm_T2_N3_I3_H600_bf", 1);
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

/* dst = src (T rows of `width` floats) turned round in time. */
static void turn_round(float *dst, const float *src, size_t T, size_t width)
{
	for (size_t t = 0; t < T; t++)
		memcpy(dst + t * width, src + (T - 1 - t) * width, width * sizeof *dst);
}

/* The half of the reverse direction, turned round: dst (T*N, H) from src (T*N, 2H). */
static void reverse_half(float *dst, const float *src, size_t T, size_t N, size_t H)
{
	for (size_t t = 0; t < T; t++)
		for (size_t n = 0; n < N; n++)
			memcpy(dst + (t * N + n) * H, src + ((T - 1 - t) * N + n) * 2 * H + H, H * sizeof *dst);
}

static void expect_reverse(const gm_variant *variant, const variant_run *both, const variant_run *forward,
                           float *expected)
{
	size_t T = forward->spec.T, N = forward->spec.N, H = forward->spec.problem.hidden_size;

	reverse_half(expected, run_tensor(both, "output"), T, N, H);
	expect_same(variant, "output of the reverse direction", run_tensor(forward, "output"), expected, T * N * H);
	expect_same(variant, "h_n of the reverse direction", run_tensor(forward, "h_n"), run_tensor(both, "h_n") + N * H,
	            N * H);
	expect_same(variant, "grad_h_0 of the reverse direction", run_tensor(forward, "grad_h_0"),
	            run_tensor(both, "grad_h_0") + N * H, N * H);
	expect_same(variant, "grad_weight_ih of the reverse direction", run_tensor(forward, "grad_weight_ih_l0"),
	            run_tensor(both, "grad_weight_ih_l0_reverse"), run_count(forward, "grad_weight_ih_l0"));
	expect_same(variant, "grad_weight_hh of the reverse direction", run_tensor(forward, "grad_weight_hh_l0"),
	            run_tensor(both, "grad_weight_hh_l0_reverse"), run_count(forward, "grad_weight_hh_l0"));
}

/* The reverse direction on x = the forward direction on x turned round in time, gradients included. */
static void reversed(const gm_variant *variant)
{
	variant_run both, forward;
	gm_layer_weights weights;
	gm_weights reverse = {.struct_size = sizeof reverse, .count = 1, .layer = &weights};
	size_t T, N, H;
	float *half;

	run_random(&both, variant, "gru_D2_T6_N2_I5_H19", 17, GM_MODE_TRAIN);
	run_random(&forward, variant, "gru_T6_N2_I5_H19", 18, GM_MODE_TRAIN);
	T = both.spec.T, N = both.spec.N, H = both.spec.problem.hidden_size;
	half = calloc(T * N * H, sizeof *half);
	assert_non_null(half);
	turn_round(run_tensor(&forward, "input"), run_tensor(&both, "input"), T, N * both.spec.problem.input_size);
	reverse_half(run_tensor(&forward, "grad_output"), run_tensor(&both, "grad_output"), T, N, H);
	memcpy(run_tensor(&forward, "h_0"), run_tensor(&both, "h_0") + N * H, N * H * sizeof(float));
	memcpy(run_tensor(&forward, "grad_h_n"), run_tensor(&both, "grad_h_n") + N * H, N * H * sizeof(float));
	weights = both.binding->weights.layer[1];
	assert_int_equal(variant->set_weights(forward.plan, &reverse, NULL), GM_OK);
	run_forward(&both);
	run_backward(&both);
	run_forward(&forward);
	run_backward(&forward);
	expect_reverse(variant, &both, &forward, half);
	free(half);
	run_close(&forward);
	run_close(&both);
}

static void test_reversed(void **state)
{
	(void)state;
	for_canonical(reversed);
}

/* Output and grad_input beyond a row's length are +0, and NaNs in padded input and upstream gradient reach nothing. */
static void padding(const gm_variant *variant)
{
	size_t width[] = {4, 18, 4, 18};
	variant_run clean, dirty;
	const int64_t *lengths;

	run_random(&clean, variant, "lstm_D2_T6_N5_I4_H9_len", 19, GM_MODE_TRAIN);
	run_forward(&clean);
	run_backward(&clean);
	run_random(&dirty, variant, "lstm_D2_T6_N5_I4_H9_len", 19, GM_MODE_TRAIN);
	float *padded[] = {run_tensor(&dirty, "input"), run_tensor(&dirty, "grad_output"), run_tensor(&clean, "grad_input"),
	                   run_tensor(&clean, "output")};

	lengths = dirty.binding->fwd.lengths;
	for (size_t i = 0; i < 4; i++)
		for (size_t t = 0; t < 6; t++)
			for (size_t n = 0; n < 5; n++)
				for (size_t j = 0; (int64_t)t >= lengths[n] && j < width[i]; j++) {
					float *element = padded[i] + (t * 5 + n) * width[i] + j;

					if (i < 2)
						memset(element, 0xff, sizeof *element);
					else
						assert_memory_equal(element, "\0\0\0\0", 4);
				}
	run_forward(&dirty);
	run_backward(&dirty);
	if (!same_results(&clean, &dirty, 1))
		fail_msg("%s: padding reaches a result", variant->name);
	run_close(&dirty);
	run_close(&clean);
}

static void test_padding(void **state)
{
	(void)state;
	for_canonical(padding);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_time_split), cmocka_unit_test(test_windows),
	                                   cmocka_unit_test(test_accumulate), cmocka_unit_test(test_batch_split),
	                                   cmocka_unit_test(test_modes),      cmocka_unit_test(test_absent),
	                                   cmocka_unit_test(test_reversed),   cmocka_unit_test(test_padding)};

	return cmocka_run_group_tests_name("laws", tests, NULL, NULL);
}

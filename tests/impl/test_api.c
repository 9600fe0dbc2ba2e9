/* SPDX-License-Identifier: MIT */
/* test_api.c - what gm_variant promises about bad arguments: the right status, a sentence with the numbers, outputs
 * untouched; and that the registry is consistent. */
#include "run_variant.h"

#include <fenv.h>
#include <stdlib.h>
#include <string.h>

static const char *const problem = "lstm_L2_T5_N3_I4_H9_P5_len_drop";

static void expect_forward(variant_run *run, gm_forward_args args, gm_status want)
{
	float *output = args.output ? args.output : run_tensor(run, "output");

	memset(output, 0x77, run_count(run, "output") * sizeof *output);
	assert_int_equal(run->variant->forward(run->plan, &args, NULL), want);
	for (size_t i = 0; i < run_count(run, "output"); i++)
		assert_memory_equal(output + i, "\x77\x77\x77\x77", 4);
}

static void test_forward_arguments(void **state)
{
	variant_run run;
	int64_t lengths[3] = {1, 6, 2};
	const float *no_mask[1] = {NULL};

	(void)state;
	run_random(&run, gm_variant_at(0), problem, 1, GM_MODE_TRAIN);
	gm_forward_args good = run.binding->fwd, bad;

	expect_forward(&run, (bad = good, bad.struct_size = 8, bad), GM_BAD_ARGUMENT);
	expect_forward(&run, (bad = good, bad.input = NULL, bad), GM_BAD_ARGUMENT);
	expect_forward(&run, (bad = good, bad.output = NULL, bad), GM_BAD_ARGUMENT);
	expect_forward(&run, (bad = good, bad.scratch = NULL, bad), GM_BAD_ARGUMENT);
	expect_forward(&run, (bad = good, bad.lengths = NULL, bad), GM_BAD_ARGUMENT);
	expect_forward(&run, (bad = good, bad.lengths = lengths, bad), GM_BAD_SHAPE);
	expect_forward(&run, (bad = good, bad.T = 6, bad), GM_BAD_SHAPE);
	expect_forward(&run, (bad = good, bad.T = 0, bad), GM_BAD_SHAPE);
	expect_forward(&run, (bad = good, bad.N = 4, bad), GM_BAD_SHAPE);
	expect_forward(&run, (bad = good, bad.dropout_mask = NULL, bad), GM_BAD_ARGUMENT);
	expect_forward(&run, (bad = good, bad.dropout_mask = no_mask, bad), GM_BAD_ARGUMENT);
	run_close(&run);
}

static void test_backward_arguments(void **state)
{
	variant_run run, both;

	(void)state;
	run_random(&run, gm_variant_at(0), problem, 1, GM_MODE_TRAIN);
	run_forward(&run);
	gm_backward_args good = run.binding->bwd, bad;
	gm_forward_args no_tape = run.binding->fwd;
	gm_grads one = run.binding->grads;

	no_tape.tape = NULL;
	one.count = 1;
	assert_int_equal(run.variant->backward(run.plan, (bad = good, bad.flags = 2, &bad), NULL), GM_BAD_ARGUMENT);
	assert_int_equal(run.variant->backward(run.plan, (bad = good, bad.fwd = NULL, &bad), NULL), GM_BAD_ARGUMENT);
	assert_int_equal(run.variant->backward(run.plan, (bad = good, bad.fwd = &no_tape, &bad), NULL), GM_BAD_ARGUMENT);
	assert_int_equal(run.variant->backward(run.plan, (bad = good, bad.grad_weights = &one, &bad), NULL),
	                 GM_BAD_ARGUMENT);
	assert_int_equal(run.variant->backward(run.plan, (bad = good, bad.t_begin = 5, &bad), NULL), GM_BAD_SHAPE);
	assert_int_equal(run.variant->backward(run.plan, (bad = good, bad.t_end = 6, &bad), NULL), GM_BAD_SHAPE);
	assert_int_equal(run.variant->backward(run.plan, &good, NULL), GM_OK);
	run_close(&run);
	run_random(&both, gm_variant_at(0), "gru_D2_T5_N3_I4_H9", 1, GM_MODE_TRAIN);
	run_forward(&both);
	both.binding->bwd.t_begin = 1;
	assert_int_equal(both.variant->backward(both.plan, &both.binding->bwd, NULL), GM_UNSUPPORTED);
	run_close(&both);
}

static void test_weights(void **state)
{
	variant_run run;
	gm_layer_weights layers[2];
	gm_weights weights;
	gm_error error = {0};

	(void)state;
	run_random(&run, gm_variant_at(0), problem, 1, GM_MODE_INFER);
	weights = run.binding->weights;
	memcpy(layers, weights.layer, sizeof layers);
	weights.layer = layers;
	weights.count = 1;
	assert_int_equal(run.variant->set_weights(run.plan, &weights, &error), GM_BAD_ARGUMENT);
	weights.count = 2;
	layers[1].weight_hr = NULL;
	assert_int_equal(run.variant->set_weights(run.plan, &weights, &error), GM_BAD_ARGUMENT);
	assert_non_null(strstr(error.message, "layer 1"));
	layers[1] = run.binding->weights.layer[1];
	layers[0].bias_hh = NULL;
	assert_int_equal(run.variant->set_weights(run.plan, &weights, &error), GM_BAD_ARGUMENT);
	assert_int_equal(run.variant->set_weights(run.plan, NULL, NULL), GM_BAD_ARGUMENT);
	run_close(&run);
}

static void test_plans(void **state)
{
	gm_plan_opts good = {.struct_size = sizeof good, .T_max = 5, .N_max = 2, .threads = 1}, bad;
	gm_sizes sizes = {.struct_size = sizeof sizes};
	const gm_variant *v = gm_variant_at(0);
	gm_error error = {0};
	gm_plan *plan = NULL;
	gm_spec spec;
	char memory[8];

	(void)state;
	assert_int_equal(gm_spec_parse("gru_T5_N2_I3_H4", &spec, NULL), GM_OK);
	assert_int_equal(v->supports(v, &spec.problem, &good, &error), GM_OK);
	assert_int_equal(v->supports(v, &spec.problem, (bad = good, bad.threads = 3, &bad), &error), GM_UNSUPPORTED);
	assert_non_null(strstr(error.message, "3"));
	assert_int_equal(v->supports(v, &spec.problem, (bad = good, bad.mode = GM_MODE_RECOMPUTE, &bad), &error),
	                 GM_UNSUPPORTED);
	assert_int_equal(v->supports(v, &spec.problem, (bad = good, bad.T_max = 0, &bad), &error), GM_BAD_ARGUMENT);
	assert_int_equal(v->sizes(v, &spec.problem, (bad = good, bad.T_max = SIZE_MAX / 8, &bad), &sizes, NULL),
	                 GM_BAD_SHAPE);
	assert_int_equal(v->plan_create(v, &spec.problem, &good, NULL, &plan, &error), GM_BAD_ARGUMENT);
	assert_int_equal(v->plan_create(v, &spec.problem, &good, memory + 1, &plan, &error), GM_BAD_ARGUMENT);
	assert_null(plan);
}

/* A row that this build has no kernels for says so, whatever it is asked. */
static void test_not_built(void **state)
{
	gm_plan_opts opts = {.struct_size = sizeof opts, .T_max = 5, .N_max = 2, .threads = 1};
	size_t not_built = 0;
	gm_spec spec;

	(void)state;
	assert_int_equal(gm_spec_parse("gru_T5_N2_I3_H4", &spec, NULL), GM_OK);
	for (size_t i = 0; i < gm_variant_count(); i++) {
		gm_variant copy = *gm_variant_at(i); // what a plug-in may do with one
		gm_sizes sizes = {.struct_size = sizeof sizes};
		gm_error error = {0};
		gm_plan *plan;

		copy.needs = 0;
		copy.name = "copy";
		gm_status status = gm_variant_runnable(&copy, &error);
		assert_int_equal(copy.supports(&copy, &spec.problem, &opts, NULL), status);
		assert_int_equal(copy.sizes(&copy, &spec.problem, &opts, &sizes, NULL), status);
		if (status == GM_OK)
			continue;
		assert_int_equal(status, GM_NO_CPU);
		assert_string_equal(error.message, "copy is not part of this build");
		assert_int_equal(copy.plan_create(&copy, &spec.problem, &opts, &sizes, &plan, NULL), GM_NO_CPU);
		not_built++;
	}
	assert_true(not_built > 0); // no architecture has every ISA
}

/* 1 + 2^-30 as the vector unit rounds it now: 1 to nearest, more upward. */
static float just_above_one(void)
{
	volatile float one = 1.0f, tiny = 0x1p-30f;

	return one + tiny;
}

/* The caller's floating-point mode neither matters nor changes. */
static void test_fp_mode(void **state)
{
	const gm_variant *list[64];
	size_t count = runnable_variants(list, 64);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		variant_run nearest, upward;

		run_random(&nearest, list[i], "gru_T5_N3_I7_H9", 3, GM_MODE_TRAIN);
		run_forward(&nearest);
		run_backward(&nearest);
		float up;

		fesetround(FE_UPWARD);
		up = just_above_one();
		assert_true(up > 1.0f);
		run_open(&upward, list[i], &nearest.spec, nearest.data, GM_MODE_TRAIN);
		run_forward(&upward);
		run_backward(&upward);
		assert_true(just_above_one() == up);
		fesetround(FE_TONEAREST);
		assert_true(same_results(&nearest, &upward, 1));
		run_close(&upward);
		run_close(&nearest);
	}
}

static void test_registry(void **state)
{
	(void)state;
	assert_true(gm_variant_count() >= 7);
	assert_string_equal(gm_variant_at(0)->name, "scalar-plain");
	assert_null(gm_variant_at(gm_variant_count()));
	assert_ptr_equal(gm_variant_find("scalar"), gm_variant_at(0)); // as it was called before 0.2
	assert_string_equal(gm_variant_former_name("scalar-oracle-u10"), "scalar_fma-u10");
	assert_null(gm_variant_former_name("avx2-fused"));
	assert_null(gm_variant_find("avx3"));
	for (size_t i = 0; i < gm_variant_count(); i++) {
		const gm_variant *v = gm_variant_at(i);

		assert_ptr_equal(gm_variant_find(v->name), v);
		assert_int_equal(v->abi_major, GM_ABI_MAJOR);
		assert_true(v->supports && v->sizes && v->plan_create && v->set_weights && v->forward && v->backward &&
		            v->describe && v->plan_destroy);
		assert_int_equal(strncmp(v->name, v->traits.isa, strcspn(v->traits.isa, "_")), 0); // scalar_fma: scalar-oracle
		assert_null(strchr(v->name, '_'));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forward_arguments), cmocka_unit_test(test_backward_arguments),
		cmocka_unit_test(test_weights),           cmocka_unit_test(test_plans),
		cmocka_unit_test(test_fp_mode),           cmocka_unit_test(test_registry),
		cmocka_unit_test(test_not_built)};

	return cmocka_run_group_tests_name("api", tests, NULL, NULL);
}

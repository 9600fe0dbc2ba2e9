/* SPDX-License-Identifier: MIT */
/* test_api.c - the registry is consistent, and calls keep the floating-point mode. */
#include "run_variant.h"

#include <fenv.h>
#include <string.h>

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
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_fp_mode), cmocka_unit_test(test_registry),
	                                   cmocka_unit_test(test_not_built)};

	return cmocka_run_group_tests_name("api", tests, NULL, NULL);
}

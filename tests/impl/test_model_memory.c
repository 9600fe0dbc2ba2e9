/* SPDX-License-Identifier: MIT */
/* test_model_memory.c - where a model keeps things: memory of the caller's to the byte, tapes of the caller's, its own
 * tape, which is that of its last call. */
#include "run_model.h"

#include <stdlib.h>
#include <string.h>

/* Memory of the caller's: exactly the bytes said, nothing beyond them, nothing freed. */
static void test_memory(void **state)
{
	gm_model_opts opts = {.struct_size = sizeof opts, .mode = GM_MODE_TRAIN, .T_max = 5, .N_max = 3};
	gm_error error = {0};
	gm_model *model = NULL;
	gm_spec spec;
	size_t bytes = 0;
	char *memory;

	(void)state;
	assert_int_equal(gm_spec_parse("lstm_L2_T5_N3_I4_H9_P5", &spec, &error), GM_OK);
	expect_ok(gm_model_bytes(&spec.problem, &opts, &bytes, &error), &error);
	memory = aligned_alloc(64, (bytes + 127) / 64 * 64);
	assert_non_null(memory);
	memset(memory, 0x5a, bytes + 64);
	opts.memory = memory;
	opts.memory_bytes = bytes - 1;
	assert_int_equal(gm_model_create_from(&spec.problem, &opts, &model, &error), GM_NO_MEMORY);
	opts.memory = memory + 4;
	assert_int_equal(gm_model_create_from(&spec.problem, &opts, &model, &error), GM_BAD_ARGUMENT);
	assert_null(model);
	opts.memory = memory;
	opts.memory_bytes = bytes;
	expect_ok(gm_model_create_from(&spec.problem, &opts, &model, &error), &error);
	assert_in_range((uintptr_t)model, (uintptr_t)memory, (uintptr_t)memory + bytes - 1);
	gm_model_destroy(model);
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(memory[bytes + i], 0x5a);
	free(memory);
}

/* Two calls on tapes of the caller's, then backward on the first. */
static void test_tapes(void **state)
{
	const gm_variant *list[64];
	variant_run run, other;
	gm_error error = {0};

	(void)state;
	assert_true(runnable_variants(list, 64) > 0);
	run_random(&run, list[0], "gru_T5_N2_I3_H9", 1, GM_MODE_TRAIN);
	run_forward(&run);
	run_backward(&run);
	run_open(&other, list[0], &run.spec, run.data, GM_MODE_TRAIN);
	gm_model_opts opts = opts_of(&run, GM_MODE_TRAIN);
	gm_model *model = model_of(&run, &opts);
	gm_forward_args first = other.binding->fwd, second = first;
	gm_backward_args bwd = other.binding->bwd;
	float *elsewhere = calloc(run_count(&run, "output"), sizeof *elsewhere);

	assert_int_equal(gm_model_tape_bytes(model), run.sizes.tape_bytes);
	second.T = 2;
	second.tape = aligned_alloc(64, (gm_model_tape_bytes(model) + 63) / 64 * 64);
	second.output = elsewhere;
	second.h_n = NULL;
	expect_ok(gm_model_run(model, &first, &error), &error);
	expect_ok(gm_model_run(model, &second, &error), &error);
	bwd.fwd = NULL; // no call was on the model's own
	assert_int_equal(gm_model_run_backward(model, &bwd, &error), GM_BAD_ARGUMENT);
	bwd.fwd = &first;
	expect_ok(gm_model_run_backward(model, &bwd, &error), &error);
	assert_true(same_results(&run, &other, 1));
	gm_model_destroy(model);
	free(second.tape);
	free(elsewhere);
	run_close(&other);
	run_close(&run);
}

/* The model's tape is that of its last call: fwd may name it, and no other; new weights make it worthless. */
static void test_last_call(void **state)
{
	const gm_variant *list[64];
	variant_run run, other;
	gm_error error = {0};

	(void)state;
	assert_true(runnable_variants(list, 64) > 0);
	run_random(&run, list[0], "lstm_T5_N2_I3_H9", 1, GM_MODE_TRAIN);
	run_forward(&run);
	run_backward(&run);
	run_open(&other, list[0], &run.spec, run.data, GM_MODE_TRAIN);
	gm_model_opts opts = opts_of(&run, GM_MODE_TRAIN);
	gm_model *model = model_of(&run, &opts);
	gm_forward_args fwd = other.binding->fwd;
	gm_backward_args bwd = other.binding->bwd;

	fwd.tape = fwd.scratch = NULL;
	bwd.fwd = &fwd;
	assert_int_equal(gm_model_run_backward(model, &bwd, &error), GM_BAD_ARGUMENT);
	expect_ok(gm_model_run(model, &fwd, &error), &error);
	expect_ok(gm_model_run_backward(model, &bwd, &error), &error);
	assert_true(same_results(&run, &other, 1));
	fwd.T = 4;
	bwd.t_end = 4;
	assert_int_equal(gm_model_run_backward(model, &bwd, &error), GM_BAD_ARGUMENT);
	assert_non_null(strstr(error.message, "T 4 and 5"));
	bwd.fwd = NULL;
	bwd.t_end = 5;
	expect_ok(gm_model_run_backward(model, &bwd, &error), &error);
	expect_ok(gm_model_load(model, run.binding->weights.layer, 1, &error), &error);
	assert_int_equal(gm_model_run_backward(model, &bwd, &error), GM_BAD_ARGUMENT);
	assert_non_null(strstr(error.message, "with these weights"));
	gm_model_destroy(model);
	run_close(&other);
	run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_memory), cmocka_unit_test(test_tapes),
	                                   cmocka_unit_test(test_last_call)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* run_variant.c - one variant on one random problem: memory, plan, calls, results. */
#include "run_variant.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

static void *poisoned(size_t bytes)
{
	void *memory = NULL;

	assert_int_equal(posix_memalign(&memory, 64, bytes + 64), 0);
	memset(memory, 0xff, bytes + 64);
	return memory;
}

static void allocate_tensors(variant_run *run, void *const *inputs)
{
	run->data = calloc(run->tensors->count, sizeof *run->data);
	assert_non_null(run->data);
	for (size_t i = 0; i < run->tensors->count; i++) {
		const gm_tensor *row = &run->tensors->row[i];
		int output = row->role == GM_ROLE_OUTPUT || row->role == GM_ROLE_GRAD;

		run->data[i] = output || !inputs ? poisoned(row->count * gm_dtype_bytes(row->dtype)) : inputs[i];
	}
}

static void open_plan(variant_run *run, unsigned mode)
{
	gm_plan_opts opts = {
		.struct_size = sizeof opts, .mode = mode, .T_max = run->spec.T, .N_max = run->spec.N, .threads = 1};
	gm_error error = {0};

	run->sizes.struct_size = sizeof run->sizes;
	assert_int_equal(run->variant->sizes(run->variant, &run->spec.problem, &opts, &run->sizes, NULL), GM_OK);
	run->plan_memory = poisoned(run->sizes.plan_bytes);
	run->scratch = poisoned(run->sizes.scratch_bytes);
	run->tape = mode == GM_MODE_INFER ? NULL : poisoned(run->sizes.tape_bytes);
	assert_int_equal(
		run->variant->plan_create(run->variant, &run->spec.problem, &opts, run->plan_memory, &run->plan, &error),
		GM_OK);
	assert_int_equal(gm_binding_create(&run->spec, run->tensors, run->data, &run->binding, &error), GM_OK);
	run->binding->fwd.tape = run->tape;
	run->binding->fwd.scratch = run->scratch;
	assert_int_equal(run->variant->set_weights(run->plan, &run->binding->weights, &error), GM_OK);
}

void run_open(variant_run *run, const gm_variant *variant, const gm_spec *spec, void *const *inputs, unsigned mode)
{
	gm_error error;

	*run = (variant_run){.variant = variant, .spec = *spec};
	assert_int_equal(gm_tensors_create(spec, &run->tensors, &error), GM_OK);
	allocate_tensors(run, inputs);
	open_plan(run, mode);
}

static void draw(const gm_tensor *row, const gm_spec *spec, void *data, uint64_t *state)
{
	float bound = row->role == GM_ROLE_WEIGHT ? 1.0f / sqrtf((float)spec->problem.hidden_size) : 1.0f;

	for (size_t i = 0; i < row->count; i++) {
		uint64_t bits = random_next(state);

		if (row->kind == GM_LENGTHS)
			((int64_t *)data)[i] = 1 + (int64_t)(bits % spec->T);
		else if (row->kind == GM_DROPOUT_MASK)
			((float *)data)[i] = bits & 1 ? 2.0f : 0.0f;
		else
			((float *)data)[i] = bound * ((float)(bits >> 40) / 8388608.0f - 1.0f);
	}
}

void run_random(variant_run *run, const gm_variant *variant, const char *problem, uint64_t seed, unsigned mode)
{
	gm_error error = {0};

	*run = (variant_run){.variant = variant, .owns_inputs = 1};
	if (gm_spec_parse(problem, &run->spec, &error) != GM_OK)
		fail_msg("%s", error.message);
	assert_int_equal(gm_tensors_create(&run->spec, &run->tensors, &error), GM_OK);
	allocate_tensors(run, NULL);
	for (size_t i = 0; i < run->tensors->count; i++)
		if (run->tensors->row[i].role < GM_ROLE_OUTPUT)
			draw(&run->tensors->row[i], &run->spec, run->data[i], &seed);
	open_plan(run, mode);
}

void run_forward(variant_run *run)
{
	assert_int_equal(run->variant->forward(run->plan, &run->binding->fwd, NULL), GM_OK);
}

void run_backward(variant_run *run)
{
	assert_int_equal(run->variant->backward(run->plan, &run->binding->bwd, NULL), GM_OK);
}

void run_close(variant_run *run)
{
	run->variant->plan_destroy(run->plan);
	for (size_t i = 0; i < run->tensors->count; i++)
		if (run->owns_inputs || run->tensors->row[i].role >= GM_ROLE_OUTPUT)
			free(run->data[i]);
	gm_binding_destroy(run->binding);
	gm_tensors_destroy(run->tensors);
	free(run->data);
	free(run->plan_memory);
	free(run->scratch);
	free(run->tape);
}

float *run_tensor(const variant_run *run, const char *name)
{
	size_t row = gm_tensors_find(run->tensors, name);

	assert_true(row != GM_NO_TENSOR);
	return run->data[row];
}

size_t run_count(const variant_run *run, const char *name)
{
	return run->tensors->row[gm_tensors_find(run->tensors, name)].count;
}

int same_bits(const char *what, const float *a, const float *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(a + i, b + i, sizeof *a) != 0 && !(isnan(a[i]) && isnan(b[i]))) {
			print_error("%s[%zu]: %a and %a\n", what, i, (double)a[i], (double)b[i]);
			return 0;
		}
	return 1;
}

int same_results(const variant_run *a, const variant_run *b, int gradients)
{
	int same = 1;

	for (size_t i = 0; i < a->tensors->count; i++) {
		const gm_tensor *row = &a->tensors->row[i];

		if (row->role == GM_ROLE_OUTPUT || (gradients && row->role == GM_ROLE_GRAD))
			same &= same_bits(row->name, a->data[i], b->data[i], row->count);
	}
	return same;
}

size_t runnable_variants(const gm_variant *list[], size_t capacity)
{
	size_t count = 0;
	gm_error error;

	for (size_t i = 0; i < gm_variant_count() && count < capacity; i++) {
		if (gm_variant_runnable(gm_variant_at(i), &error) == GM_OK)
			list[count++] = gm_variant_at(i);
		else
			print_message("SKIP %s\n", error.message);
	}
	assert_true(count > 0);
	return count;
}

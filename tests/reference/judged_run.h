/* SPDX-License-Identifier: MIT */
/* judged_run.h - for tests of the judge and the faults: a problem in float32 (drawn from a seed, or a case of a
 * fixture), a variant run on it once forward and backward with poisoned results, and the judge's opinion of every
 * tensor. */
#ifndef TESTS_JUDGED_RUN_H
#define TESTS_JUDGED_RUN_H

#include "judge/judge.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

typedef struct trial {
	gm_spec spec;
	gm_tensors *tensors;
	void **data; /* by row; float32, lengths int64; NULL = absent */
	gm_binding *binding;
	char id[GM_SPEC_TEXT + 24];
} trial;

static inline float trial_unit(uint64_t *state) { return (float)((double)(random_next(state) >> 40) * 0x1p-23 - 1.0); }

static inline void *trial_alloc(size_t count, size_t bytes)
{
	void *memory = NULL;
	size_t size = (count * bytes + 63) / 64 * 64;

	assert_int_equal(posix_memalign(&memory, 64, size ? size : 64), 0);
	memset(memory, 0, size ? size : 64);
	return memory;
}

static inline void trial_fill_lengths(const trial *t, int64_t *lengths, uint64_t *state)
{
	for (size_t n = 0; n < t->spec.N; n++)
		lengths[n] = n == 0 ? (int64_t)t->spec.T : n == 1 ? 1 : 1 + (int64_t)(random_next(state) % t->spec.T);
}

/* Weights in +-gain/sqrt(H) (gain 1: PyTorch's initial ones), the rest in +-1, masks 0 or 2. */
static inline void trial_fill(trial *t, double gain, uint64_t seed)
{
	for (size_t row = 0; row < t->tensors->count; row++) {
		const gm_tensor *tensor = &t->tensors->row[row];
		double scale = tensor->role == GM_ROLE_WEIGHT ? gain / sqrt((double)t->spec.problem.hidden_size) : 1;
		float *values = t->data[row] = trial_alloc(tensor->count, gm_dtype_bytes(tensor->dtype));
		uint64_t state = seed * 1000003 + row;

		if (tensor->kind == GM_LENGTHS)
			trial_fill_lengths(t, t->data[row], &state);
		else
			for (size_t i = 0; i < tensor->count; i++) {
				float r = trial_unit(&state);

				values[i] = tensor->kind == GM_DROPOUT_MASK ? (r < 0 ? 0 : 2) : (float)(scale * r);
			}
	}
}

static inline trial trial_draw(const char *text, double gain, uint64_t seed)
{
	trial t = {.binding = NULL};
	gm_error error;

	if (gm_spec_parse(text, &t.spec, &error) != GM_OK)
		fail_msg("%s: %s", text, error.message);
	assert_int_equal(gm_tensors_create(&t.spec, &t.tensors, &error), GM_OK);
	t.data = trial_alloc(t.tensors->count, sizeof *t.data);
	snprintf(t.id, sizeof t.id, "%s.gain%g.seed%llu", text, gain, (unsigned long long)seed);
	trial_fill(&t, gain, seed);
	return t;
}

/* Makes an input absent; nothing if the problem has none such. */
static inline void trial_drop(const trial *t, gm_kind kind)
{
	for (size_t row = 0; row < t->tensors->count; row++)
		if (t->tensors->row[row].kind == kind) {
			free(t->data[row]);
			t->data[row] = NULL;
		}
}

static inline float *trial_data(const trial *t, const char *name)
{
	size_t row = gm_tensors_find(t->tensors, name);

	assert_true(row != GM_NO_TENSOR);
	return t->data[row];
}

static inline void trial_destroy(trial *t)
{
	for (size_t row = 0; row < t->tensors->count; row++)
		free(t->data[row]);
	free(t->data);
	gm_binding_destroy(t->binding);
	gm_tensors_destroy(t->tensors);
}

static inline gm_status trial_budget(const trial *t, const double *const *golden64, gm_class accuracy_class,
                                     judge_budget **budget, gm_error *error)
{
	judge_problem problem = {&t->spec, t->tensors, t->data, golden64, t->id, 1};

	return judge_budget_create(&problem, accuracy_class, budget, error);
}

static inline judge_budget *trial_judge(const trial *t)
{
	judge_budget *budget = NULL;
	gm_error error;

	if (trial_budget(t, NULL, GM_CLASS_F32, &budget, &error) != GM_OK)
		fail_msg("%s: %s", t->id, error.message);
	return budget;
}

static inline void trial_poison(const trial *t)
{
	for (size_t row = 0; row < t->tensors->count; row++)
		if (t->tensors->row[row].role == GM_ROLE_OUTPUT || t->tensors->row[row].role == GM_ROLE_GRAD)
			memset(t->data[row], 0xff, t->tensors->row[row].count * sizeof(float));
}

static inline gm_status trial_call(const gm_variant *v, gm_plan *plan, gm_binding *b)
{
	GM_TRY(v->set_weights(plan, &b->weights, NULL));
	GM_TRY(v->forward(plan, &b->fwd, NULL));
	return v->backward(plan, &b->bwd, NULL);
}

/* Runs forward with a tape, then backward, into t->data; GM_UNSUPPORTED passes through. */
static inline gm_status trial_run(trial *t, const gm_variant *v)
{
	gm_plan_opts opts = {
		.struct_size = sizeof opts, .mode = GM_MODE_TRAIN, .T_max = t->spec.T, .N_max = t->spec.N, .threads = 1};
	gm_sizes sizes = {.struct_size = sizeof sizes};
	void *memory[3];
	gm_plan *plan;
	gm_status status;

	GM_TRY(v->supports(v, &t->spec.problem, &opts, NULL));
	GM_TRY(v->sizes(v, &t->spec.problem, &opts, &sizes, NULL));
	if (!t->binding)
		GM_TRY(gm_binding_create(&t->spec, t->tensors, t->data, &t->binding, NULL));
	memory[0] = trial_alloc(sizes.plan_bytes, 1);
	memory[1] = trial_alloc(sizes.scratch_bytes, 1);
	memory[2] = trial_alloc(sizes.tape_bytes, 1);
	memset(memory[1], 0xff, sizes.scratch_bytes);
	t->binding->fwd.scratch = memory[1];
	t->binding->fwd.tape = memory[2];
	trial_poison(t);
	status = v->plan_create(v, &t->spec.problem, &opts, memory[0], &plan, NULL);
	if (status == GM_OK) {
		status = trial_call(v, plan, t->binding);
		v->plan_destroy(plan);
	}
	for (size_t i = 0; i < 3; i++)
		free(memory[i]);
	return status;
}

typedef struct opinion { /* of all judged tensors together */
	int pass;
	double used;
	size_t row, rows, unfit_rows; /* row: of the tensor with the largest share */
} opinion;

static inline opinion trial_opinion(const trial *t, const judge_budget *budget)
{
	opinion all = {.pass = 1, .used = -1};

	for (size_t row = 0; row < t->tensors->count; row++) {
		judge_verdict v;

		if (!judge_want(budget, row))
			continue;
		judge_tensor(budget, row, t->data[row], &v);
		all.pass &= v.pass || v.unfit_rows == v.rows;
		all.rows += v.rows;
		all.unfit_rows += v.unfit_rows;
		if (v.used > all.used) {
			all.used = v.used;
			all.row = row;
		}
	}
	return all;
}

#endif

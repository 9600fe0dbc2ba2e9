/* SPDX-License-Identifier: MIT */
/* reference_problem.h - a drawn problem in double precision for tests of the reference: every tensor of the table
 * filled from a seed, padding poisoned with NaN, outputs and gradients with another value than 0. */
#ifndef TESTS_REFERENCE_PROBLEM_H
#define TESTS_REFERENCE_PROBLEM_H

#include "model/noise.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct drawn {
	gm_spec spec;
	gm_tensors *tensors;
	double **value;   /* by row */
	int64_t *lengths; /* NULL without */
} drawn;

static inline double *drawn_value(const drawn *d, gm_kind kind, size_t layer, size_t direction)
{
	size_t row = gm_tensors_index(d->tensors, kind, layer, direction);

	return row == GM_NO_TENSOR ? NULL : d->value[row];
}

static inline size_t drawn_row(const drawn *d, size_t t, size_t n, size_t width)
{
	return (d->spec.problem.batch_first ? n * d->spec.T + t : t * d->spec.N + n) * width;
}

static inline void drawn_poison(const drawn *d, gm_kind kind, size_t width)
{
	double *values = drawn_value(d, kind, 0, 0);

	for (size_t n = 0; d->lengths && values && n < d->spec.N; n++)
		for (size_t t = (size_t)d->lengths[n]; t < d->spec.T; t++)
			for (size_t j = 0; j < width; j++)
				values[drawn_row(d, t, n, width) + j] = NAN;
}

/* weights in +-1.5/sqrt(H), the rest in +-1, masks 0 or 2, lengths in 1..T (the first two: T and 1). */
static inline void drawn_fill(drawn *d, uint64_t seed)
{
	const double weight = 1.5 / sqrt((double)d->spec.problem.hidden_size);

	for (size_t i = 0; i < d->tensors->count; i++) {
		const gm_tensor *row = &d->tensors->row[i];
		double scale = row->role == GM_ROLE_WEIGHT ? weight : 1;

		d->value[i] = calloc(row->count, sizeof **d->value);
		assert_non_null(d->value[i]);
		for (size_t j = 0; j < row->count; j++) {
			double r = noise_unit((uint32_t)random_draw(random_mix(seed + i), j));

			d->value[i][j] = row->kind == GM_DROPOUT_MASK ? (r < 0 ? 0 : 2) : (double)(float)(scale * r);
		}
	}
	if (d->spec.problem.lengths) {
		d->lengths = calloc(d->spec.N, sizeof *d->lengths);
		assert_non_null(d->lengths);
		for (size_t n = 0; n < d->spec.N; n++)
			d->lengths[n] = n == 0 ? (int64_t)d->spec.T : n == 1 ? 1 : 1 + (int64_t)(random_draw(seed, n) % d->spec.T);
	}
	drawn_poison(d, GM_INPUT, d->spec.problem.input_size);
	drawn_poison(d, GM_GRAD_OUTPUT, gm_directions(&d->spec.problem) * gm_state_size(&d->spec.problem));
}

static inline drawn drawn_create(const char *text, uint64_t seed)
{
	drawn d = {.lengths = NULL};
	gm_error error;

	if (gm_spec_parse(text, &d.spec, &error) != GM_OK)
		fail_msg("%s: %s", text, error.message);
	assert_int_equal(gm_tensors_create(&d.spec, &d.tensors, &error), GM_OK);
	d.value = calloc(d.tensors->count, sizeof *d.value);
	assert_non_null(d.value);
	drawn_fill(&d, seed);
	return d;
}

/* Makes a tensor absent; nothing if the problem has none such. */
static inline void drawn_drop(const drawn *d, gm_kind kind)
{
	for (size_t i = 0; i < d->tensors->count; i++)
		if (d->tensors->row[i].kind == kind) {
			free(d->value[i]);
			d->value[i] = NULL;
		}
}

static inline ref_problem drawn_problem(const drawn *d)
{
	return (ref_problem){.spec = &d->spec, .tensors = d->tensors, .lengths = d->lengths, .value = d->value};
}

static inline void drawn_run(const drawn *d, const ref_noise *noise, ref_stats *stats)
{
	const ref_problem problem = drawn_problem(d);
	gm_error error;

	if (ref_run(&problem, noise, stats, NULL, &error) != GM_OK)
		fail_msg("%s", error.message);
}

static inline void drawn_destroy(drawn *d)
{
	for (size_t i = 0; i < d->tensors->count; i++)
		free(d->value[i]);
	free(d->value);
	free(d->lengths);
	gm_tensors_destroy(d->tensors);
}

/* Fails unless all outputs and gradients of two runs of one problem are equal, to the bit but for the sign of 0. */
static inline void assert_same_results(const drawn *a, const drawn *b)
{
	for (size_t i = 0; i < a->tensors->count; i++) {
		const gm_tensor *row = &a->tensors->row[i];

		for (size_t j = 0; row->role >= GM_ROLE_OUTPUT && j < row->count; j++)
			if (!(a->value[i][j] == b->value[i][j]))
				fail_msg("%s[%zu]: %.17g and %.17g", row->name, j, a->value[i][j], b->value[i][j]);
	}
}

#endif

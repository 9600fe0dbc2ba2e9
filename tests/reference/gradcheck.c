/* SPDX-License-Identifier: MIT */
/* gradcheck.c - does the backward pass differentiate the forward pass?  Central differences in every element of
 * every differentiable input, against what ref_run computes.  Contract: gradcheck.h.
 *
 *   L(x)     = sum grad_output*output + sum grad_h_n*h_n + sum grad_c_n*c_n     absent upstream gradients are 0
 *   numeric  = (L(x + step) - L(x - step)) / (2 step)
 * Error of a difference: about step^2 * L''' / 6 + 2^-53 * |L| / step, 1e-9 for sums of order 10: far inside atol. */
#include "gradcheck.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double STEP = 1e-6, ATOL = 1e-5, RTOL = 1e-3;

typedef struct table { /* the caller's values, with private copies of what is moved and room for results */
	ref_problem given;
	double **value;   /* for both passes */
	double **forward; /* the same without gradients: a run of the forward pass only */
} table;

/* The gradient of an input or weight; GM_KINDS for what has none. */
static gm_kind gradient_of(gm_kind kind)
{
	if (kind <= GM_C_0)
		return (gm_kind)(kind - GM_INPUT + GM_GRAD_INPUT);
	if (kind >= GM_WEIGHT_IH && kind <= GM_WEIGHT_HR)
		return (gm_kind)(kind - GM_WEIGHT_IH + GM_GRAD_WEIGHT_IH);
	return GM_KINDS;
}

/* An absent bias or mask is no tensor of zeros: it stays absent.  So do absent upstream gradients. */
static int is_held(const gm_tensor *row, const double *given)
{
	if (row->role == GM_ROLE_OUTPUT || row->role == GM_ROLE_GRAD)
		return 1;
	if (row->kind == GM_BIAS_IH || row->kind == GM_BIAS_HH)
		return given != NULL;
	return gradient_of(row->kind) != GM_KINDS;
}

static void table_destroy(table *t)
{
	for (size_t i = 0; t->value && i < t->given.tensors->count; i++)
		if (is_held(&t->given.tensors->row[i], t->value[i]))
			free(t->value[i]);
	free(t->value);
	free(t->forward);
}

static gm_status table_create(table *t)
{
	double *const *value = t->given.value;
	const size_t count = t->given.tensors->count;

	t->value = calloc(count, sizeof *t->value);
	t->forward = calloc(count, sizeof *t->forward);
	if (!t->value || !t->forward)
		return GM_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		const gm_tensor *row = &t->given.tensors->row[i];

		t->value[i] = value[i];
		if (is_held(row, value[i])) {
			t->value[i] = calloc(row->count, sizeof **t->value);
			if (!t->value[i])
				return GM_NO_MEMORY;
			if (value[i] && row->role <= GM_ROLE_WEIGHT)
				memcpy(t->value[i], value[i], row->count * sizeof **value);
		}
		t->forward[i] = row->role == GM_ROLE_GRAD ? NULL : t->value[i];
	}
	return GM_OK;
}

static gm_status objective(const table *t, double *sum, gm_error *error)
{
	static const gm_kind pairs[3][2] = {{GM_OUTPUT, GM_GRAD_OUTPUT}, {GM_H_N, GM_GRAD_H_N}, {GM_C_N, GM_GRAD_C_N}};
	ref_problem problem = t->given;

	problem.value = t->forward;
	GM_TRY(ref_run(&problem, NULL, NULL, NULL, error));
	*sum = 0;
	for (size_t p = 0; p < 3; p++) {
		size_t out = gm_tensors_index(t->given.tensors, pairs[p][0], 0, 0);
		size_t upstream = gm_tensors_index(t->given.tensors, pairs[p][1], 0, 0);

		if (out == GM_NO_TENSOR || !t->forward[upstream])
			continue;
		for (size_t j = 0; j < t->given.tensors->row[out].count; j++) {
			double y = t->forward[out][j];

			if (y != 0) // output beyond a length, whose upstream gradient may be anything
				*sum += t->forward[upstream][j] * y;
		}
	}
	return GM_OK;
}

/* How far an analytic derivative is off, in units of what is allowed; NaN anywhere is infinitely far. */
static double distance(double numeric, double analytic)
{
	double off = fabs(numeric - analytic) / (ATOL + RTOL * fabs(numeric));

	return off < INFINITY ? off : INFINITY;
}

static gm_status check_tensor(const table *t, size_t at, double *worst, char where[96], gm_error *error)
{
	const gm_tensor *row = &t->given.tensors->row[at];
	size_t gradient = gm_tensors_index(t->given.tensors, gradient_of(row->kind), row->layer, row->direction);

	for (size_t j = 0; j < row->count; j++) {
		double *x = &t->value[at][j], kept = *x, above, below, off;

		*x = kept + STEP;
		GM_TRY(objective(t, &above, error));
		*x = kept - STEP;
		GM_TRY(objective(t, &below, error));
		*x = kept;
		off = distance((above - below) / (2 * STEP), t->value[gradient][j]);
		if (off > *worst) {
			*worst = off;
			gm_tensor_element(row, j, where);
		}
	}
	return GM_OK;
}

static gm_status check_all(const table *t, double *worst, char where[96], gm_error *error)
{
	ref_problem problem = t->given;

	problem.value = t->value;
	GM_TRY(ref_run(&problem, NULL, NULL, NULL, error));
	for (size_t i = 0; i < t->given.tensors->count; i++)
		if (gradient_of(t->given.tensors->row[i].kind) != GM_KINDS && t->value[i])
			GM_TRY(check_tensor(t, i, worst, where, error));
	return GM_OK;
}

gm_status gradcheck(const ref_problem *problem, double *worst, char where[96], gm_error *error)
{
	table t = {.given = *problem};
	double found = -1;
	char place[96] = "";
	gm_status status = table_create(&t);

	if (status == GM_OK)
		status = check_all(&t, &found, place, error);
	else
		status = gm_fail(error, status, "no memory for a gradient check");
	table_destroy(&t);
	if (status != GM_OK)
		return status;
	*worst = found;
	memcpy(where, place, sizeof place);
	return GM_OK;
}

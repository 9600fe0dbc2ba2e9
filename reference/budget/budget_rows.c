/* SPDX-License-Identifier: MIT */
/* budget_rows.c - the body of a budget: its memory, its rows, and which of them are fit to be judged.  Where the
 * numbers come from is budget.c's business. */
#include "budget_tensor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int is_bias(gm_kind kind) { return kind == GM_GRAD_BIAS_IH || kind == GM_GRAD_BIAS_HH; }

static int is_judged(const gm_tensor *tensor, int backward)
{
	return tensor->role == GM_ROLE_OUTPUT || (backward && tensor->role == GM_ROLE_GRAD);
}

gm_status budget_open(const gm_spec *spec, const gm_tensors *tensors, int backward, judge_budget **out, gm_error *error)
{
	judge_budget *budget = calloc(1, sizeof *budget + tensors->count * sizeof *budget->tensor);
	size_t count = 0, at = 0;

	for (size_t row = 0; row < tensors->count; row++)
		count += is_judged(&tensors->row[row], backward) ? tensors->row[row].count : 0;
	if (budget) {
		*budget = (judge_budget){.spec = *spec, .tensors = tensors, .facts.min_kink = INFINITY, .count = count};
		budget->want = calloc(count, 2 * sizeof *budget->want + 1);
	}
	if (!budget || !budget->want) {
		free(budget);
		return gm_fail(error, GM_NO_MEMORY, "no memory for a budget of %zu tensors, %zu elements", tensors->count,
		               count);
	}
	budget->scale = budget->want + count;
	budget->unfit = (unsigned char *)(budget->scale + count);
	for (size_t row = 0; row < tensors->count; row++) {
		const gm_tensor *tensor = &tensors->row[row];
		size_t length;

		if (!is_judged(tensor, backward))
			continue;
		length = is_bias(tensor->kind) ? spec->problem.hidden_size : tensor->dim[tensor->rank - 1];
		budget->tensor[row] = (budget_tensor){.want = budget->want + at,
		                                      .scale = budget->scale + at,
		                                      .unfit = budget->unfit + at,
		                                      .rows = tensor->count / length,
		                                      .length = length};
		at += tensor->count;
	}
	*out = budget;
	return GM_OK;
}

void judge_budget_destroy(judge_budget *budget)
{
	if (!budget)
		return;
	free(budget->want);
	free(budget);
}

double budget_rms(const double *values, const double *want, size_t length)
{
	double sum = 0, largest = 0;
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		if (isfinite(want[i]) && fabs(values[i]) > largest)
			largest = fabs(values[i]);
	if (!(largest > 0) || isinf(largest))
		return largest;
	for (size_t i = 0; i < length; i++)
		if (isfinite(want[i])) {
			double v = values[i] / largest; // squares of 1e-200 must not vanish

			sum += v * v;
			count++;
		}
	return largest * sqrt(sum / (double)count);
}

/* Exact zeros are fit: only the absolute noise of zero-valued operations can give them a scale, and that is covered. */
static int row_unfit(const double *want, const double *s, size_t length, double rms_s)
{
	double rms = budget_rms(want, want, length);

	for (size_t i = 0; i < length; i++)
		if (isfinite(want[i]) && !isfinite(s[i]))
			return 1;
	if (rms == 0 && rms_s < 0x1p-140)
		return 0;
	return rms_s > JUDGE_UNFIT * rms;
}

/* RMS of s over the elements that err at all.  A relu that no sample saw open has s = 0 but may open in an honest
 * kernel: units at rest must not thin out what their neighbours say about the row. */
static double pool(const double *want, const double *s, size_t length, double rms)
{
	size_t finite = 0, erring = 0;

	for (size_t i = 0; i < length; i++) {
		finite += isfinite(want[i]) != 0;
		erring += isfinite(want[i]) && s[i] > 1e-6 * rms;
	}
	return erring ? rms * sqrt((double)finite / (double)erring) : rms;
}

static void close_row(budget_tensor *tensor, size_t row)
{
	double *want = tensor->want + row * tensor->length, *scale = tensor->scale + row * tensor->length;
	double rms = budget_rms(scale, want, tensor->length);

	if (row_unfit(want, scale, tensor->length, rms))
		tensor->unfit[row] = 1;
	rms = pool(want, scale, tensor->length, rms);
	for (size_t i = 0; i < tensor->length; i++)
		if (scale[i] < 0.5 * rms)
			scale[i] = 0.5 * rms;
}

/* Mostly exact zeros, or a hidden state pressed against +-1: most faults would not show. */
static int is_weak(gm_kind kind, const double *want, size_t count)
{
	int hidden = kind == GM_OUTPUT || kind == GM_H_N;
	size_t zero = 0, saturated = 0;

	for (size_t i = 0; i < count; i++) {
		zero += want[i] == 0;
		saturated += hidden && fabs(want[i]) > 0.999;
	}
	return (double)zero > 0.99 * (double)count || (double)saturated > 0.99 * (double)count;
}

void budget_close(judge_budget *budget)
{
	for (size_t t = 0; t < budget->tensors->count; t++) {
		budget_tensor *tensor = &budget->tensor[t];

		if (!tensor->want)
			continue;
		tensor->unfit_rows = 0;
		for (size_t row = 0; row < tensor->rows; row++) {
			close_row(tensor, row);
			if (budget->facts.overflow)
				tensor->unfit[row] = 1;
			tensor->unfit_rows += tensor->unfit[row];
		}
		tensor->weak = is_weak(budget->tensors->row[t].kind, tensor->want, tensor->rows * tensor->length);
		budget->facts.rows += tensor->rows;
		budget->facts.unfit_rows += tensor->unfit_rows;
	}
}

void judge_budget_facts(const judge_budget *budget, judge_facts *facts) { *facts = budget->facts; }

void judge_unfit_text(const judge_budget *budget, char text[160])
{
	if (budget->facts.overflow)
		snprintf(text, 160,
		         "every row is unfit: partial sums of %.3g (root of their squares), the limit is 2^%d = %.3g",
		         budget->facts.max_abs, ilogb(OVERFLOW_LIMIT), OVERFLOW_LIMIT);
	else
		snprintf(text, 160, "every row is unfit: rounding alone moves each by more than %g of its size", JUDGE_UNFIT);
}

const double *judge_want(const judge_budget *budget, size_t row) { return budget->tensor[row].want; }

const double *judge_scale(const judge_budget *budget, size_t row) { return budget->tensor[row].scale; }

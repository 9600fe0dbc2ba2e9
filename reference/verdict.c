/* SPDX-License-Identifier: MIT */
/* verdict.c - from a budget and a result to a verdict.  Comparisons are written so that a NaN is wrong. */
#include "budget_tensor.h"
#include "judge.h"

#include <math.h>

double budget_used(const budget_tensor *tensor, size_t index, double got)
{
	double want = tensor->want[index], used;

	if (!isfinite(want) && isinf(tensor->scale[index])) // which kind is not determined
		return isfinite(got) ? INFINITY : 0;
	if (isnan(want))
		return isnan(got) ? 0 : INFINITY;
	if (isinf(want))
		return got == want ? 0 : INFINITY;
	used = fabs(got - want) / budget_allowed(tensor, index);
	return isnan(used) ? INFINITY : used;
}

static void judge_row(const budget_tensor *tensor, size_t row, const float *got, judge_verdict *v)
{
	for (size_t i = row * tensor->length; i < (row + 1) * tensor->length; i++) {
		double used = budget_used(tensor, i, got[i]);

		if (!(used <= 1)) {
			v->wrong++;
			if (v->first_wrong == GM_NO_TENSOR)
				v->first_wrong = i;
		}
		if (!(used <= v->used)) { // also the first element, as used starts below 0
			v->used = used;
			v->worst = i;
		}
	}
}

void judge_tensor(const judge_budget *budget, size_t row, const float *got, judge_verdict *verdict)
{
	const budget_tensor *tensor = &budget->tensor[row];
	judge_verdict v = {.used = -1,
	                   .first_wrong = GM_NO_TENSOR,
	                   .worst = GM_NO_TENSOR,
	                   .weak = tensor->weak,
	                   .rows = tensor->rows,
	                   .unfit_rows = tensor->unfit_rows};

	for (size_t r = 0; tensor->want && r < tensor->rows; r++)
		if (!tensor->unfit[r])
			judge_row(tensor, r, got, &v);
	v.pass = v.wrong == 0 && v.worst != GM_NO_TENSOR;
	if (v.worst == GM_NO_TENSOR) {
		v.used = 0;
	} else {
		v.got = got[v.worst];
		v.want = tensor->want[v.worst];
		v.allowed = budget_allowed(tensor, v.worst);
	}
	*verdict = v;
}

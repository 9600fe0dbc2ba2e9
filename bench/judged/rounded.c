/* SPDX-License-Identifier: MIT */
/* rounded.c - weights that a contestant rounds: who may, and how far. */
#include "judged_run.h"

#include <math.h>

int judged_rounds(gm_class accuracy_class, const gm_tensors *tensors, const float *const *effective)
{
	if (!effective || (accuracy_class != GM_CLASS_BF16W && accuracy_class != GM_CLASS_INT8W))
		return 0;
	for (size_t k = 0; k < tensors->count; k++)
		if (effective[k])
			return 1;
	return 0;
}

static double largest(const float *value, size_t count)
{
	double most = 0;

	for (size_t i = 0; i < count; i++) // no fmax: gcc 12 for aarch64 breaks down vectorising it
		if (fabs((double)value[i]) > most)
			most = fabs((double)value[i]);
	return most;
}

/* One unit in the last place, so that rounding may cut off as well: bf16 keeps 8 bits, int8 divides the largest weight
 * of its matrix by 127. */
static double step_of(gm_class accuracy_class, double given, double most)
{
	return accuracy_class == GM_CLASS_BF16W ? fmax(fabs(given) * 0x1p-7, 0x1p-133) : most / 127;
}

gm_status judged_near_given(gm_class accuracy_class, const gm_tensors *tensors, void *const *given,
                            const float *const *effective, gm_error *error)
{
	char element[96];

	for (size_t k = 0; k < tensors->count; k++) {
		const float *want = given[k];
		double most = effective[k] && want ? largest(want, tensors->row[k].count) : 0;

		for (size_t i = 0; effective[k] && want && i < tensors->row[k].count; i++) {
			double step = step_of(accuracy_class, want[i], most) * (1 + 0x1p-20);

			if (fabs((double)effective[k][i] - want[i]) <= step || (!isfinite(want[i]) && !isfinite(effective[k][i])))
				continue;
			gm_tensor_element(&tensors->row[k], i, element);
			return gm_fail(error, GM_MISMATCH, "says that it multiplies %.6g as %s, which is %.6g: no rounding to %s",
			               (double)effective[k][i], element, (double)want[i], gm_class_name(accuracy_class));
		}
	}
	return GM_OK;
}

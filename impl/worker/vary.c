/* SPDX-License-Identifier: MIT */
/* vary.c - where and what; integers but for one product, so that all hosts agree. */
#include "vary.h"

#include <string.h>

#include "base/random.h"

/* By role: the step that reads it. */
static const unsigned read_by[] = {
	[GM_ROLE_INPUT] = STEP_FORWARD, [GM_ROLE_WEIGHT] = STEP_SET, [GM_ROLE_UPSTREAM] = STEP_BACKWARD,
	[GM_ROLE_OUTPUT] = 0,           [GM_ROLE_GRAD] = 0,
};

int vary_varies(const vary *v, size_t row)
{
	const gm_tensor *tensor = &v->tensors->row[row];

	return v->seed != 0 && v->given[row] && tensor->dtype == GM_DTYPE_F32 && tensor->kind != GM_DROPOUT_MASK &&
	       (read_by[tensor->role] & pass_steps[v->spec->pass].timed);
}

/* Half of them, drawn, change their sign. */
static void flip_signs(float *value, size_t width, uint64_t stream)
{
	for (size_t at = 0; at < width; at += 64) {
		uint64_t signs = random_draw(stream, at);
		size_t count = width - at < 64 ? width - at : 64;
		uint32_t word[64];

		memcpy(word, value + at, count * sizeof *word);
		for (size_t k = 0; k < count; k++)
			word[k] ^= (uint32_t)(signs >> k) << 31;
		memcpy(value + at, word, count * sizeof *word);
	}
}

/* to = given, rotated; of either sign; one element times 1/2 .. 1. */
static void renew(const float *given, size_t width, uint64_t stream, float *to)
{
	size_t shift = random_draw(stream, 1) % width, smaller = random_draw(stream, 2) % width;

	memcpy(to, given + shift, (width - shift) * sizeof *to);
	memcpy(to + (width - shift), given, shift * sizeof *to);
	flip_signs(to, width, random_draw(stream, 3));
	to[smaller] *= 0.5f + (float)(random_draw(stream, 4) >> 40) * 0x1p-25f;
}

void vary_call(const vary *v, uint64_t sample, uint64_t call, void *const *to)
{
	uint64_t stream = random_draw(random_draw(v->seed, sample), call);

	for (size_t k = 0; k < v->tensors->count; k++) {
		const gm_tensor *row = &v->tensors->row[k];
		size_t width = row->dim[row->rank - 1];

		for (size_t at = 0; vary_varies(v, k) && at < row->count; at += width)
			renew((const float *)v->given[k] + at, width, random_draw(random_draw(stream, k), at), (float *)to[k] + at);
	}
}

/* SPDX-License-Identifier: MIT */
/* fill.c - random data of a problem: one table says which distribution a kind of tensor has. */
#include "fill.h"

#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "stats.h"

typedef enum distribution { RESULT, NORMAL, HALF_NORMAL, WEIGHT, LENGTH, MASK } distribution;

static const distribution distribution_of[GM_KINDS] = {
	[GM_INPUT] = NORMAL,      [GM_H_0] = HALF_NORMAL,  [GM_C_0] = HALF_NORMAL,    [GM_LENGTHS] = LENGTH,
	[GM_DROPOUT_MASK] = MASK, [GM_WEIGHT_IH] = WEIGHT, [GM_WEIGHT_HH] = WEIGHT,   [GM_BIAS_IH] = WEIGHT,
	[GM_BIAS_HH] = WEIGHT,    [GM_WEIGHT_HR] = WEIGHT, [GM_GRAD_OUTPUT] = NORMAL, [GM_GRAD_H_N] = NORMAL,
	[GM_GRAD_C_N] = NORMAL,
};

static float draw(distribution from, const gm_problem *p, uint64_t *stream)
{
	switch (from) {
	case NORMAL: return (float)stats_normal(stream);
	case HALF_NORMAL: return 0.5f * (float)stats_normal(stream);
	case WEIGHT: return (float)((2 * stats_uniform(stream) - 1) / sqrt((double)p->hidden_size));
	case MASK: return stats_uniform(stream) < p->dropout ? 0.0f : (float)(1 / (1 - p->dropout));
	default: return 0.0f;
	}
}

static void fill_tensor(const gm_spec *spec, const gm_tensor *tensor, uint64_t seed, void *data)
{
	const distribution from = distribution_of[tensor->kind];
	uint64_t key = random_draw(seed, 0);
	float *values = data;
	int64_t *lengths = data;

	for (const char *c = tensor->name; *c; c++)
		key = random_draw(key, (unsigned char)*c);
	for (size_t i = 0; i < tensor->count; i++) {
		uint64_t stream = random_draw(key, i);
		if (from == LENGTH)
			lengths[i] = (int64_t)(i == 0 ? spec->T : 1 + stats_below(&stream, spec->T));
		else
			values[i] = draw(from, &spec->problem, &stream);
	}
}

gm_status fill_create(const gm_spec *spec, const gm_tensors *tensors, uint64_t seed, fill_data *out, gm_error *error)
{
	fill_data made = {tensors->count, calloc(tensors->count, sizeof *made.data)};
	if (!made.data)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu tensors", tensors->count);
	for (size_t i = 0; i < tensors->count; i++) {
		const gm_tensor *t = &tensors->row[i];
		if (distribution_of[t->kind] == RESULT)
			continue;
		made.data[i] = malloc(t->count * gm_dtype_bytes(t->dtype));
		if (!made.data[i]) {
			fill_free(&made);
			return gm_fail(error, GM_NO_MEMORY, "no memory for %s: %zu elements", t->name, t->count);
		}
		fill_tensor(spec, t, seed, made.data[i]);
	}
	*out = made;
	return GM_OK;
}

void fill_free(fill_data *data)
{
	for (size_t i = 0; data->data && i < data->count; i++)
		free(data->data[i]);
	free(data->data);
	*data = (fill_data){0, NULL};
}

/* SPDX-License-Identifier: MIT */
/* sample.c - cutting a sample out of a problem, tensor by tensor. */
#include "sample.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "judged_run.h"

enum { LEAST_STEPS = 8 };

/* The axis that a kind of tensor has beside that of the batch; others have neither. */
typedef enum beside { NO_BATCH, STEPS, LAYERS, NOTHING } beside;
static const beside beside_of[GM_KINDS] = {
	[GM_INPUT] = STEPS,      [GM_DROPOUT_MASK] = STEPS, [GM_OUTPUT] = STEPS,    [GM_GRAD_OUTPUT] = STEPS,
	[GM_GRAD_INPUT] = STEPS, [GM_H_0] = LAYERS,         [GM_C_0] = LAYERS,      [GM_H_N] = LAYERS,
	[GM_C_N] = LAYERS,       [GM_GRAD_H_N] = LAYERS,    [GM_GRAD_C_N] = LAYERS, [GM_GRAD_H_0] = LAYERS,
	[GM_GRAD_C_0] = LAYERS,  [GM_LENGTHS] = NOTHING,
};

/* Copies what whole and sample share of a tensor; `to` is of the sample's size, with in_place of the whole's. */
static void copy_part(const bench_sample *s, size_t row, const char *from, char *to, int in_place)
{
	const gm_spec *w = s->whole->spec, *p = &s->spec;
	const gm_tensor *part = &s->tensors->row[row];
	const beside axis = beside_of[part->kind];
	size_t layers = w->problem.num_layers * gm_directions(&w->problem);
	size_t count = axis == STEPS ? p->T : axis == LAYERS ? layers : 1, batch = axis == NO_BATCH ? 1 : p->N;
	size_t bytes = part->count / (count * batch) * gm_dtype_bytes(part->dtype);
	int batch_first = axis == STEPS && w->problem.batch_first && !w->problem.unbatched;
	for (size_t t = 0; t < count; t++)
		for (size_t n = 0; n < batch; n++) {
			size_t row = axis == NO_BATCH ? 0 : s->row[n];
			size_t in_whole = batch_first ? row * w->T + t : t * w->N + row;
			size_t in_part = batch_first ? n * p->T + t : t * p->N + n;
			memcpy(to + (in_place ? in_whole : in_part) * bytes, from + in_whole * bytes, bytes);
		}
}

static void gather(const bench_sample *s, size_t row, const void *whole, void *to)
{
	int64_t *lengths = to;
	copy_part(s, row, whole, to, 0);
	for (size_t n = 0; s->tensors->row[row].kind == GM_LENGTHS && n < s->spec.N; n++)
		if (lengths[n] > (int64_t)s->spec.T)
			lengths[n] = (int64_t)s->spec.T;
}

static void draw(const gm_spec *whole, double flops, uint64_t seed, bench_sample *s)
{
	s->spec = *whole;
	s->spec.N = whole->N > 2 ? 2 : whole->N;
	s->row[0] = random_draw(seed, 0) % whole->N;
	s->row[1] = (s->row[0] + 1 + random_draw(seed, 1) % (whole->N > 1 ? whole->N - 1 : 1)) % whole->N;
	double left = gm_spec_flops(&s->spec);
	if (left > flops && !whole->problem.bidirectional) {
		size_t T = (size_t)((double)whole->T * flops / left);
		T -= random_draw(seed, 2) % (T / 2 + 1);
		s->spec.T = T < LEAST_STEPS ? LEAST_STEPS : T;
		s->spec.T = s->spec.T < whole->T ? s->spec.T : whole->T;
	}
}

gm_status sample_create(const judge_problem *whole, double flops, uint64_t seed, bench_sample *s, gm_error *error)
{
	*s = (bench_sample){.whole = whole};
	draw(whole->spec, flops, seed, s);
	gm_status status = gm_tensors_create(&s->spec, &s->tensors, error);
	if (status == GM_OK && (s->data = calloc(s->tensors->count, sizeof *s->data)) == NULL)
		status = gm_fail(error, GM_NO_MEMORY, "no memory for a sample");
	for (size_t k = 0; status == GM_OK && k < s->tensors->count; k++) {
		const gm_tensor *row = &s->tensors->row[k];
		int cut = s->spec.T != whole->spec->T && (row->kind == GM_GRAD_H_N || row->kind == GM_GRAD_C_N);
		if (!whole->data[k])
			continue;
		s->data[k] = calloc(row->count, gm_dtype_bytes(row->dtype));
		if (!s->data[k])
			status = gm_fail(error, GM_NO_MEMORY, "no memory for a sample of %s", row->name);
		else if (!cut) // gradients of the states behind the last step reach no sampled one: zeros
			gather(s, k, whole->data[k], s->data[k]);
	}
	if (status != GM_OK)
		sample_free(s);
	return status;
}

void sample_free(bench_sample *s)
{
	for (size_t k = 0; s->data && k < s->tensors->count; k++)
		free(s->data[k]);
	free(s->data);
	gm_tensors_destroy(s->tensors);
	*s = (bench_sample){0};
}

/* Of the upstream gradients in the arena, zeros in place of what is not the sample's. */
static void mask_upstream(const bench_sample *s, worker *w)
{
	for (size_t k = 0; k < s->whole->tensors->count; k++) {
		const gm_tensor *row = &s->whole->tensors->row[k];
		void *const from = s->whole->data[k], *const to = worker_data(w, k);
		if (!from || !to || row->role != GM_ROLE_UPSTREAM)
			continue;
		memset(to, 0, row->count * gm_dtype_bytes(row->dtype));
		if (beside_of[row->kind] == STEPS || s->spec.T == s->whole->spec->T)
			copy_part(s, k, from, to, 1);
	}
}

static gm_status run_gradients(const bench_sample *s, const worker_launch *launch, const char *variant, float **part,
                               gm_error *error)
{
	const gm_plan_opts opts = run_options(s->whole->spec, GM_MODE_TRAIN);
	worker *w = NULL;
	gm_status status = worker_start(launch, &w, error);
	if (status == GM_OK)
		status = run_plan(w, variant, s->whole, NULL, &opts, error);
	if (status == GM_OK) {
		mask_upstream(s, w);
		status = worker_run(w, GM_PASS_BWD, error);
	}
	for (size_t k = 0; status == GM_OK && k < s->tensors->count; k++)
		if (part[k])
			gather(s, k, worker_data(w, k), part[k]);
	worker_stop(w);
	return status;
}

gm_status sample_results(const bench_sample *s, const worker_launch *launch, const char *variant, void *const *got,
                         float **part, gm_error *error)
{
	for (size_t k = 0; k < s->tensors->count; k++) {
		const gm_tensor *row = &s->tensors->row[k];
		int cut = s->spec.T != s->whole->spec->T && (row->kind == GM_H_N || row->kind == GM_C_N);
		if (!got[k] || cut)
			continue;
		part[k] = malloc(row->count * sizeof *part[k]);
		if (!part[k])
			return gm_fail(error, GM_NO_MEMORY, "no memory for a sample of %s", row->name);
		gather(s, k, got[k], part[k]);
	}
	return gm_pass_backward(s->spec.pass) ? run_gradients(s, launch, variant, part, error) : GM_OK;
}

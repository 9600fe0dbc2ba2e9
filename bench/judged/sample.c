/* SPDX-License-Identifier: MIT */
/* sample.c - cutting a sample out of a problem, tensor by tensor.  Only four kinds of axes exist: (t, n), (n)
 * under layers, (n) alone, and none. */
#include "sample.h"

#include <stdlib.h>
#include <string.h>

#include "judged_run.h"

enum { LEAST_STEPS = 8 };

static int has_time(gm_kind kind)
{
	return kind == GM_INPUT || kind == GM_DROPOUT_MASK || kind == GM_GRAD_OUTPUT || kind == GM_OUTPUT ||
	       kind == GM_GRAD_INPUT;
}

static int has_layers(gm_kind kind)
{
	return kind == GM_H_0 || kind == GM_C_0 || kind == GM_GRAD_H_N || kind == GM_GRAD_C_N || kind == GM_H_N ||
	       kind == GM_C_N || kind == GM_GRAD_H_0 || kind == GM_GRAD_C_0;
}

/* Calls visit for each run of elements that whole and sample share: their offsets and the run's length. */
typedef void run_visit(void *context, size_t in_whole, size_t in_sample, size_t count);

static void visit_time(const bench_sample *s, size_t row, run_visit *visit, void *context)
{
	const gm_spec *w = s->whole->spec, *p = &s->spec;
	size_t width = s->whole->tensors->row[row].count / (w->T * w->N);
	int batch_first = w->problem.batch_first && !w->problem.unbatched;
	for (size_t t = 0; t < p->T; t++)
		for (size_t n = 0; n < p->N; n++) {
			size_t from = batch_first ? s->row[n] * w->T + t : t * w->N + s->row[n];
			size_t to = batch_first ? n * p->T + t : t * p->N + n;
			visit(context, from * width, to * width, width);
		}
}

static void visit_runs(const bench_sample *s, size_t row, run_visit *visit, void *context)
{
	const gm_tensor *tensor = &s->whole->tensors->row[row];
	const gm_spec *w = s->whole->spec;
	size_t layers = w->problem.num_layers * gm_directions(&w->problem);
	if (has_time(tensor->kind)) {
		visit_time(s, row, visit, context);
	} else if (has_layers(tensor->kind)) {
		size_t width = tensor->count / (layers * w->N);
		for (size_t l = 0; l < layers; l++)
			for (size_t n = 0; n < s->spec.N; n++)
				visit(context, (l * w->N + s->row[n]) * width, (l * s->spec.N + n) * width, width);
	} else if (tensor->kind == GM_LENGTHS) {
		for (size_t n = 0; n < s->spec.N; n++)
			visit(context, s->row[n], n, 1);
	} else {
		visit(context, 0, 0, tensor->count);
	}
}

typedef struct copying {
	const char *from;
	char *to;
	size_t bytes;
	int scatter;
} copying;

static void copy_run(void *context, size_t in_whole, size_t in_sample, size_t count)
{
	copying *c = context;
	size_t from = c->scatter ? in_whole : in_sample; // scatter: both arrays are whole ones
	memcpy(c->to + from * c->bytes, c->from + in_whole * c->bytes, count * c->bytes);
}

void sample_gather(const bench_sample *s, size_t row, const void *whole, void *to)
{
	copying c = {whole, to, gm_dtype_bytes(s->whole->tensors->row[row].dtype), 0};
	visit_runs(s, row, copy_run, &c);
	int64_t *lengths = to;
	for (size_t n = 0; s->whole->tensors->row[row].kind == GM_LENGTHS && n < s->spec.N; n++)
		if (lengths[n] > (int64_t)s->spec.T)
			lengths[n] = (int64_t)s->spec.T;
}

int sample_judges(const bench_sample *s, size_t row)
{
	gm_kind kind = s->whole->tensors->row[row].kind;
	return s->spec.T == s->whole->spec->T || (kind != GM_H_N && kind != GM_C_N);
}

static void choose_size(const gm_spec *whole, double flops, bench_sample *s)
{
	s->spec = *whole;
	s->spec.N = whole->N > 2 ? 2 : whole->N;
	s->row[0] = 0;
	s->row[1] = whole->N - 1;
	double left = gm_spec_flops(&s->spec);
	if (left > flops && !whole->problem.bidirectional) {
		size_t T = (size_t)((double)whole->T * flops / left);
		s->spec.T = T < LEAST_STEPS ? LEAST_STEPS : T;
		s->spec.T = s->spec.T < whole->T ? s->spec.T : whole->T;
	}
}

gm_status sample_create(const judge_problem *whole, double flops, bench_sample *s, gm_error *error)
{
	*s = (bench_sample){.whole = whole};
	choose_size(whole->spec, flops, s);
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
			sample_gather(s, k, whole->data[k], s->data[k]);
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
		size_t bytes = gm_dtype_bytes(row->dtype);
		copying c = {s->whole->data[k], worker_data(w, k), bytes, 1};
		if (!c.from || !c.to || row->role != GM_ROLE_UPSTREAM)
			continue;
		memset(c.to, 0, row->count * bytes);
		if (has_time(row->kind) || s->spec.T == s->whole->spec->T)
			visit_runs(s, k, copy_run, &c);
	}
}

gm_status sample_run(const bench_sample *s, const worker_launch *launch, const char *variant, float **got,
                     gm_error *error)
{
	const run_what what = {.variant = variant, .problem = s->whole, .opts = run_options(s->whole->spec, GM_MODE_TRAIN)};
	worker *w = NULL;
	gm_status status = worker_start(launch, &w, error);
	if (status == GM_OK)
		status = run_plan(w, &what, error);
	if (status == GM_OK) {
		mask_upstream(s, w);
		status = worker_run(w, GM_PASS_BWD, error);
	}
	for (size_t k = 0; status == GM_OK && k < s->tensors->count; k++)
		if (got[k])
			sample_gather(s, k, worker_data(w, k), got[k]);
	worker_stop(w);
	return status;
}

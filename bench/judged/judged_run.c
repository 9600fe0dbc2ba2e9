/* SPDX-License-Identifier: MIT */
/* judged_run.c - runs and judges one contestant; nothing here knows where a problem comes from or what becomes of a
 * verdict. */
#include "judged_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- running ---- */

gm_plan_opts run_options(const gm_spec *spec, uint32_t mode)
{
	return (gm_plan_opts){
		.struct_size = sizeof(gm_plan_opts), .mode = mode, .T_max = spec->T, .N_max = spec->N, .threads = 1};
}

gm_status run_plan(worker *w, const char *variant, const judge_problem *p, const unsigned char *absent,
                   const gm_plan_opts *opts, gm_error *error)
{
	GM_TRY(worker_plan(w, variant, p->spec, p->tensors, absent, opts, error));
	for (size_t k = 0; k < p->tensors->count; k++) {
		const gm_tensor *tensor = &p->tensors->row[k];
		if (p->data[k] && worker_data(w, k))
			memcpy(worker_data(w, k), p->data[k], tensor->count * gm_dtype_bytes(tensor->dtype));
	}
	return GM_OK;
}

void run_effective(const worker *w, const gm_tensors *tensors, const float **effective)
{
	for (size_t k = 0; k < tensors->count; k++)
		effective[k] = worker_effective(w, k);
}

/* ---- budgets ---- */

void judged_free(judged *j)
{
	for (size_t k = 0; k < GM_CLASSES; k++)
		judge_budget_destroy(j->budget[k]);
	for (size_t b = 0; b < j->bits_count; b++) {
		for (size_t k = 0; j->bits[b].value && k < j->problem.tensors->count; k++)
			free(j->bits[b].value[k]);
		free(j->bits[b].value);
	}
	free(j->bits);
	*j = (judged){0};
}

gm_status judged_budget(judged *j, gm_class accuracy_class, const float *const *effective, judge_budget **own,
                        const judge_budget **budget, gm_error *error)
{
	size_t count = j->problem.tensors->count;
	if (!judged_rounds(accuracy_class, j->problem.tensors, effective)) {
		if (!j->budget[accuracy_class])
			GM_TRY(judge_budget_create(&j->problem, accuracy_class, &j->budget[accuracy_class], error));
		*budget = j->budget[accuracy_class];
		return GM_OK;
	}
	GM_TRY(judged_near_given(accuracy_class, j->problem.tensors, j->problem.data, effective, error));
	judge_problem problem = j->problem;
	void **data = calloc(count, sizeof *data);
	if (!data)
		return gm_fail(error, GM_NO_MEMORY, "no memory for the weights of %s", j->problem.id);
	for (size_t k = 0; k < count; k++)
		data[k] = effective[k] ? (void *)(uintptr_t)effective[k] : j->problem.data[k];
	problem.data = data;
	problem.golden64 = NULL;
	gm_status status = judge_budget_create(&problem, accuracy_class, own, error);
	*budget = *own;
	free(data);
	return status;
}

/* ---- verdicts ---- */

uint64_t judged_digest(const judged_result *r)
{
	uint64_t digest = 0;
	for (size_t k = 0; k < r->tensors->count; k++)
		if (r->picked[k] && r->got[k])
			digest = judge_digest(digest, r->got[k], r->tensors->row[k].count);
	return digest;
}

void judged_verdict(const judge_budget *b, const judged_result *r, judged_each *each, void *context, judged_rows *out)
{
	*out = (judged_rows){.worst_row = GM_NO_TENSOR, .digest = judged_digest(r)};
	for (size_t k = 0; k < r->tensors->count; k++) {
		judge_verdict v;
		if (!r->picked[k] || !r->got[k])
			continue;
		judge_tensor(b, k, r->got[k], &v);
		if (each)
			each(context, &r->tensors->row[k], &v);
		out->rows += v.rows;
		out->unfit_rows += v.unfit_rows;
		out->wrong += v.wrong;
		out->passed += v.pass != 0;
		out->weak |= v.weak;
		if (out->worst_row == GM_NO_TENSOR || v.used > out->worst.used) {
			out->worst = v;
			out->worst_row = k;
		}
	}
}

/* "-0.01734", "3.7e-3", "NaN": digits significant ones, short exponents. */
static void number_text(double value, int digits, char text[32])
{
	if (isfinite(value))
		snprintf(text, 32, "%.*g", digits, value);
	else
		snprintf(text, 32, "%s", isnan(value) ? "NaN" : value > 0 ? "Inf" : "-Inf");
	char *e = strchr(text, 'e');
	if (e)
		snprintf(e, 8, "e%d", (int)strtol(e + 1, NULL, 10));
}

/* As many digits as it takes to see the difference. */
static int digits_of(double got, double want)
{
	double share = fabs(got - want) / fmax(fabs(got), fabs(want));
	return share > 0 && share < 1e-2 ? (int)fmin(9, ceil(-log10(share)) + 2) : 4;
}

#define EXACT 0x1p-147 /* no sum of these rounds: a result must be equal */

void judged_text(const gm_tensors *tensors, const judged_rows *rows, char text[320])
{
	const judge_verdict *v = &rows->worst;
	char element[96], g[32], w[32], e[32], a[32], x[32];
	int digits = digits_of(v->got, v->want);
	double err = fabs(v->got - v->want);
	gm_tensor_element(&tensors->row[rows->worst_row], v->worst, element);
	number_text(v->got, digits, g);
	number_text(v->want, digits, w);
	number_text(err, 2, e);
	number_text(v->allowed, 2, a);
	number_text(err / v->allowed, 2, x);
	int used = snprintf(text, 320, "%s got %s want %s", element, g, w);
	if (isfinite(err) && v->allowed < EXACT)
		snprintf(text + used, 320 - (size_t)used, " err %s, where all is exact", e);
	else if (isfinite(err))
		snprintf(text + used, 320 - (size_t)used, " err %s, allowed %s (%s x)", e, a, x);
}

/* ---- bits ---- */

void judged_bit_class(const worker_variant *v, char text[48])
{
	text[0] = '\0';
	if (v->rounding == GM_CANONICAL)
		snprintf(text, 48, "canon1/%s/%s", v->activation, v->weights);
}

judged_bits *judged_bits_of(const judged *j, const char *bit_class, int pass)
{
	for (size_t k = 0; bit_class[0] != '\0' && k < j->bits_count; k++)
		if (j->bits[k].pass == pass && strcmp(j->bits[k].bit_class, bit_class) == 0)
			return &j->bits[k];
	return NULL;
}

judged_bits *judged_remember(judged *j, const char *bit_class, const char *name, int pass, uint64_t digest)
{
	judged_bits *b = record_grow(&j->bits, &j->bits_count, sizeof *b);
	if (!b)
		return NULL;
	*b = (judged_bits){.pass = pass, .digest = digest};
	snprintf(b->bit_class, sizeof b->bit_class, "%s", bit_class);
	snprintf(b->name, sizeof b->name, "%s", name);
	return b;
}

/* SPDX-License-Identifier: MIT */
/* answers.c - the canonical row's answer to a timed call, kept while the next contestant was asked the same, and the
 * comparison with it. */
#include "answers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TWICE   2.0 /* both the contestant and the canonical row are off by what is allowed */
#define SAMPLED 4.0 /* and a sample's worst element is not the whole problem's worst */

struct answers {
	judged *judged;
	const judge_problem *whole;
	const bench_sample *sample;
	const gm_variant *canonical;
	char bit_class[48];
	worker *worker;
	void **data;      /* [row] what the call was asked */
	timed_call asked; /* whose answer the worker's arena holds; calls 0: none */
	struct own {      /* budgets of those that round their weights */
		const contestant *who;
		judge_budget *budget;
	} * own;
	size_t owns;
};

static void bit_class_of(const gm_variant *v, char text[48])
{
	worker_variant by_value;

	worker_variant_of(v, &by_value);
	judged_bit_class(&by_value, text);
}

/* The last row of the table that can run here: the fastest ISA. */
static const gm_variant *find_canonical(void)
{
	const gm_variant *found = NULL;
	char bit_class[48];

	for (size_t i = 0; i < gm_variant_count(); i++) {
		const gm_variant *v = gm_variant_at(i);

		bit_class_of(v, bit_class);
		if (!strcmp(bit_class, "canon1/poly/f32") && gm_variant_runnable(v, NULL) == GM_OK)
			found = v;
	}
	return found;
}

static size_t bytes_of(const gm_tensor *row) { return row->count * gm_dtype_bytes(row->dtype); }

static gm_status open_worker(answers *t, int in_place, gm_error *error)
{
	const gm_spec *spec = t->whole->spec;
	const worker_launch launch = {.in_place = in_place, .align = 64};
	const gm_plan_opts opts = run_options(spec, gm_pass_backward(spec->pass) ? GM_MODE_TRAIN : GM_MODE_INFER);

	GM_TRY(worker_start(&launch, &t->worker, error));
	return run_plan(t->worker, t->canonical->name, t->whole, NULL, &opts, error);
}

gm_status answers_create(judged *judged, const judge_problem *whole, const bench_sample *sample, int in_place,
                         answers **result, gm_error *error)
{
	answers *t = calloc(1, sizeof *t);
	gm_status status = GM_OK;

	if (!t)
		return gm_fail(error, GM_NO_MEMORY, "no memory to judge timed calls");
	*t = (answers){.judged = judged, .whole = whole, .sample = sample, .canonical = find_canonical()};
	t->data = calloc(whole->tensors->count, sizeof *t->data);
	for (size_t k = 0; t->data && k < whole->tensors->count && status == GM_OK; k++)
		if (whole->data[k] && !(t->data[k] = malloc(bytes_of(&whole->tensors->row[k]))))
			status = gm_fail(error, GM_NO_MEMORY, "no memory for %s", whole->tensors->row[k].name);
	if (!t->data || !t->canonical)
		status = gm_fail(error, !t->data ? GM_NO_MEMORY : GM_NO_CPU, "no canonical variant to judge timed calls by");
	if (status == GM_OK) {
		bit_class_of(t->canonical, t->bit_class);
		status = open_worker(t, in_place, error);
	}
	if (status != GM_OK) {
		answers_destroy(t);
		return status;
	}
	*result = t;
	return GM_OK;
}

void answers_destroy(answers *t)
{
	if (!t)
		return;
	worker_stop(t->worker);
	for (size_t k = 0; t->data && k < t->whole->tensors->count; k++)
		free(t->data[k]);
	free(t->data);
	for (size_t k = 0; k < t->owns; k++)
		judge_budget_destroy(t->own[k].budget);
	free(t->own);
	free(t);
}

/* ---- the answer ---- */

static int same_call(const timed_call *a, const timed_call *b)
{
	return a->vary.seed == b->vary.seed && a->sample == b->sample && a->calls == b->calls;
}

/* Puts what the call was asked into t->data; of a carried state, what its sample begins with. */
static gm_status ask(answers *t, const contestant *who, const timed_call *call, const float *const *effective,
                     gm_error *error)
{
	const gm_tensors *tensors = t->whole->tensors;
	gm_class accuracy_class = (gm_class)who->info.accuracy_class;

	for (size_t k = 0; k < tensors->count; k++)
		if (t->data[k])
			memcpy(t->data[k], t->whole->data[k], bytes_of(&tensors->row[k]));
	if (t->whole->spec->pass != GM_PASS_STEP)
		vary_call(&call->vary, call->sample, call->calls - 1, t->data);
	if (!judged_rounds(accuracy_class, tensors, effective))
		return GM_OK;
	GM_TRY(judged_near_given(accuracy_class, tensors, t->data, effective, error));
	for (size_t k = 0; k < tensors->count; k++)
		if (effective[k])
			memcpy(t->data[k], effective[k], bytes_of(&tensors->row[k]));
	return GM_OK;
}

/* The canonical row's answer to the call, into its worker's arena. */
static gm_status answer(answers *t, const contestant *who, const timed_call *call, const float *const *effective,
                        gm_error *error)
{
	const gm_pass pass = t->whole->spec->pass;
	int rounded = judged_rounds((gm_class)who->info.accuracy_class, t->whole->tensors, effective);
	worker_timing what = {.pass = pass, .calls = 1, .samples = 1};
	double ns;

	if (t->asked.calls && same_call(&t->asked, call) && !rounded)
		return GM_OK;
	t->asked.calls = 0;
	GM_TRY(ask(t, who, call, effective, error));
	worker_restore(t->worker, t->data);
	if (pass == GM_PASS_STEP) { // as the contestant did: from the state as given, call after call
		what.calls = call->calls;
		what.seed = call->vary.seed;
		what.sample = call->sample;
	}
	GM_TRY(worker_time(t->worker, &what, &ns, error));
	if (!rounded)
		t->asked = *call;
	return GM_OK;
}

void answers_canonical(const answers *t, contestant *canonical)
{
	*canonical = (contestant){.runnable = 1};
	worker_variant_of(t->canonical, &canonical->info);
}

gm_status answers_given(answers *t, void **got, gm_error *error)
{
	const gm_pass pass = t->whole->spec->pass;

	t->asked.calls = 0;
	worker_restore(t->worker, t->whole->data);
	GM_TRY(worker_run(t->worker, pass, error));
	for (size_t k = 0; k < t->whole->tensors->count; k++)
		if (judged_left(pass, &t->whole->tensors->row[k]))
			got[k] = worker_data(t->worker, k);
	return GM_OK;
}

/* ---- the comparison ---- */

static double largest(const double *value, size_t count)
{
	double most = 0;

	for (size_t i = 0; i < count; i++)
		most = fmax(most, value[i]);
	return most;
}

/* How many scales of an element, or of the sample's worst, may two right answers lie apart? */
static double scales_apart(const answers *t, size_t row, const timed_call *call)
{
	const gm_spec *whole = t->whole->spec, *part = t->judged->problem.spec;
	const gm_tensor *tensor = &t->whole->tensors->row[row];
	int summed = tensor->role == GM_ROLE_GRAD && tensor->kind >= GM_GRAD_WEIGHT_IH;
	double scales = JUDGE_K * TWICE * (whole->pass == GM_PASS_STEP ? (double)call->calls : 1);

	if (!t->sample)
		return scales;
	return scales / TWICE * SAMPLED * (summed ? sqrt((double)(whole->T * whole->N) / (double)(part->T * part->N)) : 1);
}

/* Adds what the tensor gives to rows. */
static void compare(const answers *t, const judge_budget *budget, size_t row, const timed_call *call, const float *got,
                    judged_rows *rows)
{
	const gm_tensor *tensor = &t->whole->tensors->row[row];
	const float *want = worker_data(t->worker, row);
	const double *scale = judge_scale(budget, row), apart = scales_apart(t, row, call);
	const size_t width = tensor->dim[tensor->rank - 1];
	double worst = t->sample ? largest(scale, t->judged->problem.tensors->row[row].count) : 0;

	for (size_t i = 0; i < tensor->count; i++) {
		if (!t->sample && i % width == 0)
			worst = largest(scale + i, width);
		double allowed = apart * worst + 0x1p-149;
		int equal = memcmp(&got[i], &want[i], sizeof *got) == 0 || (isnan(got[i]) && isnan(want[i]));
		double used = equal ? 0 : fabs((double)got[i] - want[i]) / allowed;

		if (isnan(used) || (!equal && !(isfinite(got[i]) && isfinite(want[i]))))
			used = INFINITY;
		rows->wrong += used > 1;
		if (rows->worst_row == GM_NO_TENSOR || used > rows->worst.used) {
			rows->worst_row = row;
			rows->worst = (judge_verdict){.used = used, .worst = i, .got = got[i], .want = want[i], .allowed = allowed};
		}
	}
}

/* A poisoned element that is still there was never written. */
static gm_status wrong(const answers *t, const timed_call *call, const judged_rows *rows, void *const *got,
                       gm_error *error)
{
	const uint32_t poison = WORKER_POISON;
	char text[320], element[96];

	judged_text(t->whole->tensors, rows, text);
	if (memcmp((const float *)got[rows->worst_row] + rows->worst.worst, &poison, sizeof poison) == 0) {
		gm_tensor_element(&t->whole->tensors->row[rows->worst_row], rows->worst.worst, element);
		snprintf(text, sizeof text, "%s was never written", element);
	}
	if (call->vary.seed == 0)
		return gm_fail(error, GM_MISMATCH, "right in the sample that was judged, wrong beside it: %.200s", text);
	return gm_fail(error, GM_MISMATCH, "right when judged, wrong when timed (call %llu of sample %llu): %.200s",
	               (unsigned long long)call->calls, (unsigned long long)call->sample, text);
}

/* The contestant's budget on the problem as given; one for rounded weights is made once. */
static gm_status budget_of(answers *t, const contestant *who, const float *const *effective,
                           const judge_budget **budget, gm_error *error)
{
	judge_budget *own = NULL;

	for (size_t k = 0; k < t->owns; k++)
		if (t->own[k].who == who) {
			*budget = t->own[k].budget;
			return GM_OK;
		}
	GM_TRY(judged_budget(t->judged, (gm_class)who->info.accuracy_class, effective, &own, budget, error));
	struct own *more = own ? realloc(t->own, (t->owns + 1) * sizeof *more) : NULL;
	if (own && !more) {
		judge_budget_destroy(own);
		return gm_fail(error, GM_NO_MEMORY, "no memory for a budget");
	}
	if (own) {
		more[t->owns++] = (struct own){who, own};
		t->own = more;
	}
	return GM_OK;
}

gm_status answers_judge(answers *t, const contestant *who, const timed_call *call, void *const *got,
                        const float *const *effective, gm_error *error)
{
	const gm_tensors *tensors = t->whole->tensors;
	judged_rows rows = {.worst_row = GM_NO_TENSOR};
	const judge_budget *budget;
	char bit_class[48];

	judged_bit_class(&who->info, bit_class);
	GM_TRY(answer(t, who, call, effective, error));
	GM_TRY(budget_of(t, who, effective, &budget, error));
	for (size_t k = 0; k < tensors->count; k++)
		if (got[k] && judge_scale(budget, k))
			compare(t, budget, k, call, got[k], &rows);
	if (rows.worst_row == GM_NO_TENSOR)
		return gm_fail(error, GM_BAD_ARGUMENT, "a timed call left nothing to judge");
	if (rows.wrong || (rows.worst.used > 0 && !strcmp(bit_class, t->bit_class)))
		return wrong(t, call, &rows, got, error);
	return GM_OK;
}

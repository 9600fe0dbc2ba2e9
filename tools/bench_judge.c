/* SPDX-License-Identifier: MIT */
/* bench_judge.c - right first, then fast. */
#include "bench_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_unit.h"

static int is_result(const gm_spec *spec, const gm_tensor *tensor)
{
	return tensor->role == GM_ROLE_OUTPUT || (tensor->role == GM_ROLE_GRAD && gm_pass_backward(spec->pass));
}

/* ---- the problem at hand ---- */

static void drop(bench_judge *j)
{
	for (size_t k = 0; k < GM_CLASSES; k++) {
		judge_budget_destroy(j->budget[k]);
		j->budget[k] = NULL;
	}
	if (j->sample)
		sample_free(j->sample);
	free(j->sample);
	j->sample = NULL;
	j->bit_classes = 0;
	j->id[0] = '\0';
}

static gm_status take_on(bench_judge *j, const gm_spec *spec, const gm_tensors *tensors, void *const *data,
                         gm_error *error)
{
	char text[GM_SPEC_TEXT];
	if (j->id[0] != '\0')
		return GM_OK;
	gm_spec_format(spec, text);
	double flops = j->flops > 0 ? j->flops : BENCH_JUDGE_FLOPS;
	if (gm_spec_flops(spec) > flops) {
		bench_sample sample;
		GM_TRY(sample_create(spec, tensors, data, flops, &sample, error));
		j->sample = malloc(sizeof *j->sample);
		if (!j->sample) {
			sample_free(&sample);
			return gm_fail(error, GM_NO_MEMORY, "no memory for a sample");
		}
		*j->sample = sample;
	}
	j->problem = (judge_problem){.spec = j->sample ? &j->sample->spec : spec,
	                             .tensors = j->sample ? j->sample->tensors : tensors,
	                             .data = j->sample ? j->sample->data : data,
	                             .id = j->id,
	                             .backward = gm_pass_backward(spec->pass)};
	snprintf(j->id, sizeof j->id, "%s#%llu", text, (unsigned long long)j->seed);
	return GM_OK;
}

static const check_variant *variant_of(const bench_judge *j, const race_candidate *candidate)
{
	for (size_t k = 0; k < j->roster->count; k++)
		if (strcmp(j->roster->variant[k].info.name, candidate->variant) == 0)
			return &j->roster->variant[k];
	return NULL;
}

/* ---- by bits ---- */

static uint64_t digest_of(const gm_spec *spec, const gm_tensors *tensors, void *const *got)
{
	uint64_t digest = 0;
	for (size_t k = 0; k < tensors->count; k++)
		if (is_result(spec, &tensors->row[k]) && got[k])
			digest = judge_digest(digest, got[k], tensors->row[k].count);
	return digest;
}

static judged_bits *known_bits(bench_judge *j, const char *bit_class)
{
	for (size_t k = 0; bit_class[0] != '\0' && k < j->bit_classes; k++)
		if (strcmp(j->bits[k].bit_class, bit_class) == 0)
			return &j->bits[k];
	return NULL;
}

static void remember_bits(bench_judge *j, const char *bit_class, const char *name, uint64_t digest)
{
	if (bit_class[0] == '\0' || j->bit_classes == sizeof j->bits / sizeof j->bits[0])
		return;
	judged_bits *b = &j->bits[j->bit_classes++];
	snprintf(b->bit_class, sizeof b->bit_class, "%s", bit_class);
	snprintf(b->name, sizeof b->name, "%s", name);
	b->digest = digest;
}

/* ---- by budget ---- */

/* got: of the judged problem (the sample's own, or the whole). */
static race_status judge_all(const bench_judge *j, const gm_spec *spec, const judge_budget *budget, float *const *got,
                             char reason[RACE_REASON])
{
	const gm_tensors *tensors = j->problem.tensors;
	judge_verdict worst = {.used = -1};
	size_t row = GM_NO_TENSOR;
	int failed = 0, fit = 0;
	char element[96], error[192];
	for (size_t k = 0; k < tensors->count; k++) {
		judge_verdict v;
		if (!is_result(spec, &tensors->row[k]) || !got[k] || !judge_want(budget, k) ||
		    (j->sample && !sample_judges(j->sample, k)))
			continue;
		judge_tensor(budget, k, got[k], &v);
		failed |= v.wrong > 0;
		fit |= v.pass;
		if (v.used > worst.used) {
			worst = v;
			row = k;
		}
	}
	if (!failed && fit)
		return RACE_TIMED;
	if (!failed) {
		snprintf(reason, RACE_REASON, "every row of this problem is unfit: nothing could be judged");
		return RACE_REJECTED;
	}
	judge_element_name(&tensors->row[row], worst.worst, element);
	error_text(worst.got, worst.want, worst.allowed, error);
	snprintf(reason, RACE_REASON, "%.60s %.190s", element, error);
	return RACE_REJECTED;
}

/* Variants with rounded weights are judged with what they multiply, against the reference alone. */
static gm_status budget_for(bench_judge *j, const check_variant *v, const float *const *effective, judge_budget **own,
                            const judge_budget **budget, gm_error *error)
{
	size_t rounded = 0, count = j->problem.tensors->count;
	for (size_t k = 0; k < count; k++)
		rounded += effective[k] != NULL;
	if (rounded == 0) {
		if (!j->budget[v->info.accuracy_class])
			GM_TRY(judge_budget_create(&j->problem, (gm_class)v->info.accuracy_class,
			                           &j->budget[v->info.accuracy_class], error));
		*budget = j->budget[v->info.accuracy_class];
		return GM_OK;
	}
	judge_problem problem = j->problem;
	void **data = calloc(count, sizeof *data);
	if (!data)
		return gm_fail(error, GM_NO_MEMORY, "no memory for the weights of %s", v->info.name);
	for (size_t k = 0; k < count; k++)
		data[k] = effective[k] ? (void *)(uintptr_t)effective[k] : j->problem.data[k];
	problem.data = data;
	gm_status status = judge_budget_create(&problem, (gm_class)v->info.accuracy_class, own, error);
	free(data);
	*budget = *own;
	return status;
}

static gm_status sample_results(bench_judge *j, const gm_spec *spec, const check_variant *v, void *const *data,
                                void *const *got, float **part, gm_error *error)
{
	worker_launch launch = {.plugin = v->plugin, .in_place = j->no_fork};
	for (size_t k = 0; k < j->problem.tensors->count; k++) {
		const gm_tensor *row = &j->problem.tensors->row[k];
		if (!is_result(spec, row) || !got[k])
			continue;
		part[k] = malloc(row->count * sizeof *part[k]);
		if (!part[k])
			return gm_fail(error, GM_NO_MEMORY, "no memory for a sample of %s", row->name);
		sample_gather(j->sample, k, got[k], part[k]);
	}
	if (!gm_pass_backward(spec->pass))
		return GM_OK;
	return sample_run(j->sample, &launch, v->info.name, data, part, error);
}

static race_status by_budget(bench_judge *j, const gm_spec *spec, const check_variant *v, void *const *data,
                             void *const *got, const float *const *effective, char reason[RACE_REASON])
{
	gm_error error = {.status = GM_OK};
	judge_budget *own = NULL;
	const judge_budget *budget = NULL;
	size_t count = j->problem.tensors->count;
	float **part = calloc(count + 1, sizeof *part);
	gm_status status = !part ? GM_NO_MEMORY : budget_for(j, v, effective, &own, &budget, &error);
	race_status verdict = RACE_FAILED;
	if (status == GM_OK && j->sample)
		status = sample_results(j, spec, v, data, got, part, &error);
	if (status == GM_OK)
		verdict = judge_all(j, spec, budget, j->sample ? part : (float *const *)got, reason);
	else
		snprintf(reason, RACE_REASON, "%.250s", error.message);
	for (size_t k = 0; part && k < count; k++)
		free(part[k]);
	free(part);
	judge_budget_destroy(own);
	return verdict;
}

race_status bench_judge_one(void *context, const gm_spec *spec, const gm_tensors *tensors, void *const *data,
                            const race_candidate *candidate, void *const *got, const float *const *effective,
                            char judged[16], char reason[RACE_REASON])
{
	bench_judge *j = context;
	gm_error error = {.status = GM_OK};
	char bit_class[48];
	if (!candidate) {
		drop(j);
		return RACE_TIMED;
	}
	const check_variant *v = variant_of(j, candidate);
	if (!v || take_on(j, spec, tensors, data, &error) != GM_OK) {
		snprintf(reason, RACE_REASON, "%.250s", !v ? "not in the list of variants" : error.message);
		return RACE_FAILED;
	}
	check_bit_class(&v->info, bit_class);
	uint64_t digest = digest_of(spec, tensors, got);
	const judged_bits *known = known_bits(j, bit_class);
	if (known) {
		strcpy(judged, "bits");
		if (known->digest == digest)
			return RACE_TIMED;
		snprintf(reason, RACE_REASON, "differs in bits from %s, which was judged right", known->name);
		return RACE_REJECTED;
	}
	strcpy(judged, j->sample ? "sampled" : "budget");
	race_status verdict = by_budget(j, spec, v, data, got, effective, reason);
	if (verdict == RACE_TIMED)
		remember_bits(j, bit_class, v->info.name, digest);
	return verdict;
}

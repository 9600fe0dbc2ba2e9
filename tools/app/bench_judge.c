/* SPDX-License-Identifier: MIT */
/* bench_judge.c - judges the first outputs of a contestant on the very problem that is to be timed: by budget, on
 * a sample of the problem, or by the bits of its class. */
#include "bench_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the problem at hand ---- */

static void drop(bench_judge *j)
{
	judged_free(&j->judged);
	sample_free(&j->sample);
	free(j->results);
	j->results = NULL;
	j->id[0] = '\0';
}

static int sampled(const bench_judge *j) { return j->sample.tensors != NULL; }

static gm_status take_on(bench_judge *j, const judge_problem *problem, gm_error *error)
{
	char text[GM_SPEC_TEXT];
	const gm_tensors *tensors = problem->tensors;
	double flops = j->flops > 0 ? j->flops : BENCH_JUDGE_FLOPS;
	int gradients = gm_pass_backward(problem->spec->pass);
	if (j->id[0] != '\0')
		return GM_OK;
	drop(j); // of an attempt that failed
	j->results = calloc(tensors->count, 1);
	if (!j->results)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu tensors", tensors->count);
	for (size_t k = 0; k < tensors->count; k++)
		j->results[k] = tensors->row[k].role == GM_ROLE_OUTPUT || (gradients && tensors->row[k].role == GM_ROLE_GRAD);
	if (gm_spec_flops(problem->spec) > flops)
		GM_TRY(sample_create(problem, flops, &j->sample, error));
	j->judged.problem = *problem;
	if (sampled(j))
		j->judged.problem = (judge_problem){
			.spec = &j->sample.spec, .tensors = j->sample.tensors, .data = j->sample.data};
	j->judged.problem.id = j->id;
	j->judged.problem.backward = gradients;
	gm_spec_format(problem->spec, text);
	snprintf(j->id, sizeof j->id, "%s#%llu", text, (unsigned long long)j->seed);
	return GM_OK;
}

/* ---- by budget ---- */

/* got: of the judged problem (the sample's own, or the whole). */
static race_status judge_all(const bench_judge *j, const judge_budget *budget, float *const *got,
                             char reason[RACE_REASON])
{
	const gm_tensors *tensors = j->judged.problem.tensors;
	judged_rows rows;
	char text[320] = "every row of this problem is unfit: nothing could be judged";
	judged_verdict(budget, &(judged_result){tensors, j->results, (const float *const *)got}, NULL, NULL, &rows);
	if (rows.wrong == 0 && rows.passed > 0)
		return RACE_TIMED;
	if (rows.wrong > 0)
		judged_text(tensors, &rows, text);
	snprintf(reason, RACE_REASON, "%.255s", text);
	return RACE_REJECTED;
}

static race_status by_budget(bench_judge *j, const contestant *v, const race_outputs *left, char reason[RACE_REASON])
{
	gm_error error = {.status = GM_OK};
	const worker_launch launch = {.plugin = v->plugin, .in_place = j->no_fork};
	judge_budget *own = NULL;
	const judge_budget *budget = NULL;
	size_t count = j->judged.problem.tensors->count;
	float **part = calloc(count + 1, sizeof *part);
	gm_status status = !part ? GM_NO_MEMORY
	                         : judged_budget(&j->judged, (gm_class)v->info.accuracy_class, left->effective, &own,
	                                         &budget, &error);
	race_status verdict = RACE_FAILED;
	if (status == GM_OK && sampled(j))
		status = sample_results(&j->sample, &launch, v->info.name, left->got, part, &error);
	if (status == GM_OK)
		verdict = judge_all(j, budget, sampled(j) ? part : (float *const *)left->got, reason);
	else
		snprintf(reason, RACE_REASON, "%.250s", error.message);
	for (size_t k = 0; part && k < count; k++)
		free(part[k]);
	free(part);
	judge_budget_destroy(own);
	return verdict;
}

/* ---- the judge ---- */

race_status bench_judge_one(void *context, const judge_problem *problem, const contestant *v, const race_outputs *left,
                            judged_how *how, char reason[RACE_REASON])
{
	bench_judge *j = context;
	gm_error error = {.status = GM_OK};
	const gm_pass pass = problem->spec->pass;
	char bit_class[48];
	if (!v) {
		drop(j);
		return RACE_TIMED;
	}
	if (take_on(j, problem, &error) != GM_OK) {
		snprintf(reason, RACE_REASON, "%.250s", error.message);
		return RACE_FAILED;
	}
	judged_bit_class(&v->info, bit_class);
	uint64_t digest = judged_digest(&(judged_result){problem->tensors, j->results, (const float *const *)left->got});
	const judged_bits *known = judged_bits_of(&j->judged, bit_class, pass);
	if (known) {
		*how = JUDGED_BITS;
		if (known->digest == digest)
			return RACE_TIMED;
		snprintf(reason, RACE_REASON, "differs in bits from %s, which was judged right", known->name);
		return RACE_REJECTED;
	}
	*how = sampled(j) ? JUDGED_SAMPLED : JUDGED_BUDGET;
	race_status verdict = by_budget(j, v, left, reason);
	if (verdict == RACE_TIMED && bit_class[0] != '\0') // without memory the next one is judged by budget as well
		(void)judged_remember(&j->judged, bit_class, v->info.name, pass, digest);
	return verdict;
}

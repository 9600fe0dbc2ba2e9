/* SPDX-License-Identifier: MIT */
/* bench_judge.c - judges the first outputs of a contestant on the very problem that is to be timed: by budget, on
 * a sample of the problem, or by the bits of its class. */
#include "bench_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define KEPT_BYTES 64e6

/* ---- the problem at hand ---- */

static int sampled(const bench_judge *j) { return j->sample.tensors != NULL; }

/* Of expected values and scales of all tensors. */
static double bytes_of_budget(const gm_tensors *tensors)
{
	double count = 0;
	for (size_t k = 0; k < tensors->count; k++)
		count += (double)tensors->row[k].count;
	return 2 * sizeof(double) * count;
}

/* A problem that stays undecided comes up again: its budgets are what judging it costs. */
static void keep_budgets(bench_judge *j)
{
	if (!j->tensors || j->id[0] == '\0' || j->kept_count == BENCH_JUDGE_KEPT ||
	    j->kept_bytes + bytes_of_budget(j->tensors) > KEPT_BYTES)
		return;
	kept_budgets *kept = &j->kept[j->kept_count++];
	j->kept_bytes += bytes_of_budget(j->tensors);
	memcpy(kept->id, j->id, sizeof kept->id);
	kept->tensors = j->tensors;
	j->tensors = NULL;
	memcpy(kept->budget, j->judged.budget, sizeof kept->budget);
	memset(j->judged.budget, 0, sizeof j->judged.budget);
}

/* The budgets of the problem at hand, if they were kept, and its tensors. */
static gm_status take_budgets(bench_judge *j, const char *id, const gm_spec *spec, gm_error *error)
{
	for (size_t k = 0; k < j->kept_count; k++)
		if (strcmp(j->kept[k].id, id) == 0) {
			j->tensors = j->kept[k].tensors;
			memcpy(j->judged.budget, j->kept[k].budget, sizeof j->judged.budget);
			j->kept_bytes -= bytes_of_budget(j->tensors);
			j->kept[k] = j->kept[--j->kept_count];
			return GM_OK;
		}
	return gm_tensors_create(spec, &j->tensors, error);
}

static void drop(bench_judge *j)
{
	keep_budgets(j);
	answers_destroy(j->answers);
	j->answers = NULL;
	judged_free(&j->judged);
	gm_tensors_destroy(j->tensors);
	j->tensors = NULL;
	sample_free(&j->sample);
	free(j->results);
	j->results = NULL;
	j->id[0] = '\0';
}

void bench_judge_free(bench_judge *j)
{
	drop(j);
	for (size_t k = 0; k < j->kept_count; k++) {
		for (size_t c = 0; c < GM_CLASSES; c++)
			judge_budget_destroy(j->kept[k].budget[c]);
		gm_tensors_destroy(j->kept[k].tensors);
	}
	j->kept_count = 0;
}

static gm_status take_on(bench_judge *j, const judge_problem *problem, gm_error *error)
{
	char text[GM_SPEC_TEXT], id[sizeof j->id];
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
		j->results[k] = judged_left(problem->spec->pass, &tensors->row[k]) != 0;
	if (!j->hidden && getrandom(&j->hidden, sizeof j->hidden, 0) != sizeof j->hidden)
		return gm_fail(error, GM_IO, "no random number from the system");
	if (gm_spec_flops(problem->spec) > flops)
		GM_TRY(sample_create(problem, flops, j->hidden++, &j->sample, error));
	gm_spec_format(problem->spec, text);
	snprintf(id, sizeof id, "%s#%llu", text, (unsigned long long)j->seed);
	if (!sampled(j))
		GM_TRY(take_budgets(j, id, problem->spec, error));
	memcpy(j->id, id, sizeof j->id);
	j->judged.problem = *problem;
	j->judged.problem.tensors = j->tensors;
	if (sampled(j))
		j->judged.problem = (judge_problem){
			.spec = &j->sample.spec, .tensors = j->sample.tensors, .data = j->sample.data};
	j->judged.problem.id = j->id;
	j->judged.problem.backward = gradients;
	return GM_OK;
}

/* ---- by budget ---- */

/* got: of the judged problem (the sample's own, or the whole). */
static race_status judge_all(const bench_judge *j, const judge_budget *budget, float *const *got,
                             char reason[RACE_REASON])
{
	const gm_tensors *tensors = j->judged.problem.tensors;
	judged_rows rows;
	char text[320];
	judged_verdict(budget, &(judged_result){tensors, j->results, (const float *const *)got}, NULL, NULL, &rows);
	if (rows.wrong == 0 && rows.passed > 0)
		return RACE_TIMED;
	if (rows.wrong > 0)
		judged_text(tensors, &rows, text);
	else
		judge_unfit_text(budget, text);
	snprintf(reason, RACE_REASON, "%.200s", text);
	if (sampled(j))
		snprintf(reason + strlen(reason), RACE_REASON - strlen(reason), " (of a sample: rows %zu, %zu)",
		         j->sample.row[0], j->sample.row[1]);
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
	if (status == GM_MISMATCH) // weights that it cannot have rounded to
		verdict = RACE_REJECTED;
	for (size_t k = 0; part && k < count; k++)
		free(part[k]);
	free(part);
	judge_budget_destroy(own);
	return verdict;
}

/* ---- timed calls ---- */

static race_status judge_first(bench_judge *j, const judge_problem *problem, const contestant *v,
                               const race_outputs *left, judged_how *how, char reason[RACE_REASON]);

/* Opens the canonical row; it is judged like any contestant. */
static race_status open_timed(bench_judge *j, const judge_problem *problem, char reason[RACE_REASON])
{
	gm_error error = {.status = GM_OK};
	race_outputs left = {.got = calloc(problem->tensors->count, sizeof *left.got)};
	contestant canonical;
	judged_how how;
	race_status verdict = RACE_FAILED;
	gm_status status = left.got ? GM_OK : gm_fail(&error, GM_NO_MEMORY, "no memory to judge timed calls");

	if (status == GM_OK)
		status = answers_create(&j->judged, problem, sampled(j) ? &j->sample : NULL, j->no_fork, &j->answers, &error);
	if (status == GM_OK)
		status = answers_given(j->answers, left.got, &error);
	if (status == GM_OK) {
		answers_canonical(j->answers, &canonical);
		verdict = judge_first(j, problem, &canonical, &left, &how, reason);
	} else {
		snprintf(reason, RACE_REASON, "timed calls cannot be judged: %.200s", error.message);
	}
	free(left.got);
	return verdict;
}

static race_status judge_timed(bench_judge *j, const judge_problem *problem, const contestant *v,
                               const race_outputs *left, const timed_call *call, char reason[RACE_REASON])
{
	gm_error error = {.status = GM_OK};

	if (!j->answers) {
		race_status opened = open_timed(j, problem, reason);
		if (opened != RACE_TIMED)
			return opened;
	}
	gm_status status = answers_judge(j->answers, v, call, left->got, left->effective, &error);
	snprintf(reason, RACE_REASON, "%.250s", status == GM_OK ? "" : error.message);
	return status == GM_OK ? RACE_TIMED : status == GM_MISMATCH ? RACE_REJECTED : RACE_FAILED;
}

/* ---- the judge ---- */

static race_status judge_first(bench_judge *j, const judge_problem *problem, const contestant *v,
                               const race_outputs *left, judged_how *how, char reason[RACE_REASON])
{
	const gm_pass pass = problem->spec->pass;
	char bit_class[48];

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

/* Of a sampled problem, what the sample leaves out. */
static race_status judge_rest(bench_judge *j, const judge_problem *problem, const contestant *v,
                              const race_outputs *left, char reason[RACE_REASON])
{
	const timed_call given = {.vary = {.spec = problem->spec, .tensors = problem->tensors}, .calls = 1};

	return judge_timed(j, problem, v, left, &given, reason);
}

race_status bench_judge_one(void *context, const judge_problem *problem, const contestant *v, const race_outputs *left,
                            judged_how *how, char reason[RACE_REASON])
{
	bench_judge *j = context;
	gm_error error = {.status = GM_OK};

	if (!v) {
		drop(j);
		return RACE_TIMED;
	}
	if (take_on(j, problem, &error) != GM_OK) {
		snprintf(reason, RACE_REASON, "%.250s", error.message);
		return RACE_FAILED;
	}
	if (left->call)
		return judge_timed(j, problem, v, left, left->call, reason);
	race_status verdict = judge_first(j, problem, v, left, how, reason);
	if (verdict == RACE_TIMED && *how == JUDGED_SAMPLED)
		verdict = judge_rest(j, problem, v, left, reason);
	return verdict;
}

/* SPDX-License-Identifier: MIT */
/* check_unit.c - one case: the budget once per accuracy class, then variant after variant, each in a fresh worker:
 * forward with a tape, forward and backward, and in a second plan forward without a tape. */
#include "check_unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { MESSAGES = 4 };     /* of a step, at most, each with a limit of its own */
#define START_SECONDS 30.0 /* of those before anything is planned */

gm_status attempt_plan(unit *u, attempt *a, uint32_t mode, size_t room, gm_error *error)
{
	gm_plan_opts opts = run_options(&u->c->spec, mode);
	opts.T_max += room;
	opts.N_max += room;
	unit_step(u);
	GM_TRY(run_plan(a->w, a->v->info.name, &u->judged.problem, u->absent, &opts, error));
	for (size_t k = 0; k < u->c->tensors->count; k++)
		a->got[k] = worker_data(a->w, k);
	return GM_OK;
}

/* A variant may be able to infer what it cannot train: then only its forward is judged. */
static gm_status begin(unit *u, attempt *a, gm_error *error)
{
	worker_info info;
	worker_describe(a->w, &info);
	for (int pass = 0; pass < CHECK_PASSES; pass++)
		memcpy(a->result[pass].sandbox, info.sandbox, sizeof info.sandbox);
	a->taped = a->v->info.has_backward != 0;
	gm_status status = a->taped ? attempt_plan(u, a, GM_MODE_TRAIN, EXACT, error) : GM_UNSUPPORTED;
	if (status != GM_UNSUPPORTED)
		return status;
	result_failure(&a->result[PASS_BWD], GM_UNSUPPORTED, a->taped ? error->message : "it has no backward");
	a->taped = 0;
	return attempt_plan(u, a, GM_MODE_INFER, EXACT, error);
}

static gm_class class_of(const attempt *a) { return (gm_class)a->result[PASS_FWD].accuracy_class; }

/* The weights of a variant are rounded once: what it multiplies in its first run counts for all. */
gm_status attempt_budget(unit *u, attempt *a, const judge_budget **budget, gm_error *error)
{
	*budget = a->own;
	if (a->own)
		return GM_OK;
	run_effective(a->w, u->c->tensors, a->effective);
	return judged_budget(&u->judged, class_of(a), a->effective, &a->own, budget, error);
}

static gm_status run_pass(unit *u, attempt *a, check_pass pass, gm_error *error)
{
	check_result *r = &a->result[pass];
	const judge_budget *budget;
	unit_step(u);
	gm_status status = worker_run(a->w, pass == PASS_BWD ? GM_PASS_BWD : GM_PASS_FWD, error);
	if (status == GM_OK)
		status = attempt_judging(a, attempt_budget(u, a, &budget, error));
	if (status != GM_OK) { // also: weights that it cannot have rounded to
		result_failure(r, status, error->message);
		return status;
	}
	worker_info info;
	worker_describe(a->w, &info);
	r->upper_halves = info.upper_halves;
	result_verdict(u, r, budget, a->got);
	r->torch_used = torch_share(u, budget, pass);
	GM_TRY(attempt_judging(a, bits_against_class(u, r, a->got, error)));
	if (r->code != CODE_WRONG)
		return GM_OK;
	status = symptom_find(u, a->w, r, budget, a->got, error);
	if (status != GM_OK)
		result_failure(r, status, error->message);
	return status;
}

/* What follows is about the forward without a tape. */
static void say_untaped(check_result *r)
{
	char sentence[700];
	snprintf(sentence, sizeof sentence, "without a tape: %s", r->reason ? r->reason : "");
	(void)record_set(&r->reason, sentence);
}

/* The forward once more without a tape: canonical variants owe the same bits, free ones the budget. */
static gm_status run_untaped(unit *u, attempt *a, const float *const *with_tape, gm_error *error)
{
	check_result *r = &a->result[PASS_FWD];
	const judge_budget *budget;
	gm_status status = attempt_plan(u, a, GM_MODE_INFER, EXACT, error);
	unit_step(u);
	worker_poison(a->w, 0); // other memory than before: what is never written or read too far shows in the bits
	if (status == GM_OK)
		status = worker_run(a->w, GM_PASS_FWD, error);
	if (status != GM_OK) {
		result_failure(r, status == GM_UNSUPPORTED ? GM_MISMATCH : status, error->message);
		say_untaped(r);
		return status;
	}
	if (a->v->info.rounding == GM_CANONICAL) {
		(void)bits_compare(u, r, "its forward with a tape", a->got, with_tape);
	} else if (r->status == STATUS_PASS) {
		GM_TRY(attempt_judging(a, attempt_budget(u, a, &budget, error)));
		result_verdict(u, r, budget, a->got);
		if (r->status == STATUS_FAIL) {
			r->symptom = SYMPTOM_UNTAPED;
			say_untaped(r);
		}
	}
	return GM_OK;
}

static void take_time(check_result *r, double *since)
{
	double now = clock_now();
	r->seconds += now - *since;
	*since = now;
}

/* Destroying a plan is the variant's code too: a crash there is a failure of the last pass. */
static gm_status end_plan(const unit *u, attempt *a, gm_error *error)
{
	gm_status status = worker_unplan(a->w, error);
	if (status != GM_OK)
		result_failure(&a->result[u->has_pass[PASS_BWD] && a->taped ? PASS_BWD : PASS_FWD], status, error->message);
	return status;
}

/* The passes of a variant whose worker stands ready.  What ended the worker ends all that is behind it. */
static gm_status run_passes(unit *u, attempt *a, gm_error *error)
{
	double since = clock_now();
	float **with_tape = NULL;
	gm_status status = GM_OK;
	if (u->has_pass[PASS_FWD]) {
		status = run_pass(u, a, PASS_FWD, error);
		with_tape = status == GM_OK && a->taped ? bits_copy(u, PASS_FWD, a->got) : NULL;
		if (status == GM_OK)
			status = attempt_forms(u, a, PASS_FWD, error);
		take_time(&a->result[PASS_FWD], &since);
	}
	if (u->has_pass[PASS_BWD] && a->taped && status == GM_OK) {
		status = run_pass(u, a, PASS_BWD, error);
		if (status == GM_OK)
			status = attempt_forms(u, a, PASS_BWD, error);
		take_time(&a->result[PASS_BWD], &since);
	} else if (u->has_pass[PASS_BWD] && a->taped) {
		result_failure(&a->result[PASS_BWD], status, error->message);
	}
	if (with_tape && status == GM_OK) {
		status = run_untaped(u, a, (const float *const *)with_tape, error);
		take_time(&a->result[PASS_FWD], &since);
	}
	if (status == GM_OK)
		status = end_plan(u, a, error);
	bits_release(u, with_tape);
	return a->no_memory ? status : GM_OK;
}

/* Hands the results of the passes that were asked for on. */
static gm_status finish(unit *u, attempt *a, gm_error *error)
{
	for (int pass = 0; pass < CHECK_PASSES; pass++) {
		check_result *r = &a->result[pass];
		if (!u->has_pass[pass])
			continue;
		if (u->alone && r->status == STATUS_PASS) {
			r->flaky = 1;
			(void)record_set(&r->reason, "timed out once, passed when repeated alone");
		}
		check_result *last = record_grow(&u->out->results, &u->out->results_count, sizeof *last);
		if (!last)
			return gm_fail(error, GM_NO_MEMORY, "no memory for %s", u->c->id);
		*last = *r;
		check_result_init(r);
	}
	return GM_OK;
}

/* What a plan that did not come to run means for the results.  That no worker could be had at all is not the variant's
 * fault; that there is no room for what it asks for is. */
static gm_status run_attempt(unit *u, attempt *a, gm_error *error)
{
	gm_error trouble = {.status = GM_OK};
	gm_status begun = a->v->runnable ? worker_start(&a->launch, &a->w, &trouble)
	                                 : gm_fail(&trouble, GM_NO_CPU, "%s", a->v->why);
	if (begun == GM_IO || begun == GM_NO_MEMORY)
		return gm_fail(error, begun, "%s", trouble.message);
	if (begun == GM_OK)
		begun = begin(u, a, &trouble);
	for (int pass = 0; pass < CHECK_PASSES; pass++) {
		if (begun != GM_OK)
			result_failure(&a->result[pass], begun, trouble.message);
		if (!a->v->runnable)
			a->result[pass].code = a->v->code;
	}
	if (begun == GM_OK && run_passes(u, a, &trouble) != GM_OK)
		return gm_fail(error, GM_NO_MEMORY, "%s", trouble.message);
	return GM_OK;
}

/* Whoever took a judge of this case with it is not let near another one. */
static gm_status judge_variant(unit *u, size_t index, attempt *a, gm_error *error)
{
	const judge_budget *budget;
	const board_blame *blame = &u->blame[index];
	const int given_up = u->late[index] >= RUN_TIMEOUTS;
	for (int pass = 0; pass < CHECK_PASSES; pass++)
		if (blame->how != BLAME_NONE)
			result_blame(&a->result[pass], blame);
		else if (given_up)
			result_given_up(&a->result[pass]);
	if (blame->how != BLAME_NONE || given_up)
		return GM_OK;
	if (a->v->runnable) // before the variant's time begins
		GM_TRY(judged_budget(&u->judged, class_of(a), NULL, NULL, &budget, error));
	u->hand->patience = MESSAGES * (START_SECONDS + worker_seconds(&a->launch, &u->c->spec));
	u->hand->variant = (int)index;
	gm_status status = run_attempt(u, a, error);
	worker_stop(a->w);
	u->hand->variant = CHECK_NOBODY;
	u->late[index] += a->result[PASS_FWD].code == CODE_TIMED_OUT || a->result[PASS_BWD].code == CODE_TIMED_OUT;
	unit_step(u);
	return status;
}

static gm_status run_variant(unit *u, size_t index, gm_error *error)
{
	const size_t count = u->c->tensors->count;
	const check_plan *plan = u->plan;
	attempt a = {.v = &plan->variant[index],
	             .launch = {.beside = u->judges,
	                        .plugin = plan->variant[index].plugin,
	                        .in_place = plan->no_fork,
	                        .program = plan->executor->program,
	                        .executor = plan->executor->words,
	                        .call_seconds = plan->timeout,
	                        .slowest = u->slowest},
	             .got = calloc(2 * count, sizeof *a.got)};
	gm_status status = a.got ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for %s", u->c->id);
	a.effective = a.got ? a.got + count : NULL;
	for (int pass = 0; pass < CHECK_PASSES; pass++)
		result_begin(u, a.v, (check_pass)pass, &a.result[pass]);
	if (status == GM_OK)
		status = judge_variant(u, index, &a, error);
	if (status == GM_OK)
		status = finish(u, &a, error);
	for (int pass = 0; pass < CHECK_PASSES; pass++)
		check_result_free(&a.result[pass]);
	judge_budget_destroy(a.own);
	free(a.got);
	return status;
}

static gm_status open_unit(unit *u, gm_error *error)
{
	static const gm_role role[CHECK_PASSES] = {GM_ROLE_OUTPUT, GM_ROLE_GRAD};
	const gm_tensors *tensors = u->c->tensors;
	u->absent = calloc((1 + CHECK_PASSES) * tensors->count, 1);
	if (!u->absent)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %s", u->c->id);
	for (int pass = 0; pass < CHECK_PASSES; pass++)
		u->picked[pass] = u->absent + (size_t)(1 + pass) * tensors->count;
	for (size_t k = 0; k < tensors->count; k++) {
		u->absent[k] = !u->c->data[k];
		for (int pass = 0; pass < CHECK_PASSES; pass++) {
			int judged = tensors->row[k].role == role[pass] && u->c->golden64[k];
			u->picked[pass][k] = (unsigned char)judged;
			u->absent[k] = u->absent[k] && !judged;
			u->has_pass[pass] |= judged && (u->plan->passes >> pass & 1) != 0;
		}
	}
	u->judged.problem = (judge_problem){.spec = &u->c->spec,
	                                    .tensors = tensors,
	                                    .data = u->c->data,
	                                    .golden64 = u->c->golden64,
	                                    .id = u->c->id,
	                                    .backward = u->has_pass[PASS_BWD]};
	return GM_OK;
}

int contestants_able(const contestant *list, size_t count)
{
	int able = 0;
	for (size_t k = 0; k < count; k++)
		able |= list[k].runnable;
	return able;
}

gm_status check_unit(const check_plan *plan, check_board *board, size_t number, const check_work *work,
                     case_results *out, gm_error *error)
{
	const int all = work->variant == CHECK_ALL;
	unit u = {.plan = plan,
	          .c = plan->set->cases[work->case_index],
	          .alone = work->alone,
	          .hand = &board->hand[number],
	          .blame = board_case(board, work->case_index),
	          .late = board->late,
	          .slowest = board->slowest,
	          .judges = board->judges,
	          .out = out};
	const judge_budget *budget = NULL;
	case_results_init(out);
	gm_status status = open_unit(&u, error);
	for (size_t k = 0; status == GM_OK && k < plan->variant_count; k++)
		if (all || work->variant == (int)k)
			status = run_variant(&u, k, error);
	// no budget if all that was asked for cannot run here; without any variant the case itself is what is asked for
	if (status == GM_OK && all && (!plan->variant_count || contestants_able(plan->variant, plan->variant_count)))
		status = judged_budget(&u.judged, GM_CLASS_F32, NULL, NULL, &budget, error);
	if (status == GM_OK && all)
		status = facts_of_case(&u, budget, error);
	if (status == GM_BAD_FIXTURE) {
		char text[200];
		symptom_of_golden(&u, text);
		snprintf(error->message + strlen(error->message), sizeof error->message - strlen(error->message), "%s", text);
	}
	judged_free(&u.judged);
	free(u.absent);
	if (status != GM_OK)
		case_results_free(out);
	return status;
}

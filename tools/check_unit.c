/* SPDX-License-Identifier: MIT */
/* check_unit.c - one case: the budget once per accuracy class, then variant after variant, each in a fresh worker:
 * forward with a tape, forward and backward, and in a second plan forward without a tape. */
#include "check_unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results.h"
#include "terminal.h"

typedef struct attempt { /* one variant on the case */
	const check_variant *v;
	const judge_budget *budget;
	judge_budget *own; /* of a variant that rounds its weights */
	worker *w;
	int taped;                   /* planned for training; else the forward is inference */
	json_t *record[UNIT_PASSES]; /* NULL: pass not asked for */
	const float **got;           /* by row: where the worker left its results */
} attempt;

int unit_judges(const unit *u, int pass, size_t row)
{
	gm_role role = pass == UNIT_FWD ? GM_ROLE_OUTPUT : GM_ROLE_GRAD;
	return u->c->tensors->row[row].role == role && u->c->golden64[row];
}

static gm_class judged_by(const unit *u, const check_variant *v)
{
	return u->plan->accuracy_class < 0 ? (gm_class)v->info.accuracy_class : (gm_class)u->plan->accuracy_class;
}

static gm_status budget_of(unit *u, gm_class accuracy_class, const judge_budget **budget, gm_error *error)
{
	u->problem = (judge_problem){.spec = &u->c->spec,
	                             .tensors = u->c->tensors,
	                             .data = u->c->data,
	                             .golden64 = u->c->golden64,
	                             .id = u->c->id,
	                             .backward = u->has_pass[UNIT_BWD]};
	if (!u->budget[accuracy_class])
		GM_TRY(judge_budget_create(&u->problem, accuracy_class, &u->budget[accuracy_class], error));
	*budget = u->budget[accuracy_class];
	return GM_OK;
}

static gm_status plan_and_fill(unit *u, attempt *a, uint32_t mode, gm_error *error)
{
	const gm_case *c = u->c;
	gm_plan_opts opts = {.struct_size = sizeof opts, .mode = mode, .T_max = c->spec.T, .N_max = c->spec.N, .threads = 1};
	GM_TRY(worker_plan(a->w, a->v->info.name, &c->spec, c->tensors, u->absent, &opts, error));
	for (size_t k = 0; k < c->tensors->count; k++) {
		const gm_tensor *tensor = &c->tensors->row[k];
		if (c->data[k])
			memcpy(worker_data(a->w, k), c->data[k], tensor->count * gm_dtype_bytes(tensor->dtype));
		a->got[k] = worker_data(a->w, k);
	}
	return GM_OK;
}

/* A variant may be able to infer what it cannot train: then only its forward is judged. */
static gm_status begin(unit *u, attempt *a, gm_error *error)
{
	const executor *e = u->plan->executor;
	worker_launch launch = {.plugin = a->v->plugin,
	                        .in_place = u->plan->no_fork,
	                        .program = !e ? NULL : e->program,
	                        .executor = !e ? NULL : e->words};
	GM_TRY(worker_start(&launch, &a->w, error));
	a->taped = a->v->info.has_backward != 0;
	gm_status status = a->taped ? plan_and_fill(u, a, GM_MODE_TRAIN, error) : GM_UNSUPPORTED;
	if (status != GM_UNSUPPORTED)
		return status;
	if (a->record[UNIT_BWD])
		record_failure(a->record[UNIT_BWD], GM_UNSUPPORTED, a->taped ? error->message : "it has no backward");
	a->taped = 0;
	return plan_and_fill(u, a, GM_MODE_INFER, error);
}

/* A variant that rounds its weights is judged with what it multiplies, against the reference alone: the goldens are
 * of the weights as given. */
static gm_status budget_of_rounded(unit *u, attempt *a, gm_error *error)
{
	size_t rounded = 0, count = u->c->tensors->count;
	judge_problem problem = u->problem;
	void **data = !a->own ? calloc(count, sizeof *data) : NULL;
	if (a->own)
		return GM_OK;
	if (!data)
		return gm_fail(error, GM_NO_MEMORY, "no memory for the weights of %s", a->v->info.name);
	for (size_t k = 0; k < count; k++) {
		const float *effective = worker_effective(a->w, k);
		rounded += effective != NULL;
		data[k] = effective ? (void *)(uintptr_t)effective : u->c->data[k];
	}
	problem.data = data;
	problem.golden64 = NULL;
	gm_status status = GM_OK;
	if (rounded > 0)
		status = judge_budget_create(&problem, judged_by(u, a->v), &a->own, error);
	a->budget = a->own ? a->own : a->budget;
	free(data);
	return status;
}

static gm_status run_pass(unit *u, attempt *a, int pass, gm_error *error)
{
	json_t *record = a->record[pass];
	gm_status status = worker_run(a->w, pass == UNIT_BWD ? GM_PASS_BWD : GM_PASS_FWD, error);
	if (status != GM_OK) {
		record_failure(record, status, error->message);
		return status;
	}
	GM_TRY(budget_of_rounded(u, a, error));
	record_verdict(u, record, a->budget, pass, a->got);
	double share = torch_share(u, a->budget, pass);
	if (share >= 0)
		json_object_set_new(record, "torch_used", results_number(share));
	return bits_against_class(u, record, a->v, pass, a->got, error);
}

/* The forward once more without a tape: canonical variants owe the same bits, free ones the budget. */
static gm_status run_untaped(unit *u, attempt *a, const float *const *with_tape, gm_error *error)
{
	json_t *record = a->record[UNIT_FWD];
	char sentence[540];
	gm_status status = plan_and_fill(u, a, GM_MODE_INFER, error);
	worker_poison(a->w, 0); // other memory than before: what is never written or read too far shows in the bits
	if (status == GM_OK)
		status = worker_run(a->w, GM_PASS_FWD, error);
	if (status != GM_OK) {
		snprintf(sentence, sizeof sentence, "without a tape: %s", error->message);
		record_failure(record, status == GM_UNSUPPORTED ? GM_MISMATCH : status, sentence);
		return status;
	}
	if (a->v->info.rounding == GM_CANONICAL)
		bits_against_tape(u, record, with_tape, a->got);
	else if (strcmp(results_text(record, "status"), "pass") == 0)
		record_verdict(u, record, a->budget, UNIT_FWD, a->got);
	return GM_OK;
}

static void take_time(json_t *record, double *since)
{
	double now = term_seconds();
	json_object_set_new(record, "seconds", json_real(results_get(record, "seconds", 0) + now - *since));
	*since = now;
}

/* Destroying a plan is the variant's code too: a crash there is a failure of the last pass. */
static void end_plan(attempt *a, gm_status *status, gm_error *error)
{
	json_t *last = a->record[UNIT_BWD] && a->taped ? a->record[UNIT_BWD] : a->record[UNIT_FWD];
	if (*status != GM_OK)
		return;
	*status = worker_unplan(a->w, error);
	if (*status != GM_OK && last)
		record_failure(last, *status, error->message);
}

/* The passes of a variant whose worker stands ready.  What ended the worker ends all that is behind it. */
static gm_status run_passes(unit *u, attempt *a, gm_error *error)
{
	double since = term_seconds();
	float **with_tape = NULL;
	gm_status status = GM_OK;
	if (a->record[UNIT_FWD]) {
		status = run_pass(u, a, UNIT_FWD, error);
		with_tape = status == GM_OK && a->taped ? bits_copy(u, UNIT_FWD, a->got) : NULL;
		take_time(a->record[UNIT_FWD], &since);
	}
	if (a->record[UNIT_BWD] && a->taped && status == GM_OK) {
		status = run_pass(u, a, UNIT_BWD, error);
		take_time(a->record[UNIT_BWD], &since);
	} else if (a->record[UNIT_BWD] && a->taped) {
		record_failure(a->record[UNIT_BWD], status, error->message);
	}
	if (with_tape && status == GM_OK) {
		status = run_untaped(u, a, (const float *const *)with_tape, error);
		take_time(a->record[UNIT_FWD], &since);
	}
	end_plan(a, &status, error);
	bits_release(u, with_tape);
	return status == GM_NO_MEMORY ? status : GM_OK;
}

static void finish_record(unit *u, json_t *record)
{
	int passed = strcmp(results_text(record, "status"), "pass") == 0;
	if (u->alone && passed) {
		json_object_set_new(record, "flaky", json_true());
		json_object_set_new(record, "reason", json_string("timed out once, passed when repeated alone"));
	}
	if (u->alone)
		json_object_del(record, "timeout"); // repeated once only
	json_array_append_new(u->records, record);
}

static gm_status run_variant(unit *u, const check_variant *v, gm_error *error)
{
	attempt a = {.v = v};
	gm_error trouble = {.status = GM_OK};
	gm_status status = GM_OK;
	for (int pass = 0; pass < UNIT_PASSES; pass++)
		a.record[pass] = u->has_pass[pass] ? record_begin(u, v, pass) : NULL;
	a.got = calloc(u->c->tensors->count, sizeof *a.got);
	if (!a.got)
		status = gm_fail(error, GM_NO_MEMORY, "no memory for %s", u->c->id);
	else if (v->runnable)
		status = budget_of(u, judged_by(u, v), &a.budget, error);
	gm_status begun = v->runnable ? GM_OK : GM_NO_CPU;
	if (status == GM_OK && v->runnable)
		begun = begin(u, &a, &trouble);
	if (begun == GM_IO || begun == GM_NO_MEMORY) // no worker at all: not the variant's fault
		status = gm_fail(error, begun, "%s", trouble.message);
	for (int pass = 0; pass < UNIT_PASSES; pass++)
		if (!v->runnable && a.record[pass])
			record_status(a.record[pass], "skipped", v->code, v->why);
		else if (begun != GM_OK && a.record[pass])
			record_failure(a.record[pass], begun, trouble.message);
	if (status == GM_OK && begun == GM_OK && run_passes(u, &a, &trouble) != GM_OK)
		status = gm_fail(error, GM_NO_MEMORY, "%s", trouble.message);
	for (int pass = 0; pass < UNIT_PASSES; pass++)
		if (a.record[pass])
			finish_record(u, a.record[pass]);
	judge_budget_destroy(a.own);
	worker_stop(a.w);
	free(a.got);
	return status;
}

static gm_status open_unit(unit *u, gm_error *error)
{
	const gm_tensors *tensors = u->c->tensors;
	u->records = json_array();
	u->absent = calloc(tensors->count, 1);
	u->oracle = calloc(u->plan->variant_count + 1, sizeof *u->oracle);
	if (!u->records || !u->absent || !u->oracle)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %s", u->c->id);
	for (size_t k = 0; k < tensors->count; k++) {
		int fwd = unit_judges(u, UNIT_FWD, k), bwd = unit_judges(u, UNIT_BWD, k);
		u->absent[k] = !u->c->data[k] && !fwd && !bwd;
		u->has_pass[UNIT_FWD] |= fwd && (u->plan->passes & CHECK_FWD) != 0;
		u->has_pass[UNIT_BWD] |= bwd && (u->plan->passes & CHECK_BWD) != 0;
	}
	return GM_OK;
}

/* Not if all that was asked for cannot run here; without any variant the case itself is what is asked for. */
static int worth_a_budget(const check_plan *plan)
{
	int runnable = plan->variant_count == 0;
	for (size_t k = 0; k < plan->variant_count; k++)
		runnable |= plan->variant[k].runnable;
	return runnable;
}

gm_status check_unit(const check_plan *plan, size_t case_index, int variant, int alone, json_t **records, gm_error *error)
{
	unit u = {.plan = plan, .c = plan->set->cases[case_index], .alone = alone};
	const judge_budget *budget = NULL;
	gm_status status = open_unit(&u, error);
	for (size_t k = 0; status == GM_OK && k < plan->variant_count; k++)
		if (variant == CHECK_ALL || variant == (int)k)
			status = run_variant(&u, &plan->variant[k], error);
	if (status == GM_OK && variant == CHECK_ALL && worth_a_budget(plan))
		status = budget_of(&u, GM_CLASS_F32, &budget, error);
	if (status == GM_OK && variant == CHECK_ALL)
		json_array_append_new(u.records, record_case(&u, budget));
	for (size_t k = 0; k < GM_CLASSES; k++)
		judge_budget_destroy(u.budget[k]);
	bits_free(&u);
	free(u.absent);
	if (status == GM_OK)
		*records = u.records;
	else
		json_decref(u.records);
	return status;
}

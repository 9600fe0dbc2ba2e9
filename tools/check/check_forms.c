/* SPDX-License-Identifier: MIT */
/* check_forms.c - the forms of a call that variant.h allows beside the plain one: a row each. */
#include "check_unit.h"

#include <stdio.h>

enum anew { SAME_PLAN, NEW_PLAN, LARGER_PLAN };

/* Other ways to call the same, which must give the same.  In a new plan nothing that its first call kept is right by
 * chance. */
static const struct form {
	worker_form form;
	check_pass pass;
	enum anew anew;
	float share; /* of gradients of weights that is wanted */
	const char *words;
} forms[] = {
	{WORKER_PLAIN, PASS_FWD, LARGER_PLAN, 1, "T below T_max, N below N_max: "},
	{WORKER_OUTPUT_ONLY, PASS_FWD, SAME_PLAN, 1, "without h_n, c_n and tape: "},
	{WORKER_IN_PLACE, PASS_FWD, SAME_PLAN, 1, "h_n is h_0: "},
	{WORKER_REPACK, PASS_FWD, NEW_PLAN, 1, "set_weights twice: "},
	{WORKER_NO_WEIGHTS, PASS_BWD, SAME_PLAN, 1, "without gradients of weights: "},
	{WORKER_ACCUMULATE, PASS_BWD, SAME_PLAN, 0.5f, "with GM_ACCUMULATE onto itself, halved: "},
	{WORKER_WINDOWS, PASS_BWD, SAME_PLAN, 1, "backward in two windows: "},
	{WORKER_PLAIN, PASS_BWD, LARGER_PLAN, 1, "T below T_max, N below N_max: "},
};

/* A plan for the form, and what the form is called.  A variant may support what a case asks for and no more: then the
 * result says so, and it is called in another plan as before. */
static gm_status plan_form(unit *u, attempt *a, const struct form *f, const char **words, gm_error *error)
{
	uint32_t mode = a->taped ? GM_MODE_TRAIN : GM_MODE_INFER;
	char sentence[560];
	*words = f->words;
	if (f->anew == SAME_PLAN)
		return GM_OK;
	gm_status status = attempt_plan(u, a, mode, f->anew == NEW_PLAN ? EXACT : LARGER, error);
	if (status != GM_UNSUPPORTED || f->anew == NEW_PLAN)
		return status;
	snprintf(sentence, sizeof sentence, "not judged: %s%s", f->words, error->message);
	(void)record_set(&a->result[f->pass].reason, sentence);
	*words = "in a second plan: ";
	return attempt_plan(u, a, mode, EXACT, error);
}

static gm_status run_form(unit *u, attempt *a, const struct form *f, gm_error *error)
{
	static const gm_pass timed[CHECK_PASSES] = {GM_PASS_FWD, GM_PASS_BWD};
	check_result *r = &a->result[f->pass];
	const judge_budget *budget;
	const char *words;
	char sentence[560];
	gm_status status = plan_form(u, a, f, &words, error);
	unit_step(u);
	if (status == GM_OK)
		status = worker_run_form(a->w, timed[f->pass], f->form, error);
	if (status != GM_OK) {
		snprintf(sentence, sizeof sentence, "%s%s", words, error->message);
		result_failure(r, status == GM_UNSUPPORTED ? GM_MISMATCH : status, sentence);
		return status;
	}
	GM_TRY(attempt_judging(a, attempt_budget(u, a, &budget, error)));
	status = result_form(u, r, budget, a->got, words, f->share);
	return status == GM_OK ? GM_OK : gm_fail(error, status, "no memory for %s", u->c->id);
}

gm_status attempt_forms(unit *u, attempt *a, check_pass pass, gm_error *error)
{
	for (size_t k = 0; k < sizeof forms / sizeof *forms && a->result[pass].status == STATUS_PASS; k++)
		if (forms[k].pass == pass && !(forms[k].form == WORKER_WINDOWS && u->c->spec.problem.bidirectional))
			GM_TRY(run_form(u, a, &forms[k], error));
	return GM_OK;
}

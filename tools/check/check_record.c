/* SPDX-License-Identifier: MIT */
/* check_record.c - from verdicts, and from bits that differ, to a result and to the sentence that a person reads: got,
 * want, allowed, where. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/process.h"
#include "check_unit.h"

void result_begin(const unit *u, const contestant *v, check_pass pass, check_result *r)
{
	check_result_init(r);
	snprintf(r->case_id, sizeof r->case_id, "%s", u->c->id);
	gm_spec_format(&u->c->spec, r->problem);
	memcpy(r->variant, v->info.name, sizeof r->variant);
	r->pass = pass;
	r->status = STATUS_SKIPPED;
	r->accuracy_class = (class_name)(u->plan->accuracy_class < 0 ? (int)v->info.accuracy_class
	                                                             : u->plan->accuracy_class);
	snprintf(r->executor, sizeof r->executor, "%s", u->plan->executor->name);
	judged_bit_class(&v->info, r->bit_class);
	(void)record_set(&r->plugin, v->plugin);
	(void)record_set(&r->tags, strcmp(u->c->tags, "none") == 0 ? NULL : u->c->tags);
	for (size_t k = 0; k < u->c->tensors->count; k++)
		if (u->absent[k] && u->c->tensors->row[k].role != GM_ROLE_GRAD)
			(void)record_append(&r->absent, &r->absent_count, u->c->tensors->row[k].name);
}

static void result_status(check_result *r, check_status status, reason_code code, const char *reason)
{
	r->status = status;
	r->code = code;
	(void)record_set(&r->reason, reason);
}

void result_failure(check_result *r, gm_status status, const char *reason)
{
	check_status word = status == GM_UNSUPPORTED ? STATUS_UNSUPPORTED
	                  : status == GM_NO_CPU      ? STATUS_SKIPPED
	                                             : STATUS_FAIL;
	reason_code code = status == GM_MISMATCH  ? CODE_CONTRACT
	                 : status == GM_NO_MEMORY ? CODE_BROKEN // the variant's own
	                                          : reason_of(status);
	result_status(r, word, code, reason[0] == '\0' ? gm_status_name(status) : reason);
}

void result_blame(check_result *r, const board_blame *blame)
{
	char how[PROCESS_HOW], reason[160] = "its judge was stopped while judging it, and ended";
	if (blame->how == BLAME_SILENT)
		snprintf(reason, sizeof reason, "its judge stood still while judging it, and was ended");
	if (blame->how == BLAME_ENDED) {
		process_how(blame->wait_status, how);
		snprintf(reason, sizeof reason, "its judge ended with %s while judging it", how);
	}
	result_status(r, STATUS_FAIL, CODE_CRASHED, reason);
}

void result_given_up(check_result *r) { result_status(r, STATUS_FAIL, CODE_GIVEN_UP, RUN_GIVEN_UP); }

static void add_tensor(void *context, const gm_tensor *tensor, const judge_verdict *v)
{
	check_result *r = context;
	tensor_result *t = record_grow(&r->tensors, &r->tensors_count, sizeof *t);
	if (!t)
		return;
	*t = (tensor_result){.used = v->used, .got = v->got, .want = v->want, .allowed = v->allowed, .wrong = v->wrong};
	t->worst = v->worst == GM_NO_TENSOR ? -1 : (int64_t)v->worst;
	memcpy(t->name, tensor->name, sizeof t->name);
}

/* "grad_weight_hh_l0[71,32] got ...", then on a line of its own where the first divergence is. */
static void blame(const unit *u, check_result *r, const judge_budget *budget, const judged_rows *rows,
                  const float *const *got, const char *form)
{
	char error[320], first[160], pattern[160], reason[600];
	judged_text(u->c->tensors, rows, error);
	judge_explain(budget, rows->worst_row, got[rows->worst_row], first);
	judge_pattern(budget, rows->worst_row, got[rows->worst_row], pattern);
	snprintf(reason, sizeof reason, "%s%s\n%s", form, error, first);
	result_status(r, STATUS_FAIL, CODE_WRONG, reason);
	(void)record_set(&r->pattern, pattern);
}

static void result_unfit(check_result *r, const judge_budget *budget)
{
	char reason[160];
	judge_unfit_text(budget, reason);
	result_status(r, STATUS_SKIPPED, CODE_UNFIT, reason);
}

void result_verdict(const unit *u, check_result *r, const judge_budget *budget, const float *const *got)
{
	judged_rows rows;
	free(r->tensors); // of a pass that is judged once more
	r->tensors = NULL;
	r->tensors_count = 0;
	judged_verdict(budget, &(judged_result){u->c->tensors, u->picked[r->pass], got}, add_tensor, r, &rows);
	snprintf(r->digest, sizeof r->digest, "%016llx", (unsigned long long)rows.digest);
	snprintf(r->where, sizeof r->where, "%s", u->c->tensors->row[rows.worst_row].name);
	r->used = rows.worst.used;
	r->rows = rows.rows;
	r->unfit_rows = rows.unfit_rows;
	r->weak = rows.weak;
	if (rows.wrong > 0)
		blame(u, r, budget, &rows, got, "");
	else if (rows.passed > 0)
		r->status = STATUS_PASS; // what was said of it before stands
	else
		result_unfit(r, budget);
}

gm_status result_form(const unit *u, check_result *r, const judge_budget *budget, const float *const *got,
                      const char *words, float share)
{
	const gm_tensors *tensors = u->c->tensors;
	judged_rows rows;
	float **part = bits_copy(u, r->pass, got);
	if (!part)
		return GM_NO_MEMORY;
	for (size_t k = 0; k < tensors->count; k++)
		for (size_t i = 0; part[k] && tensors->row[k].kind >= GM_GRAD_WEIGHT_IH && i < tensors->row[k].count; i++)
			part[k][i] *= share;
	got = (const float *const *)part;
	judged_verdict(budget, &(judged_result){tensors, u->picked[r->pass], got}, NULL, NULL, &rows);
	if (rows.wrong > 0) {
		blame(u, r, budget, &rows, got, words);
		r->symptom = SYMPTOM_FORM;
	}
	bits_release(u, part);
	return GM_OK;
}

double torch_share(const unit *u, const judge_budget *budget, check_pass pass)
{
	judged_rows rows;
	judged_verdict(budget, &(judged_result){u->c->tensors, u->picked[pass], u->c->golden32}, NULL, NULL, &rows);
	return rows.worst_row == GM_NO_TENSOR ? -1 : rows.worst.used;
}

static void note_weak(void *context, const gm_tensor *tensor, const judge_verdict *v)
{
	case_facts *facts = context;
	if (v->weak)
		(void)record_append(&facts->weak, &facts->weak_count, tensor->name);
}

/* What is wanted, as a variant would give it; by row, NULL where nothing is judged. */
static float **wanted(const unit *u, const judge_budget *budget)
{
	float **got = calloc(u->c->tensors->count, sizeof *got);
	for (size_t k = 0; got && k < u->c->tensors->count; k++) {
		const double *want = judge_want(budget, k);
		size_t count = u->c->tensors->row[k].count;
		got[k] = want ? malloc(count * sizeof **got) : NULL;
		for (size_t i = 0; got[k] && i < count; i++)
			got[k][i] = (float)want[i];
	}
	return got;
}

/* Rows, fitness and weakness do not depend on a result: what is wanted is judged in its place. */
gm_status facts_of_case(const unit *u, const judge_budget *budget, gm_error *error)
{
	case_facts *facts = record_grow(&u->out->facts, &u->out->facts_count, sizeof *facts);
	float **got = facts && budget ? wanted(u, budget) : NULL;
	if (facts) {
		case_facts_init(facts);
		snprintf(facts->case_id, sizeof facts->case_id, "%s", u->c->id);
		(void)record_set(&facts->tags, u->c->tags);
		(void)record_set(&facts->note, u->c->note);
	}
	for (int pass = 0; got && pass < CHECK_PASSES; pass++) {
		judged_rows rows;
		judged_verdict(budget, &(judged_result){u->c->tensors, u->picked[pass], (const float *const *)got}, note_weak,
		               facts, &rows);
		facts->rows += rows.rows;
		facts->unfit_rows += rows.unfit_rows;
		facts->torch_used = fmax(facts->torch_used, torch_share(u, budget, (check_pass)pass));
	}
	int whole = facts && (got || !budget);
	bits_release(u, got);
	return whole ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for %s", u->c->id);
}

/* ---- bits ---- */

/* NaNs are one value; -0 and +0 are two. */
static int same_bits(float a, float b)
{
	uint32_t x, y;
	memcpy(&x, &a, sizeof x);
	memcpy(&y, &b, sizeof y);
	return x == y || (isnan(a) && isnan(b));
}

int bits_compare(const unit *u, check_result *r, const char *from, const float *const *got, const float *const *want)
{
	char element[96], place[96], reason[400];
	for (size_t k = 0; r->status != STATUS_FAIL && k < u->c->tensors->count; k++) {
		const gm_tensor *tensor = &u->c->tensors->row[k];
		size_t differ = 0, first = 0;
		for (size_t i = 0; u->picked[r->pass][k] && i < tensor->count; i++)
			if (!same_bits(got[k][i], want[k][i]) && differ++ == 0)
				first = i;
		if (differ == 0)
			continue;
		gm_tensor_element(tensor, first, element);
		locate_text(&u->c->spec, tensor, first, place);
		snprintf(reason, sizeof reason,
		         "differs in bits from %s at %s: got %.9g want %.9g\nfirst wrong %s; %zu of %zu differ", from, element,
		         got[k][first], want[k][first], place, differ, tensor->count);
		result_status(r, STATUS_FAIL, CODE_BITS, reason);
		return 1;
	}
	return 0;
}

float **bits_copy(const unit *u, check_pass pass, const float *const *got)
{
	float **copy = calloc(u->c->tensors->count, sizeof *copy);
	for (size_t k = 0; copy && k < u->c->tensors->count; k++) {
		size_t bytes = u->c->tensors->row[k].count * sizeof **copy;
		if (!u->picked[pass][k])
			continue;
		copy[k] = malloc(bytes);
		if (!copy[k]) {
			bits_release(u, copy);
			return NULL;
		}
		memcpy(copy[k], got[k], bytes);
	}
	return copy;
}

void bits_release(const unit *u, float **copy)
{
	for (size_t k = 0; copy && k < u->c->tensors->count; k++)
		free(copy[k]);
	free(copy);
}

gm_status bits_against_class(unit *u, check_result *r, const float *const *got, gm_error *error)
{
	uint64_t digest = judged_digest(&(judged_result){u->c->tensors, u->picked[r->pass], got});
	judged_bits *known = judged_bits_of(&u->judged, r->bit_class, r->pass);
	if (r->bit_class[0] == '\0' || (known && known->digest == digest))
		return GM_OK;
	if (known) {
		if (bits_compare(u, r, known->name, got, (const float *const *)known->value))
			memcpy(r->oracle, known->name, sizeof r->oracle);
		return GM_OK;
	}
	known = judged_remember(&u->judged, r->bit_class, r->variant, r->pass, digest);
	if (known)
		known->value = bits_copy(u, r->pass, got);
	return known && known->value ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for the bits of %s", u->c->id);
}

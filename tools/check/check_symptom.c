/* SPDX-License-Identifier: MIT */
/* check_symptom.c - what a wrong result can tell of its cause, beyond its numbers.
 *
 * Poison: outputs, tape and scratch hold NaNs before a run.  A NaN in a result is looked at by a second run on another
 * poison, a finite one: what holds just that was never written; what is off by just that was added to; what changes
 * otherwise was computed from memory that nobody had written; what stays a NaN is one.
 * Readings: is it the right result of weights that are read in another way? */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_unit.h"
#include "judge/readings.h"

/* How near two numbers must be to be called the same here.  A heading rests on it, no verdict: too wide, it names a
 * cause that is none, too narrow, it names none. */
#define OTHER_POISON   0x3f800deau /* 1.000425 */
#define ADDED_WITHIN   1e-4        /* of about 1: some 1600 additions to it, half an ulp (2^-24) each */
#define READING_SHARE  4           /* of the budget: that of another reading's values, with other saturated gates */
#define READING_GOLDEN 1e-6        /* of a tensor's largest: a golden as float32 is off by 2^-24, 16 times that */

static float poison(void)
{
	const uint32_t word = OTHER_POISON;
	float value;
	memcpy(&value, &word, sizeof value);
	return value;
}

static symptom symptom_of(const tensor_result *t, float now)
{
	const float stood = poison();
	return memcmp(&now, &stood, sizeof now) == 0                                          ? SYMPTOM_NEVER_WRITTEN
	     : isnan(now)                                                                     ? SYMPTOM_NAN
	     : fabs(now - t->want - stood) <= t->allowed + ADDED_WITHIN * (1 + fabs(t->want)) ? SYMPTOM_ADDED_TO
	                                                                                      : SYMPTOM_READS_UNWRITTEN;
}

/* The first line says what stands there, the second stays. */
static void say(const unit *u, check_result *r, size_t row, const tensor_result *t)
{
	static const char *const what[SYMPTOMS] = {
		[SYMPTOM_NEVER_WRITTEN] = "was never written: it still holds the host's poison",
		[SYMPTOM_ADDED_TO] = "was added to the host's poison: GM_OVERWRITE wants it overwritten",
		[SYMPTOM_READS_UNWRITTEN] = "depends on memory that nobody has written (output, tape or scratch)",
		[SYMPTOM_NAN] = "is NaN, and not from the host's poison"};
	char element[96], reason[640];
	gm_tensor_element(&u->c->tensors->row[row], (size_t)t->worst, element);
	const char *second = strchr(r->reason ? r->reason : "", '\n');
	snprintf(reason, sizeof reason, "%s %s, want %.4g%s", element, what[r->symptom], t->want, second ? second : "");
	(void)record_set(&r->reason, reason);
}

static const tensor_result *worst_of(const check_result *r)
{
	for (size_t k = 0; k < r->tensors_count; k++)
		if (strcmp(r->tensors[k].name, r->where) == 0)
			return &r->tensors[k];
	return NULL;
}

static void add_reading(void *context, const char *name)
{
	check_result *r = context;
	(void)record_append(&r->readings, &r->readings_count, name);
}

/* Errors that other numbers than the given ones may have; by row, NULL without memory. */
static double *largest_allowed(const unit *u, const judge_budget *budget, check_pass pass)
{
	const gm_tensors *tensors = u->c->tensors;
	double *within = calloc(tensors->count, sizeof *within);
	for (size_t k = 0; within && k < tensors->count; k++)
		for (size_t i = 0; u->picked[pass][k] && i < tensors->row[k].count; i++) {
			const double scale = judge_scale(budget, k)[i];
			within[k] = isfinite(scale) ? fmax(within[k], READING_SHARE * JUDGE_K * scale + 0x1p-149) : within[k];
		}
	return within;
}

static void find_readings(const unit *u, check_result *r, const judge_budget *budget, const float *const *got)
{
	double *within = largest_allowed(u, budget, r->pass);
	if (within && judge_readings(&u->judged.problem, got, within, add_reading, r) && r->readings_count == 0)
		add_reading(r, "none");
	free(within);
}

gm_status symptom_find(const unit *u, worker *w, check_result *r, const judge_budget *budget, const float *const *got,
                       gm_error *error)
{
	const tensor_result *t = worst_of(r);
	if (!t || t->worst < 0)
		return GM_OK;
	if (r->pass == PASS_FWD && !r->tags) // special values say nothing of readings
		find_readings(u, r, budget, got);
	if (!isnan(t->got) || isnan(t->want))
		return GM_OK;
	const size_t row = gm_tensors_find(u->c->tensors, r->where);
	worker_poison(w, OTHER_POISON);
	gm_status status = worker_run(w, r->pass == PASS_BWD ? GM_PASS_BWD : GM_PASS_FWD, error);
	worker_poison(w, WORKER_POISON);
	if (status != GM_OK)
		return status;
	r->symptom = symptom_of(t, got[row][t->worst]);
	say(u, r, row, t);
	return GM_OK;
}

/* ---- goldens ---- */

static void append_reading(void *context, const char *name)
{
	char *text = context;
	const size_t used = strlen(text);
	snprintf(text + used, 200 - used, "%s%s", used ? ", or " : "; ", name);
}

void symptom_of_golden(const unit *u, char text[200])
{
	const gm_tensors *tensors = u->c->tensors;
	double *within = calloc(tensors->count, sizeof *within);
	float **got = calloc(tensors->count, sizeof *got);
	text[0] = '\0';
	for (size_t k = 0; within && got && k < tensors->count; k++) {
		const double *golden = tensors->row[k].role == GM_ROLE_OUTPUT ? u->c->golden64[k] : NULL;
		got[k] = golden ? malloc(tensors->row[k].count * sizeof **got) : NULL;
		for (size_t i = 0; got[k] && i < tensors->row[k].count; i++) {
			got[k][i] = (float)golden[i];
			within[k] = fmax(within[k], READING_GOLDEN * fabs(golden[i]));
		}
	}
	if (within && got)
		(void)judge_readings(&u->judged.problem, (const float *const *)got, within, append_reading, text);
	bits_release(u, got);
	free(within);
}

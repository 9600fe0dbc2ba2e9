/* SPDX-License-Identifier: MIT */
/* check_unit.h - inside the engine of check: one case on its way through all variants.
 *
 *   check_unit.c    budgets, workers, the order of runs
 *   check_record.c  verdicts -> a record, and the sentence of a failure
 *   check_bits.c    bit classes, and forward with against without a tape */
#ifndef TOOLS_CHECK_UNIT_H
#define TOOLS_CHECK_UNIT_H

#include "check.h"
#include "judge.h"

enum { UNIT_FWD = 0, UNIT_BWD = 1, UNIT_PASSES = 2 };

typedef struct oracle { /* what the first canonical variant of a bit class left */
	char bit_class[48], name[48];
	float **value[UNIT_PASSES]; /* by row; NULL: that pass has not been seen yet */
} oracle;

typedef struct unit {
	const check_plan *plan;
	const gm_case *c;
	int has_pass[UNIT_PASSES]; /* asked for, and the case has goldens of it */
	unsigned char *absent;     /* by row: not given, not wanted */
	judge_problem problem;
	judge_budget *budget[GM_CLASSES];
	oracle *oracle; /* as many as variants at most */
	size_t oracles;
	int alone; /* a repetition: what passes is flaky */
	json_t *records;
} unit;

/* Is the tensor judged in this pass of the case? */
int unit_judges(const unit *u, int pass, size_t row);
const char *unit_pass_name(int pass);

/* A record of variant and pass with status skipped and nothing measured. */
json_t *record_begin(const unit *u, const check_variant *v, int pass);
void record_status(json_t *record, const char *status, reason_code code, const char *reason);
/* The status that a library's status means: unsupported, skipped, else fail; a time-out is marked for repetition. */
void record_failure(json_t *record, gm_status status, const char *reason);
/* Judges the tensors got[row] of the pass into the record: status, used, where, tensors, digest ... */
void record_verdict(const unit *u, json_t *record, const judge_budget *budget, int pass, const float *const *got);
/* Worst share of the budget by PyTorch's own float32 results; negative if the case has none. */
double torch_share(const unit *u, const judge_budget *budget, int pass);
/* Record of kind case; budget NULL: nothing is known but its id. */
json_t *record_case(const unit *u, const judge_budget *budget);

/* Compares got with the oracle of v's bit class, or becomes it; a difference turns the record into a failure. */
gm_status bits_against_class(unit *u, json_t *record, const check_variant *v, int pass, const float *const *got,
                             gm_error *error);
/* Compares a forward without a tape with the one that had it. */
void bits_against_tape(const unit *u, json_t *record, const float *const *with_tape, const float *const *without);
void bits_free(unit *u);
/* Copies of the tensors of a pass, by row; NULL without memory. */
float **bits_copy(const unit *u, int pass, const float *const *got);
void bits_release(const unit *u, float **copy); /* NULL allowed */

/* "-0.01734", "3.7e-3", "NaN": digits significant ones, short exponents. */
void number_text(double value, int digits, char text[32]);
/* "got G want W err E, allowed A (X x)". */
void error_text(double got, double want, double allowed, char text[192]);

#endif

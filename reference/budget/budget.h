/* SPDX-License-Identifier: MIT */
/* budget.h - the allowed error of every element of a result, derived from the problem: the double reference runs S
 * times with every operation perturbed as float32 would; the spread, pooled with its row's, is the scale; a result may
 * be off by K scales.  Rule, constants and their calibration: reference/BUDGET.md.
 *
 *   scale = max(s, 0.5 * RMS of s over the row's     s = RMS over samples of (sample - reference)
 *           elements with s > 0)
 *
 * A row is the last axis (a bias gradient: the H elements of a gate).  Rows whose s exceeds 1e-3 of their RMS,
 * that follow a chaotic step, that a relu's kink can turn within the noise, or of a case whose intermediates exceed
 * 2^120, are unfit: counted, never passed, never failed.
 *
 * No static state: budgets may be made and used in any number of threads at once. */
#ifndef REFERENCE_BUDGET_H
#define REFERENCE_BUDGET_H

#include "gatemark/tensors.h"

#define JUDGE_VERSION 1
#define JUDGE_SAMPLES 16
#define JUDGE_K       12.0
#define JUDGE_UNFIT   1e-3

typedef struct judge_problem { /* what is judged; all indexed by row of tensors */
	const gm_spec *spec;
	const gm_tensors *tensors;
	void *const *data;             /* float32 inputs as given to the variant (lengths int64) */
	const double *const *golden64; /* or NULL: the reference itself is what is wanted */
	const char *id;                /* seeds the noise together with JUDGE_VERSION: verdicts do not depend on the host */
	int backward;                  /* 1: gradients are judged too */
} judge_problem;

typedef struct judge_budget judge_budget; /* want and scale of every element */

/* Runs the reference 1 + JUDGE_SAMPLES times; as many again if values repeat in time (errors then add up); 8 more for
 * the gradients of cells with kinks (rnn_relu).  With golden64 the reference must equal it to 1e-12 of the tensor's
 * largest magnitude in every fit row (GM_BAD_FIXTURE naming tensor and element otherwise).  problem->tensors must
 * outlive the budget, the rest of the problem need not.  For a class with rounded weights data holds the weights it
 * multiplies. */
GM_CHECKED gm_status judge_budget_create(const judge_problem *problem, gm_class accuracy_class, judge_budget **budget,
                                         gm_error *error);
void judge_budget_destroy(judge_budget *budget); /* NULL allowed */

typedef struct judge_facts {            /* of the case, not of a result */
	int coherent;                       /* values repeat in time: scales come from correlated samples too */
	int overflow;                       /* an intermediate exceeds 2^120: nothing is fit */
	double max_abs;                     /* largest finite intermediate */
	double min_kink;                    /* smallest |pre-activation| of a relu; INFINITY if none */
	size_t rows, unfit_rows, kink_rows; /* kink_rows: of the unfit ones, those that a kink made so */
} judge_facts;
void judge_budget_facts(const judge_budget *budget, judge_facts *facts);
/* Why nothing of it is fit: "every row is unfit: ...", with the number and the limit. */
void judge_unfit_text(const judge_budget *budget, char text[160]);

/* Want and allowed error (K * scale + 2^-149) of a tensor, for reports and tests; NULL if it is not judged. */
const double *judge_want(const judge_budget *budget, size_t row);
const double *judge_scale(const judge_budget *budget, size_t row);

#endif

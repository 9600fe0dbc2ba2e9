/* SPDX-License-Identifier: MIT */
/* judged_run.h - one contestant on one problem: planned, its inputs placed, run, judged with the weights that it really
 * multiplies, compared in bits with the others of its class.  `check` does it for golden cases, `bench` before timing.
 *
 *   run_plan -> worker_run -> run_effective -> judged_budget -> judged_verdict -> judged_bits_of */
#ifndef BENCH_JUDGED_RUN_H
#define BENCH_JUDGED_RUN_H

#include "judge/judge.h"
#include "record/result.h"
#include "worker/worker.h"

typedef struct contestant {
	worker_variant info;
	const char *plugin; /* where it comes from, with a slash; NULL = the built-in table */
	int runnable;
	reason_code code; /* not runnable: why, */
	char why[128];    /* and in a sentence with its name and what is missing */
	int literal;      /* how often it was named without a glob */
} contestant;

/* ---- running ---- */

#define RUN_PATIENT 300.0 /* times as long as "scalar-plain" a contestant is waited for */
/* That, in FLOP/s, by what "scalar-plain" does in workers like these.  0: it cannot be told. */
double run_slowest(const worker_launch *like);
/* Of one that timed out so often nothing more is run, and that is a failure. */
enum { RUN_TIMEOUTS = 3 };
#define RUN_GIVEN_UP "not run: given up after 3 time-outs"
_Static_assert(RUN_TIMEOUTS == 3, "RUN_GIVEN_UP says how many");

/* Options of a plan for that size and mode, one thread. */
gm_plan_opts run_options(const gm_spec *spec, uint32_t mode);
/* Plans the problem's spec and tensors and copies its data, where there are any, into the worker's arena.  absent and
 * status as of worker_plan. */
GM_CHECKED gm_status run_plan(worker *w, const char *variant, const judge_problem *problem, const unsigned char *absent,
                              const gm_plan_opts *opts, gm_error *error);
/* After a good run: effective[row] of the weights that are not as given, NULL elsewhere. */
void run_effective(const worker *w, const gm_tensors *tensors, const float **effective);

/* Does the pass leave this tensor behind? */
static inline int judged_left(gm_pass pass, const gm_tensor *tensor)
{
	return tensor->role == GM_ROLE_OUTPUT || (tensor->role == GM_ROLE_GRAD && gm_pass_backward(pass));
}

/* ---- judging ---- */

typedef struct judged_bits { /* what the first of a bit class gave */
	char bit_class[48], name[48];
	int pass;
	uint64_t digest;
	float **value; /* by row, or NULL; owned */
} judged_bits;

typedef struct judged { /* a problem that contestants are judged on */
	judge_problem problem;
	judge_budget *budget[GM_CLASSES]; /* made when first asked for */
	judged_bits *bits;
	size_t bits_count;
} judged;

void judged_free(judged *j);

/* The budget for a contestant of that class: *budget is j's, or, of one that rounds its weights, *own, which the caller
 * destroys.  Such a one is judged against the reference alone: goldens are of the weights as given.  GM_MISMATCH: they
 * are not the given ones rounded. */
GM_CHECKED gm_status judged_budget(judged *j, gm_class accuracy_class, const float *const *effective,
                                   judge_budget **own, const judge_budget **budget, gm_error *error);

typedef struct judged_rows { /* tensors of one result, judged */
	judge_verdict worst;
	size_t worst_row; /* the one with the largest share of its budget; GM_NO_TENSOR: none was judged */
	size_t rows, unfit_rows, wrong, passed;
	int weak;
	uint64_t digest;
} judged_rows;

typedef struct judged_result { /* what a contestant left, by row */
	const gm_tensors *tensors;
	const unsigned char *picked; /* which rows are meant */
	const float *const *got;
} judged_result;

/* Judges the rows picked that are there; each (NULL allowed) is told every verdict. */
typedef void judged_each(void *context, const gm_tensor *tensor, const judge_verdict *verdict);
void judged_verdict(const judge_budget *budget, const judged_result *result, judged_each *each, void *context,
                    judged_rows *out);
/* The digest alone. */
uint64_t judged_digest(const judged_result *result);
/* "grad_weight_hh_l0[71,32] got G want W err E, allowed A (X x)" of the worst; without err where that is not finite,
 * without allowed where every sum is exact. */
void judged_text(const gm_tensors *tensors, const judged_rows *rows, char text[320]);

/* "canon1/poly/f32", or "" for a contestant whose bits are free. */
void judged_bit_class(const worker_variant *v, char text[48]);
/* What is known of that class and pass, or NULL; and room for what becomes known, NULL without memory. */
judged_bits *judged_bits_of(const judged *j, const char *bit_class, int pass);
judged_bits *judged_remember(judged *j, const char *bit_class, const char *name, int pass, uint64_t digest);

/* ---- rounded weights ---- */

/* 1: judged with the weights that it says it multiplies.  Only classes bf16w and int8w are; what a variant of another
 * class says does not count. */
int judged_rounds(gm_class accuracy_class, const gm_tensors *tensors, const float *const *effective);
/* GM_MISMATCH: one of them is further from the given one than the class rounds (bf16w a unit of the last of 8 bits,
 * int8w the matrix's largest / 127). */
GM_CHECKED gm_status judged_near_given(gm_class accuracy_class, const gm_tensors *tensors, void *const *given,
                                       const float *const *effective, gm_error *error);

#endif

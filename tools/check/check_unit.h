/* SPDX-License-Identifier: MIT */
/* check_unit.h - inside the engine of check: one case on its way through all variants.
 *
 *   judges.c         processes that judge, and their replacement
 *   check_unit.c     workers, the order of runs
 *   check_forms.c    other forms of the same call
 *   check_record.c   verdicts and bits -> a result, and the sentence of a failure
 *   check_symptom.c  what a failure can tell of its cause: poison, another reading of the weights */
#ifndef TOOLS_CHECK_UNIT_H
#define TOOLS_CHECK_UNIT_H

#include "check.h"
#include "judges.h"

typedef struct unit {
	const check_plan *plan;
	const gm_case *c;
	judged judged;                       /* its bits have values, for the sentence of a difference */
	unsigned char *absent;               /* by row: not given, not wanted; owns picked too */
	unsigned char *picked[CHECK_PASSES]; /* by row: judged in this pass */
	int has_pass[CHECK_PASSES];          /* asked for, and the case has goldens of it */
	int alone;                           /* a repetition: what passes is flaky */
	board_hand *hand;                    /* what is said of the judge at work */
	const board_blame *blame;            /* by variant */
	atomic_uint *late;                   /* the same */
	double slowest;                      /* of worker_launch */
	size_t judges;                       /* at work, at most */
	case_results *out;
} unit;

typedef struct attempt { /* one variant on the case */
	const contestant *v;
	worker_launch launch;
	judge_budget *own; /* of a variant that rounds its weights */
	worker *w;
	int no_memory;                     /* for judging it: not its fault, as its own lack of memory would be */
	int taped;                         /* planned for training; else the forward is inference */
	check_result result[CHECK_PASSES]; /* those that u->has_pass */
	const float **got, **effective;    /* by row: where the worker left its results; weights it rounded */
} attempt;

/* The judge at work still is: between messages to a worker. */
static inline void unit_step(const unit *u) { u->hand->beat++; }

/* Of a step of judging. */
static inline gm_status attempt_judging(attempt *a, gm_status status)
{
	a->no_memory |= status == GM_NO_MEMORY;
	return status;
}

enum { EXACT = 0, LARGER = 2 }; /* steps and batch rows of a plan that no call uses */
/* Plans in the attempt's worker and fills its inputs. */
gm_status attempt_plan(unit *u, attempt *a, uint32_t mode, size_t room, gm_error *error);
gm_status attempt_budget(unit *u, attempt *a, const judge_budget **budget, gm_error *error);
/* Of a pass that is right in its plain form; the first form that is wrong is told. */
gm_status attempt_forms(unit *u, attempt *a, check_pass pass, gm_error *error);

/* A piece of work.  Fills out, to be freed: a result of each variant x pass; with CHECK_ALL what is said of the case
 * itself.  number: of the judge. */
gm_status check_unit(const check_plan *plan, check_board *board, size_t number, const check_work *work,
                     case_results *out, gm_error *error);

/* A result of variant and pass with status skipped and nothing measured. */
void result_begin(const unit *u, const contestant *v, check_pass pass, check_result *r);
/* What a library's status means: unsupported, skipped, else fail; a time-out waits for its repetition. */
void result_failure(check_result *r, gm_status status, const char *reason);
/* A failure of a variant that took its judge with it, or that is not run any more. */
void result_blame(check_result *r, const board_blame *blame);
void result_given_up(check_result *r);
/* Judges the tensors got[row] of the pass into the result: status, used, where, tensors, digest ... */
void result_verdict(const unit *u, check_result *r, const judge_budget *budget, const float *const *got);
/* Adds to a result that is wrong what its numbers alone do not tell, in its reason too.  Where a NaN is not wanted the
 * pass runs once more on other poison: got is spoilt then.  GM_OK, or what ended the worker. */
gm_status symptom_find(const unit *u, worker *w, check_result *r, const judge_budget *budget, const float *const *got,
                       gm_error *error);
/* "; gates look like i o f g (ONNX)" of a golden that the reference contradicts, or "". */
void symptom_of_golden(const unit *u, char text[200]);
/* Judges what another form of the call left; of gradients of weights the share that is wanted, which is exact.  What is
 * wrong makes the result a failure that begins with the form's words. */
gm_status result_form(const unit *u, check_result *r, const judge_budget *budget, const float *const *got,
                      const char *words, float share);
/* Worst share of the budget by PyTorch's own float32 results; negative if the case has none. */
double torch_share(const unit *u, const judge_budget *budget, check_pass pass);
/* Fills u->out->facts; budget NULL: nothing is known but the id. */
gm_status facts_of_case(const unit *u, const judge_budget *budget, gm_error *error);

/* Compares got with what the first of v's bit class gave, or becomes that; a difference is a failure. */
gm_status bits_against_class(unit *u, check_result *r, const float *const *got, gm_error *error);
/* Turns the result into a failure if got is not want; from: whose that is.  1: it has. */
int bits_compare(const unit *u, check_result *r, const char *from, const float *const *got, const float *const *want);
/* Copies of the tensors of a pass, by row; NULL without memory. */
float **bits_copy(const unit *u, check_pass pass, const float *const *got);
void bits_release(const unit *u, float **copy); /* NULL allowed */

#endif

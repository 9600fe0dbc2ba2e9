/* SPDX-License-Identifier: MIT */
/* answers.h - was a call of a timed block right?  What it was asked is known (worker/vary.h), so a canonical row of our
 * own, judged right on the problem as given, is asked the same in a process of its own.
 *
 * A contestant of that row's bit class must give its bits.  Any other may be off by twice what the problem as given
 * allows the worst of an element's row: twice, since both are off, and the row's worst, since which of its elements are
 * saturated changes with the values; a state carried over k calls by k times that, as the errors of k steps add up.
 * Of a sampled problem every element of a tensor may be off by four times what the sample allows its worst, a sum over
 * more terms (a gradient of weights) by the root of how many more on top. */
#ifndef BENCH_ANSWERS_H
#define BENCH_ANSWERS_H

#include "judged_run.h"
#include "sample.h"

typedef struct timed_call {
	vary vary;       /* of its block; of the whole problem */
	uint64_t sample; /* of the block */
	uint64_t calls;  /* it is the last of so many of the sample */
} timed_call;

typedef struct answers answers; /* judges the timed calls of one problem */

/* whole and sample (NULL: judged in full) must live as long; judged is the problem that contestants are judged on, and
 * lends its budgets. */
GM_CHECKED gm_status answers_create(judged *judged, const judge_problem *whole, const bench_sample *sample,
                                    int in_place, answers **t, gm_error *error);
void answers_destroy(answers *t); /* NULL allowed */

/* The canonical row, and what it leaves of the problem as given: got[row], until the next answers_judge. */
void answers_canonical(const answers *t, contestant *canonical);
GM_CHECKED gm_status answers_given(answers *t, void **got, gm_error *error);

/* got and effective: [row] what the call left.  GM_MISMATCH with a sentence: wrong.  Others: could not be judged. */
GM_CHECKED gm_status answers_judge(answers *t, const contestant *who, const timed_call *call, void *const *got,
                                   const float *const *effective, gm_error *error);

#endif

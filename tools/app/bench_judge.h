/* SPDX-License-Identifier: MIT */
/* bench_judge.h - the judge of a race (race_judge of race.h): nothing is timed on a problem before it was right on that
 * very problem.  By budget where that is affordable, on a sample of the problem where not, and by bits for canonical
 * variants whose bit class has already been judged on it.  Calls in between are judged by a canonical row's answer to
 * what they were asked (judged/answers.h), and so is all that a sample leaves out. */
#ifndef TOOLS_BENCH_JUDGE_H
#define TOOLS_BENCH_JUDGE_H

#include "judged/answers.h"
#include "protocol/race.h"

#define BENCH_JUDGE_FLOPS 0.25e9 /* of the largest problem judged in full, and of a sample */

#define BENCH_JUDGE_KEPT 32

typedef struct kept_budgets { /* of a problem judged in full, in case it comes up again */
	char id[GM_SPEC_TEXT + 32];
	gm_tensors *tensors;
	judge_budget *budget[GM_CLASSES];
} kept_budgets;

typedef struct bench_judge {
	int no_fork;
	uint64_t seed;
	uint64_t hidden;            /* of the samples: drawn from the system with the first; 0: not yet */
	double flops;               /* 0 = BENCH_JUDGE_FLOPS */
	char id[GM_SPEC_TEXT + 32]; /* of the problem at hand; seeds its noise */
	judged judged;              /* it, or its sample; bits of those that were right */
	unsigned char *results;     /* by row: what the pass leaves */
	gm_tensors *tensors;        /* its own, which budgets need; NULL: of the sample */
	bench_sample sample;        /* without tensors: judged in full */
	answers *answers;           /* answers to timed calls; NULL until the first is judged */
	kept_budgets kept[BENCH_JUDGE_KEPT];
	size_t kept_count;
	double kept_bytes;
} bench_judge;

void bench_judge_free(bench_judge *j);

race_judge bench_judge_one;

#endif

/* SPDX-License-Identifier: MIT */
/* bench_judge.h - the judge of a race (race_judge of race.h): nothing is timed on a problem before it was right on that
 * very problem.  By budget where that is affordable, on a sample of the problem where not, and by bits for canonical
 * variants whose bit class has already been judged on it. */
#ifndef TOOLS_BENCH_JUDGE_H
#define TOOLS_BENCH_JUDGE_H

#include "judged/sample.h"
#include "judged/judged_run.h"
#include "protocol/race.h"

#define BENCH_JUDGE_FLOPS 0.25e9 /* of the largest problem judged in full, and of a sample */

typedef struct bench_judge {
	int no_fork;
	uint64_t seed;
	double flops;               /* 0 = BENCH_JUDGE_FLOPS */
	char id[GM_SPEC_TEXT + 32]; /* of the problem at hand; seeds its noise */
	judged judged;              /* it, or its sample; bits of those that were right */
	unsigned char *results;     /* by row: what the pass leaves */
	bench_sample sample;        /* without tensors: judged in full */
} bench_judge;

race_judge bench_judge_one;

#endif

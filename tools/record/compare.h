/* SPDX-License-Identifier: MIT */
/* compare.h - which of two is faster: the one rule of bench, choose and report.  Three values: what is not proved is
 * undecided, never equal. */
#ifndef RECORD_COMPARE_H
#define RECORD_COMPARE_H

#include "result.h"

#define COMPARE_DELTA 0.02 /* a smaller difference is of no interest; stands in records as `delta` */

typedef struct span { /* one time over another, and its 95 % interval */
	double value, low, high;
} span;

/* Of the ratio of another's time to ours.  TIME_EQUAL: the whole interval is within a factor 1 + delta; else
 * TIME_FASTER: the whole interval is above 1; else TIME_UNDECIDED, also if there is none (NAN). */
comparison compare_times(span other_to_ours, double delta);
/* a / b, where both are times over the same one. */
span compare_through(span a, span b);

#endif

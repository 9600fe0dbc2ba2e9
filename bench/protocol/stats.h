/* SPDX-License-Identifier: MIT */
/* stats.h - the few statistics that judge times: order statistics and an interval.  Checked against SciPy
 * (tests/bench/stats_scipy.py).  No allocation; no hidden state: random streams start from a given seed. */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stddef.h>
#include <stdint.h>

typedef struct stats_interval {
	double low, high;
} stats_interval;

/* Draws from a stream of base/random.h, in order: *stream is the stream at first. */
uint64_t stats_below(uint64_t *stream, uint64_t bound); /* uniform in 0..bound-1, bound >= 1, unbiased */
double stats_uniform(uint64_t *stream);                 /* in [0, 1), 53 bits */
double stats_normal(uint64_t *stream);                  /* mean 0, deviation 1 */

void stats_sort(double *values, size_t n);
/* Linear interpolation between order statistics (NumPy's default, "type 7").  n >= 1, 0 <= p <= 1. */
double stats_quantile(const double *sorted, size_t n, double p);
double stats_median(double *values, size_t n); /* sorts values */

/* Values in groups: group g is value[start[g]] .. value[start[g + 1] - 1]. */
typedef struct stats_groups {
	const double *value;
	const size_t *start; /* groups + 1 entries, the first 0 */
	size_t groups;
} stats_groups;

/* Percentile interval of the median, of 95 %, by the hierarchical bootstrap: groups drawn with replacement, then values
 * within each drawn group; its distances from the median are multiplied by stats_widening(groups that have values).
 * resamples >= 100; scratch: resamples + groups * largest group.  No value at all: NAN..NAN. */
stats_interval stats_bootstrap_median(const stats_groups *groups, size_t resamples, uint64_t seed, double *scratch);

/* A few groups show too little of the spread between them: t(groups - 1)/1.96 * sqrt(groups/(groups - 1)), which
 * keeps the share of missed medians under 5 % in simulation (tests/bench/test_stats.c).  1 for one group, whose
 * interval speaks of that group alone. */
double stats_widening(size_t groups);

#endif

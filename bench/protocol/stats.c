/* SPDX-License-Identifier: MIT */
/* stats.c - quantiles, intervals, paired ratios.  Sorting is qsort on doubles without NaNs (callers keep them out). */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

#define STATS_CONFIDENCE 0.95

uint64_t stats_below(uint64_t *stream, uint64_t bound)
{
	const uint64_t limit = UINT64_MAX - UINT64_MAX % bound; // a multiple of bound
	uint64_t drawn;
	do
		drawn = random_next(stream);
	while (drawn >= limit);
	return drawn % bound;
}

double stats_uniform(uint64_t *stream) { return (double)(random_next(stream) >> 11) * 0x1p-53; }

double stats_normal(uint64_t *stream)
{
	const double radius = sqrt(-2.0 * log(1.0 - stats_uniform(stream)));
	return radius * cos(6.283185307179586 * stats_uniform(stream));
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

void stats_sort(double *values, size_t n) { qsort(values, n, sizeof *values, ascending); }

double stats_quantile(const double *sorted, size_t n, double p)
{
	const double place = p * (double)(n - 1);
	const size_t below = (size_t)place;
	if (below + 1 >= n)
		return sorted[n - 1];
	return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

double stats_median(double *values, size_t n)
{
	stats_sort(values, n);
	return stats_quantile(values, n, 0.5);
}

double stats_widening(size_t groups)
{
	static const double t975[] = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
	                              2.2010,  2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860};
	const size_t known = sizeof t975 / sizeof *t975;
	if (groups < 2)
		return 1.0;
	const double t = groups - 2 < known ? t975[groups - 2] : 2.0860; // above 20 degrees of freedom: not less
	return t / 1.959964 * sqrt((double)groups / (double)(groups - 1));
}

/* One draw into out; returns its size (0: only empty groups were drawn, which the caller draws again). */
static size_t draw(const stats_groups *groups, uint64_t *stream, double *out)
{
	size_t drawn = 0;
	for (size_t i = 0; i < groups->groups; i++) {
		const size_t g = stats_below(stream, groups->groups);
		const size_t first = groups->start[g], size = groups->start[g + 1] - first;
		for (size_t j = 0; j < size; j++)
			out[drawn++] = groups->value[first + stats_below(stream, size)];
	}
	return drawn;
}

stats_interval stats_bootstrap_median(const stats_groups *groups, size_t resamples, uint64_t seed, double *scratch)
{
	const size_t values = groups->start[groups->groups];
	size_t filled = 0;
	for (size_t g = 0; g < groups->groups; g++)
		filled += groups->start[g + 1] > groups->start[g];
	if (values == 0)
		return (stats_interval){NAN, NAN};
	double *const medians = scratch, *const drawn = scratch + resamples;
	uint64_t stream = seed;
	for (size_t i = 0; i < resamples; i++) {
		size_t size;
		do
			size = draw(groups, &stream, drawn);
		while (size == 0);
		medians[i] = stats_median(drawn, size);
	}
	stats_sort(medians, resamples);
	memcpy(drawn, groups->value, values * sizeof *drawn);
	const double median = stats_median(drawn, values), wide = stats_widening(filled);
	const double low = stats_quantile(medians, resamples, (1.0 - STATS_CONFIDENCE) / 2.0);
	const double high = stats_quantile(medians, resamples, (1.0 + STATS_CONFIDENCE) / 2.0);
	return (stats_interval){median - wide * (median - low), median + wide * (high - median)};
}

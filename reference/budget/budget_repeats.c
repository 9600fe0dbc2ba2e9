/* SPDX-License-Identifier: MIT */
/* budget_repeats.c - is a sequence constant or periodic in time?  Then equal values round equally at every period, and
 * the errors of a sum over steps add up instead of averaging out (measured: 72 to 128 plain scales at T 2000).
 *
 * A lag p counts as a period if at least half of all (t, n) with t >= p have row t within 1e-5 of row t-p: rows that
 * close differ by few enough ulps for their rounding errors to be alike.  Lags go up to T/2, at most 128. */
#include "budget_tensor.h"
#include "model/locate.h"

#include <math.h>

#define CLOSE 1e-5
#define LAGS  128

static int close_rows(const double *a, const double *b, size_t width)
{
	double difference = 0, norm = 0;

	for (size_t i = 0; i < width; i++) {
		double d = a[i] - b[i];

		if (i == 8 && difference > norm * 0.01)
			return 0; // the usual case, told cheaply
		difference += d * d;
		norm += a[i] * a[i] + b[i] * b[i];
	}
	return difference <= CLOSE * CLOSE * norm;
}

static int has_period(const gm_spec *spec, const int64_t *lengths, const double *sequence, size_t width, size_t lag)
{
	size_t pairs = 0, alike = 0;

	for (size_t n = 0; n < spec->N; n++) {
		size_t steps = lengths ? (size_t)lengths[n] : spec->T;

		for (size_t t = lag; t < steps; t++, pairs++)
			alike += close_rows(sequence + sequence_row(spec, t, n) * width,
			                    sequence + sequence_row(spec, t - lag, n) * width, width) != 0;
	}
	return pairs > 0 && 2 * alike >= pairs;
}

int budget_repeats(const gm_spec *spec, const int64_t *lengths, const double *sequence, size_t width)
{
	for (size_t lag = 1; lag <= spec->T / 2 && lag <= LAGS; lag++)
		if (has_period(spec, lengths, sequence, width, lag))
			return 1;
	return 0;
}

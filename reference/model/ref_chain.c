/* SPDX-License-Identifier: MIT */
/* ref_chain.c - the loops of ref_chain.h.  Columns are taken in blocks so that sums and squares stay in the
 * nearest cache while rows of b stream past. */
#include "ref_chain.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 256 };

static void add_exact(double *restrict sum, const double *restrict b, double a, size_t n)
{
	for (size_t j = 0; j < n; j++)
		sum[j] += a * b[j];
}

static void add_squares(double *restrict sum, double *restrict square, const double *restrict b, double a, size_t n)
{
	for (size_t j = 0; j < n; j++) {
		double product = a * b[j], partial = sum[j] + product;

		sum[j] = partial;
		square[j] += product * product + partial * partial;
	}
}

static void add_plain(double *restrict sum, double *restrict square, const double *restrict b, size_t n)
{
	for (size_t j = 0; j < n; j++) {
		sum[j] += b[j];
		square[j] += sum[j] * sum[j];
	}
}

void ref_chain_add(double *sum, double *square, size_t n, const ref_terms *terms)
{
	for (size_t at = 0; at < n; at += BLOCK) {
		size_t width = n - at < BLOCK ? n - at : BLOCK;

		for (size_t i = 0; i < terms->count; i++) {
			size_t k = terms->order ? terms->order[i] : i;
			const double *b = terms->b + k * terms->b_step + at;
			double a = terms->a ? terms->a[k * terms->a_step] : 1;

			if (!square)
				add_exact(sum + at, b, a, width);
			else if (terms->a)
				add_squares(sum + at, square + at, b, a, width);
			else
				add_plain(sum + at, square + at, b, width);
		}
	}
}

double *ref_chain_squares(const ref_errors *errs, size_t n)
{
	if (!errs->noise && !errs->stats)
		return NULL;
	memset(errs->squares, 0, n * sizeof *errs->squares);
	return errs->squares;
}

/* Coherent errors: the same rounding at every step makes the error of a sum over steps grow like
 * count/2 * |sum| * u instead of the root; a quarter of that as standard deviation (calibrated). */
static double coherent(const ref_noise *noise, size_t count)
{
	const double share = 0.25, uniform = 1.7320508075688772; // a uniform's amplitude over its deviation

	return uniform * share * noise->relative * 0.5 * (double)count;
}

void ref_chain_end(double *sum, const double *square, size_t n, size_t count, const ref_errors *errs, ref_site place)
{
	const ref_noise *noise = errs->noise;
	uint64_t stream = ref_stream(errs, place);
	double largest = 0, relative, absolute, drift;

	if (errs->stats) {
		for (size_t j = 0; j < n; j++)
			largest = square[j] > largest ? square[j] : largest;
		errs->stats->max_abs = fmax(errs->stats->max_abs, sqrt(largest));
		ref_note(errs, sum, n);
	}
	if (!noise)
		return;
	relative = noise->relative * noise->relative;
	absolute = noise->absolute * noise->absolute * (double)count;
	drift = place.over_time && noise->correlated ? coherent(noise, count) : 0;
	for (size_t j = 0; j < n; j++) {
		uint64_t z = random_draw(stream, j);
		double own = sqrt(relative * square[j] + absolute) * noise_unit((uint32_t)(z >> 32));
		double error = own + drift * sum[j] * noise_unit((uint32_t)z);

		sum[j] += fabs(error) < INFINITY ? error : 0; // an infinite sum stays itself
	}
}

void ref_chain(double *sum, size_t n, const ref_terms *terms, const ref_errors *errs, ref_site place)
{
	double *square = ref_chain_squares(errs, n);

	ref_chain_add(sum, square, n, terms);
	ref_chain_end(sum, square, n, terms->count, errs, place);
}

uint64_t ref_stream(const ref_errors *errs, ref_site place)
{
	return errs->noise ? noise_stream(errs->noise, errs->seed, place.operation, place.t, place.n) : 0;
}

void ref_round(double *values, size_t n, const ref_errors *errs, ref_site place)
{
	uint64_t stream = ref_stream(errs, place);

	for (size_t j = 0; j < n; j++) {
		noise_rounding pen = noise_rounding_at(errs->noise, stream, j);

		values[j] = fl(&pen, values[j]);
	}
	ref_note(errs, values, n);
}

void ref_note(const ref_errors *errs, const double *values, size_t n)
{
	double largest = 0;

	if (!errs->stats)
		return;
	for (size_t j = 0; j < n; j++)
		largest = fabs(values[j]) > largest ? fabs(values[j]) : largest;
	errs->stats->max_abs = fmax(errs->stats->max_abs, largest);
}

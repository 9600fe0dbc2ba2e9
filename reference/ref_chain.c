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

void ref_chain_add(double *sum, double *square, size_t n, const ref_terms *terms)
{
	for (size_t at = 0; at < n; at += BLOCK) {
		size_t width = n - at < BLOCK ? n - at : BLOCK;

		for (size_t i = 0; i < terms->count; i++) {
			size_t k = terms->order ? terms->order[i] : i;
			const double *b = terms->b + k * terms->b_step + at;

			if (square)
				add_squares(sum + at, square + at, b, terms->a[k * terms->a_step], width);
			else
				add_exact(sum + at, b, terms->a[k * terms->a_step], width);
		}
	}
}

void ref_chain_plain(double *sum, double *square, size_t n, const ref_terms *terms)
{
	for (size_t i = 0; i < terms->count; i++) {
		const double *b = terms->b + (terms->order ? terms->order[i] : i) * terms->b_step;

		for (size_t j = 0; j < n; j++)
			sum[j] += b[j];
		for (size_t j = 0; square && j < n; j++)
			square[j] += sum[j] * sum[j];
	}
}

double *ref_chain_squares(const ref_errors *errs, double *scratch, size_t n)
{
	if (!errs->noise && !errs->stats)
		return NULL;
	memset(scratch, 0, n * sizeof *scratch);
	return scratch;
}

/* Coherent errors: the same rounding at every step makes the error of a sum over steps grow like
 * count/2 * |sum| * u instead of the root; a quarter of that as standard deviation (calibrated). */
static double coherent(const ref_noise *noise, size_t count)
{
	const double share = 0.25, uniform = 1.7320508075688772; // a uniform's amplitude over its deviation

	return uniform * share * noise->relative * 0.5 * (double)count;
}

static void perturb(double *sum, const double *square, size_t n, size_t count, double drift, const ref_noise *noise,
                    uint64_t stream)
{
	double relative = noise->relative * noise->relative;
	double absolute = noise->absolute * noise->absolute * (double)count;

	for (size_t j = 0; j < n; j++) {
		uint64_t z = random_draw(stream, j);
		double own = sqrt(relative * square[j] + absolute) * noise_unit((uint32_t)(z >> 32));
		double error = own + drift * sum[j] * noise_unit((uint32_t)z);

		sum[j] += fabs(error) < INFINITY ? error : 0; // an infinite sum stays itself
	}
}

void ref_chain_end(double *sum, const double *square, size_t n, size_t count, int over_time, const ref_errors *errs,
                   ref_site place)
{
	const ref_noise *noise = errs->noise;

	if (errs->stats) {
		double largest = 0;

		for (size_t j = 0; j < n; j++)
			largest = square[j] > largest ? square[j] : largest;
		errs->stats->max_abs = fmax(errs->stats->max_abs, sqrt(largest));
		ref_note(errs, sum, n);
	}
	if (noise)
		perturb(sum, square, n, count, over_time && noise->correlated ? coherent(noise, count) : 0, noise,
		        ref_stream(errs, place));
}

uint64_t ref_stream(const ref_errors *errs, ref_site place)
{
	return errs->noise ? noise_stream(errs->noise, errs->seed, place.operation, place.t, place.n) : 0;
}

void ref_add(double *out, const double *a, const double *b, size_t n, const ref_errors *errs, ref_site place)
{
	uint64_t stream = ref_stream(errs, place);

	for (size_t j = 0; j < n; j++) {
		noise_rounding pen = noise_rounding_at(errs->noise, stream, j);

		out[j] = fl(&pen, a[j] + b[j]);
	}
	ref_note(errs, out, n);
}

void ref_multiply(double *out, const double *a, const double *b, size_t n, const ref_errors *errs, ref_site place)
{
	uint64_t stream = ref_stream(errs, place);

	for (size_t j = 0; j < n; j++) {
		noise_rounding pen = noise_rounding_at(errs->noise, stream, j);

		out[j] = fl(&pen, a[j] * b[j]);
	}
	ref_note(errs, out, n);
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

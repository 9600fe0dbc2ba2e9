/* SPDX-License-Identifier: MIT */
/* scan_judge.c - chunks of arguments, their exact values, and the measures (scan_judge.h). */
#include "scan_judge.h"

#include <math.h>
#include <string.h>

#include "base/random.h"

static const uint32_t infinity_bits = 0x7f800000u;

float scan_float(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof x);
	return x;
}

static uint32_t bits_of(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof bits);
	return isnan(x) ? 0x7fc00000u : bits;
}

/* Position on the grid of floats. */
static int64_t grid(float x)
{
	uint32_t bits = bits_of(x);

	return bits >> 31 ? -(int64_t)(bits & 0x7fffffffu) : (int64_t)bits;
}

static double finite(double x) { return fabs(x) > 0x1p128 ? copysign(0x1p128, x) : x; }

/* 1/ulp of float at a normal x, exact; from 2^127 on as there. */
static double per_ulp(double x)
{
	uint64_t bits, exponent;

	memcpy(&bits, &x, sizeof bits);
	exponent = (bits >> 52) & 0x7ff;
	exponent = exponent > 1023 + 127 ? 1023 + 127 : exponent;
	bits = (2046 + 23 - exponent) << 52;
	memcpy(&x, &bits, sizeof x);
	return x;
}

static void raise(double *worst, uint32_t *at, double error, uint32_t bits)
{
	if (error < *worst || (error == *worst && bits >= *at))
		return;
	*worst = error;
	*at = bits;
}

static uint64_t mix(uint32_t argument, uint32_t result) { return random_draw((uint64_t)argument << 32 | result, 0); }

/* Errors, NaNs and hash of the arguments of one sign. */
static void judge_values(const scan_chunk *chunk, int negative, const double *want, const float *got, double lowest,
                         scan_found *found)
{
	const float *x = chunk->x[negative];

	for (size_t i = 1; i < chunk->n; i++) {
		uint32_t at = chunk->bits[i] | (uint32_t)negative << 31;
		double error;

		found->hash += mix(at, bits_of(got[i]));
		if (chunk->bits[i] > infinity_bits) {
			if (!isnan(got[i]) && !found->nan_lost++)
				found->nan_at = at;
			continue;
		}
		error = isnan(got[i]) ? (double)INFINITY : fabs(finite(got[i]) - want[i]);
		if (fabs(want[i]) >= 0x1p-126 && x[i] >= lowest)
			raise(&found->worst, &found->worst_at, error * per_ulp(want[i]), at);
		else
			raise(&found->absolute, &found->absolute_at, error * 0x1p149, at);
	}
}

/* The functions rise: so with the magnitude do results for positive arguments, and fall for negative ones. */
static void judge_order(const scan_chunk *chunk, int negative, const float *got, scan_found *found)
{
	for (size_t i = 1; i < chunk->n; i++) {
		float low = negative ? got[i] : got[i - 1];
		float high = negative ? got[i - 1] : got[i];
		uint64_t step;

		if (!(high < low) || chunk->bits[i] > infinity_bits || chunk->bits[i] - chunk->bits[i - 1] != 1)
			continue;
		step = (uint64_t)(grid(low) - grid(high));
		found->wrong_order++;
		found->step_back = step > found->step_back ? step : found->step_back;
	}
}

static void judge_symmetry(const scan_chunk *chunk, enum scan_function function, const float *plus, const float *minus,
                           scan_found *found)
{
	for (size_t i = 1; function != SCAN_EXP && i < chunk->n && chunk->bits[i] <= infinity_bits; i++) {
		double sum = fabs((double)plus[i] + minus[i] - 1) * 0x1p24;

		if (function == SCAN_TANH)
			found->not_odd += bits_of(minus[i]) != (bits_of(plus[i]) ^ 0x80000000u);
		else
			found->from_one = fmax(sum, found->from_one);
	}
}

/* Bits of `isa` against those of the group's first. */
static void compare(const scan_chunk *chunk, int negative, const float *base, const float *got, const char *isa,
                    scan_found *found)
{
	if (memcmp(base + 1, got + 1, (chunk->n - 1) * sizeof *got) == 0)
		return;
	for (size_t i = 1; i < chunk->n; i++) {
		if (bits_of(base[i]) == bits_of(got[i]))
			continue;
		if (!found->differ++) {
			found->differ_at = chunk->bits[i] | (uint32_t)negative << 31;
			found->differ_isa = isa;
		}
	}
}

static void judge(const scan_chunk *chunk, const scan_group *group, enum scan_function function, scan_found *found)
{
	float base[2][SCAN_CHUNK], got[SCAN_CHUNK];
	size_t padded = (chunk->n + SCAN_BLOCK - 1) / SCAN_BLOCK * SCAN_BLOCK;
	double lowest = function == SCAN_EXP ? group->kernel[0]->exp_min : -INFINITY;
	uint32_t highest = bits_of(group->kernel[0]->exp_max);
	double clamp = exp(group->kernel[0]->exp_max);
	double clamped[SCAN_CHUNK];

	for (int negative = 0; negative < 2; negative++) {
		const double *want = chunk->want[function][negative];

		if (function == SCAN_EXP && !negative && chunk->bits[chunk->n - 1] > highest) {
			for (size_t i = 0; i < chunk->n; i++)
				clamped[i] = fmin(want[i], clamp);
			want = clamped;
		}
		group->kernel[0]->evaluate[function](chunk->x[negative], base[negative], padded);
		judge_values(chunk, negative, want, base[negative], lowest, found);
		judge_order(chunk, negative, base[negative], found);
		for (size_t k = 1; k < group->kernels; k++) {
			group->kernel[k]->evaluate[function](chunk->x[negative], got, padded);
			compare(chunk, negative, base[negative], got, group->isa[k], found);
		}
	}
	judge_symmetry(chunk, function, base[0], base[1], found);
}

/* Signs, padding up to a block, exact values. */
static void complete(scan_chunk *chunk)
{
	for (size_t i = 0; i < chunk->n; i++) {
		double x, rise, fall;

		chunk->x[0][i] = scan_float(chunk->bits[i]);
		chunk->x[1][i] = scan_float(chunk->bits[i] | 0x80000000u);
		x = chunk->x[0][i];
		rise = exp(x);
		fall = exp(-x);
		chunk->want[SCAN_EXP][0][i] = finite(rise);
		chunk->want[SCAN_EXP][1][i] = fall;
		chunk->want[SCAN_SIGMOID][0][i] = 1 / (1 + fall);
		chunk->want[SCAN_SIGMOID][1][i] = 1 / (1 + rise);
		chunk->want[SCAN_TANH][0][i] = tanh(x);
		chunk->want[SCAN_TANH][1][i] = -chunk->want[SCAN_TANH][0][i];
	}
	for (size_t i = chunk->n; i % SCAN_BLOCK; i++)
		chunk->x[0][i] = chunk->x[1][i] = 0;
}

static void start(scan_chunk *chunk, uint32_t first)
{
	chunk->n = 1;
	chunk->bits[0] = first ? first - 1 : 0;
}

static void judge_all(scan_chunk *chunk, const scan_group *groups, size_t count, scan_found (*found)[SCAN_FUNCTIONS])
{
	complete(chunk);
	for (size_t g = 0; g < count; g++)
		for (int f = 0; f < SCAN_FUNCTIONS; f++)
			judge(chunk, &groups[g], (enum scan_function)f, &found[g][f]);
	chunk->n = 1;
}

/* The offset into a unit that follows in the sample. */
static uint32_t next(uint32_t offset, uint32_t phase, uint32_t stride)
{
	uint32_t beyond = (offset + stride - phase) % stride;
	uint32_t step = beyond == 0 ? 1 : stride - beyond;

	return offset < SCAN_UNIT - 1 && step > SCAN_UNIT - 1 - offset ? SCAN_UNIT - 1 : offset + step;
}

void scan_unit(uint32_t unit, uint32_t stride, const scan_group *groups, size_t count,
               scan_found (*found)[SCAN_FUNCTIONS], scan_chunk *chunk)
{
	uint32_t base = unit * SCAN_UNIT;
	uint32_t phase = unit * 2654435761u % stride;

	chunk->n = 1;
	for (uint32_t offset = 0; offset < SCAN_UNIT; offset = next(offset, phase, stride)) {
		if (chunk->n == 1)
			start(chunk, base + offset);
		chunk->bits[chunk->n++] = base + offset;
		if (chunk->n == SCAN_CHUNK)
			judge_all(chunk, groups, count, found);
	}
	if (chunk->n > 1)
		judge_all(chunk, groups, count, found);
}

void scan_one(uint32_t magnitude, const scan_group *group, enum scan_function function, scan_found *found,
              scan_chunk *chunk)
{
	start(chunk, magnitude);
	chunk->bits[chunk->n++] = magnitude;
	complete(chunk);
	judge(chunk, group, function, found);
}

void scan_merge(scan_found *into, const scan_found *from)
{
	raise(&into->worst, &into->worst_at, from->worst, from->worst_at);
	raise(&into->absolute, &into->absolute_at, from->absolute, from->absolute_at);
	into->wrong_order += from->wrong_order;
	into->step_back = from->step_back > into->step_back ? from->step_back : into->step_back;
	if (from->nan_lost && !into->nan_lost)
		into->nan_at = from->nan_at;
	into->nan_lost += from->nan_lost;
	if (from->differ && !into->differ) {
		into->differ_at = from->differ_at;
		into->differ_isa = from->differ_isa;
	}
	into->differ += from->differ;
	into->not_odd += from->not_odd;
	into->from_one = fmax(into->from_one, from->from_one);
	into->hash += from->hash;
}

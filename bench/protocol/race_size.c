/* SPDX-License-Identifier: MIT */
/* race_size.c - how much is measured: as much time of every contestant, so that neither a very fast one nor a very slow
 * one decides how long the samples of the others are.  Counts are powers of two: contestants of about the same speed
 * share them, and with them the call of a row that is judged. */
#include "race_internal.h"

#include <math.h>

#include "base/clock.h"

#define BLOCK_NS       5e6 /* a block takes so much at most, unless it is one call */
#define QUICK_BLOCK_NS 2.5e6
#define BLOCKS         12 /* of a contestant in a process */
#define QUICK_BLOCKS   6
#define FEW_SAMPLES    4 /* a budget does not go below, where a block had them */
#define WARM_BLOCKS    3 /* what warm-up takes, in blocks: for predictions only */

static double clamp(double value, double low, double high) { return fmin(fmax(value, low), high); }

static void choose_counts(race_runner *runner, double block_ns)
{
	const double calls = clamp(exp2(ceil(log2(RACE_SAMPLE_NS / runner->estimate_ns))), 1, RACE_MOST_CALLS);
	const double samples = exp2(floor(log2(block_ns / (calls * runner->estimate_ns))));
	runner->calls = (uint64_t)calls;
	runner->per_block = (size_t)clamp(samples, 1, RACE_MOST_SAMPLES);
}

double race_predict(const race *r, size_t processes)
{
	size_t indices[RACE_MAX_CONTESTANTS];
	double seconds = 0;
	for (size_t i = race_running(r, indices); i > 0; i--) {
		const race_runner *runner = &r->runner[indices[i - 1]];
		const double block = runner->estimate_ns * (double)runner->calls * (double)runner->per_block * 1e-9;
		seconds += block * (double)(r->size->blocks + WARM_BLOCKS) + runner->open_seconds;
	}
	return seconds * (double)processes;
}

/* 0: every block is as short as it gets. */
static int shorter_blocks(race *r)
{
	int shorter = 0;
	for (size_t i = 0; i < r->options.contestant_count; i++) {
		race_runner *runner = &r->runner[i];
		if (!runner->alive || runner->per_block <= FEW_SAMPLES)
			continue;
		runner->per_block = (runner->per_block + 1) / 2;
		shorter = 1;
	}
	return shorter;
}

/* Smaller until it fits: fewer squares, then shorter blocks, then fewer processes; never below one square, 2
 * processes. */
static void fit(race *r, size_t contestants, double seconds)
{
	race_size *s = r->size;
	while (race_predict(r, s->processes) > seconds) {
		if (s->blocks > contestants)
			s->blocks -= contestants;
		else if (shorter_blocks(r))
			continue;
		else if (s->processes > 2)
			s->processes--;
		else
			return;
	}
}

double race_choose_size(race *r)
{
	size_t indices[RACE_MAX_CONTESTANTS];
	const int quick = r->options.quick;
	const size_t n = race_running(r, indices), blocks = quick ? QUICK_BLOCKS : BLOCKS;
	for (size_t i = 0; i < n; i++)
		choose_counts(&r->runner[indices[i]], quick ? QUICK_BLOCK_NS : BLOCK_NS);
	*r->size = (race_size){RACE_PROCESSES, blocks < n ? n : (blocks + n / 2) / n * n};
	fit(r, n, (r->until - clock_now()) / r->slowness);
	return race_predict(r, r->size->processes);
}

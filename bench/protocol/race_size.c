/* SPDX-License-Identifier: MIT */
/* race_size.c - how much is measured.  Equal counts for every contestant of a problem: the fastest decides the calls
 * of a sample (long enough for the clock), the geometric mean the samples of a block, the slowest caps it. */
#include "race_internal.h"

#include <math.h>

#include "base/clock.h"

#define BLOCK_NS       5e6 /* a block of the middling contestant */
#define QUICK_BLOCK_NS 2.5e6
#define BLOCKS         12 /* of a contestant in a process */
#define QUICK_BLOCKS   6
#define SLOWEST        4.0 /* a block of the slowest lasts this many times that, at most */
#define FEW_SAMPLES    4   /* a budget does not go below, where a block had them */
#define WARM_BLOCKS    3   /* what warm-up takes, in blocks: for predictions only */

static double clamp(double value, double low, double high) { return fmin(fmax(value, low), high); }

static double predict_seconds(const race_size *s)
{
	const double block = s->call_ns * (double)s->calls * (double)s->samples * 1e-9;
	return (double)s->processes * (block * (double)(s->blocks + WARM_BLOCKS) + s->open_seconds);
}

/* Smaller until it fits: fewer squares, then shorter blocks, then fewer processes; never below one square, 2
 * processes. */
static void fit(race_size *s, double seconds)
{
	while (predict_seconds(s) > seconds) {
		if (s->blocks > s->contestants)
			s->blocks -= s->contestants;
		else if (s->samples > FEW_SAMPLES)
			s->samples = (s->samples + 1) / 2;
		else if (s->processes > 2)
			s->processes--;
		else
			return;
	}
}

double race_choose_size(race *r)
{
	const race_options *o = &r->options;
	const double block_ns = o->quick ? QUICK_BLOCK_NS : BLOCK_NS;
	const size_t blocks = o->quick ? QUICK_BLOCKS : BLOCKS;
	race_size s = {.processes = RACE_PROCESSES};
	double fastest = INFINITY, slowest = 0, logs = 0;
	for (size_t i = 0; i < o->contestant_count; i++) {
		const race_runner *runner = &r->runner[i];
		if (!runner->alive)
			continue;
		fastest = fmin(fastest, runner->estimate_ns);
		slowest = fmax(slowest, runner->estimate_ns);
		logs += log(runner->estimate_ns);
		s.call_ns += runner->estimate_ns;
		s.open_seconds += runner->open_seconds;
		s.contestants++;
	}
	const double middle = exp(logs / (double)s.contestants);
	const double calls = clamp(ceil(RACE_SAMPLE_NS / fastest), 1, RACE_MOST_CALLS);
	const double samples = fmin(block_ns / (middle * calls), SLOWEST * block_ns / (slowest * calls));
	s.calls = (uint64_t)calls;
	s.samples = (size_t)clamp(samples, 1, RACE_MOST_SAMPLES);
	s.blocks = blocks < s.contestants ? s.contestants : (blocks + s.contestants / 2) / s.contestants * s.contestants;
	/* What this problem may take: its share of what is left. */
	const double left = o->budget_seconds - (clock_now() - r->begun);
	const double share = o->budget_seconds > 0 ? left / (double)(o->spec_count - r->begun_problems) : INFINITY;
	fit(&s, share / r->slowness);
	r->size = s;
	return predict_seconds(&s);
}

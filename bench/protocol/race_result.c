/* SPDX-License-Identifier: MIT */
/* race_result.c - from blocks to figures.  Tainted blocks are left out as long as enough others are there: FEW_BLOCKS
 * of them, from two processes if there were two.  Else all count (the interval shows it), and for a contestant's own
 * times the reason says so. */
#include "race_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "stats.h"
#include "record/compare.h"
#include "base/random.h"

#define FEW_BLOCKS  3
#define RESAMPLES   1000
#define LIMIT_SHARE 0.9 /* of a rate that is held against the limit: the clock of a CPU wanders */

typedef struct table { /* values by process, for the bootstrap */
	double *value;     /* processes * blocks */
	double *scratch;   /* the same + RESAMPLES */
	size_t start[RACE_MOST + 1];
	size_t count;
} table;

static int counts(const race_runner *runner, size_t block, int all)
{
	return isfinite(runner->block_ns[block]) && (all || !race_tainted(runner, block));
}

/* Fills t with block medians of runner, or with log ratios to base in the blocks of the same row and process.
 * Returns how many processes contribute. */
static size_t gather(const race *r, const race_runner *runner, const race_runner *base, int all, table *t)
{
	size_t processes = 0;
	t->count = 0;
	for (size_t p = 0; p < r->size->processes; p++) {
		t->start[p] = t->count;
		for (size_t b = p * r->size->blocks; b < (p + 1) * r->size->blocks; b++)
			if (counts(runner, b, all) && (!base || counts(base, b, all)))
				t->value[t->count++] = base ? log(runner->block_ns[b] / base->block_ns[b]) : runner->block_ns[b];
		processes += t->count > t->start[p];
	}
	t->start[r->size->processes] = t->count;
	return processes;
}

/* Without tainted blocks if that leaves enough.  Returns 1 if all had to count. */
static int gather_enough(const race *r, const race_runner *runner, const race_runner *base, table *t)
{
	const size_t processes = gather(r, runner, base, 0, t);
	if (t->count >= FEW_BLOCKS && (processes >= 2 || r->size->processes < 2))
		return 0;
	const size_t without = t->count;
	gather(r, runner, base, 1, t);
	return t->count > without;
}

static stats_interval interval_of(const race *r, table *t, uint64_t stream)
{
	const stats_groups groups = {t->value, t->start, r->size->processes};
	return stats_bootstrap_median(&groups, RESAMPLES, random_draw(r->options.seed, stream), t->scratch);
}

static double median_of(const table *t)
{
	for (size_t i = 0; i < t->count; i++)
		t->scratch[i] = t->value[i];
	return stats_median(t->scratch, t->count);
}

/* Quantiles and mean of the kept samples. */
static void sample_figures(const race *r, race_runner *runner, int all, double *kept)
{
	bench_result *x = runner->result;
	double sum = 0;
	size_t n = 0;

	x->tainted = 0;
	for (size_t b = 0; b < r->size->processes * r->size->blocks; b++) {
		x->tainted += isfinite(runner->block_ns[b]) && race_tainted(runner, b);
		if (!counts(runner, b, all))
			continue;
		const double *samples = runner->samples + b * runner->per_block;
		for (size_t i = 0; i < (race_tainted(runner, b) ? runner->per_block : runner->kept[b]); i++)
			sum += kept[n++] = samples[i];
	}
	stats_sort(kept, n);
	x->samples = n;
	x->min_ns = kept[0];
	x->max_ns = kept[n - 1];
	x->p90_ns = stats_quantile(kept, n, 0.90);
	x->p95_ns = stats_quantile(kept, n, 0.95);
	x->p99_ns = stats_quantile(kept, n, 0.99);
	x->mean_ns = sum / (double)n;
	x->disturbed = all;
	x->reason[0] = '\0';
	if (all)
		snprintf(x->reason, sizeof x->reason, "%zu of its blocks lost over %.0f %% of their time to others: all count",
		         x->tainted, 100 * RACE_STEAL_LIMIT);
}

/* Operations that nobody can leave out: of valid steps.  0: not bounded (packing multiplies nothing; narrow weights
 * have faster instructions than those that are measured). */
static double least_flops(const race *r, size_t index)
{
	const gm_spec *spec = r->given.spec;
	const uint32_t class = r->options.contestants[index]->info.accuracy_class;
	const size_t row = gm_tensors_index(r->given.tensors, GM_LENGTHS, 0, 0);
	const int64_t *const lengths = row == GM_NO_TENSOR ? NULL : r->given.data[row];
	double steps = 0;

	if (class == GM_CLASS_BF16W || class == GM_CLASS_INT8W)
		return 0;
	for (size_t n = 0; n < spec->N; n++)
		steps += lengths ? (double)lengths[n] : (double)spec->T;
	return gm_spec_flops(spec) * steps / (double)(spec->T * spec->N);
}

/* Faster than the CPU can multiply and add?  A probe on a busy machine may come out slow: it is repeated, longer,
 * before anybody is refused. */
static void refuse_impossible(race *r, size_t index)
{
	static const double seconds[] = {0.05, 0.5};
	race_runner *runner = &r->runner[index];
	const double rate = least_flops(r, index) / (runner->result->p50_ns * 1e-9);
	char reason[RACE_REASON];

	for (size_t i = 0; i < 2 && rate * LIMIT_SHARE > r->limit.flops; i++)
		r->source.limit(r->source.context, seconds[i], &r->limit);
	if (!(rate * LIMIT_SHARE > r->limit.flops))
		return;
	snprintf(reason, sizeof reason, "impossible: %.4g GFLOP/s, where this CPU can do %.4g at most (%s, %d chains)",
	         rate * 1e-9, r->limit.flops * 1e-9, r->limit.isa, r->limit.chains);
	race_drop(runner, RACE_REJECTED, CODE_WRONG, reason);
}

/* Processes up to the last that it was measured in. */
static size_t measured(const race *r, const race_runner *runner)
{
	size_t b = r->size->processes * r->size->blocks;
	while (b > 0 && !isfinite(runner->block_ns[b - 1]))
		b--;
	return (b + r->size->blocks - 1) / r->size->blocks;
}

static void runner_figures(race *r, size_t index, table *t, double *kept)
{
	race_runner *runner = &r->runner[index];
	bench_result *x = runner->result;

	const int all = gather_enough(r, runner, NULL, t);
	if (t->count == 0) {
		const int stopped = race_stopped(r);
		race_drop(runner, RACE_SKIPPED, stopped ? CODE_INTERRUPTED : CODE_FILTERED,
		          stopped ? "interrupted" : "no block of it was run (--benchmark_filter)");
		return;
	}
	sample_figures(r, runner, all, kept);
	x->p50_ns = median_of(t);
	const stats_interval i = interval_of(r, t, 2 * index);
	x->low_ns = fmax(i.low, 0);
	x->high_ns = i.high;
	x->calls_per_sample = runner->calls;
	x->blocks_ns_rows = x->processes = measured(r, runner);
	x->blocks_ns_columns = r->size->blocks;
	x->blocks_ns = runner->block_ns;
	x->steps_per_s = (double)r->given.spec->T * (double)r->given.spec->N / (x->p50_ns * 1e-9);
	x->gflops = gm_spec_flops(r->given.spec) / x->p50_ns;
	refuse_impossible(r, index);
	if (runner->alive)
		r->noise[r->problem * r->options.contestant_count + index] = (x->high_ns - x->low_ns) / 2 / x->p50_ns;
}

/* NAN if the two never ran in the same row. */
static double paired_ratio(const race *r, const race_runner *runner, const race_runner *base, table *t)
{
	gather_enough(r, runner, base, t);
	return t->count ? exp(median_of(t)) : NAN;
}

/* The one that nobody beats: from the smallest p50, on to whoever is faster in pairs, as often as there are runners. */
static size_t fastest(const race *r, const size_t *indices, size_t n, table *t)
{
	size_t best = indices[0];
	for (size_t i = 1; i < n; i++)
		if (r->result[indices[i]].p50_ns < r->result[best].p50_ns)
			best = indices[i];
	for (size_t round = 0; round < n; round++) {
		size_t next = best;
		double least = 1.0;
		for (size_t i = 0; i < n; i++) {
			const double ratio = paired_ratio(r, &r->runner[indices[i]], &r->runner[best], t);
			if (ratio < least) {
				least = ratio;
				next = indices[i];
			}
		}
		best = next;
	}
	return best;
}

static void ratios(race *r, table *t)
{
	size_t indices[RACE_MAX_CONTESTANTS];
	const size_t n = race_alive(r, indices);
	if (n == 0)
		return;
	const size_t best = fastest(r, indices, n, t);
	for (size_t i = 0; i < n; i++) {
		bench_result *x = &r->result[indices[i]];
		x->ratio = x->ratio_low = x->ratio_high = 1.0;
		x->delta = COMPARE_DELTA;
		x->comparison = comparison_none;
		if (indices[i] == best)
			continue;
		x->disturbed |= gather_enough(r, &r->runner[indices[i]], &r->runner[best], t);
		x->ratio = t->count ? exp(median_of(t)) : NAN;
		const stats_interval interval = interval_of(r, t, 2 * indices[i] + 1);
		const double medians = t->count ? x->p50_ns / r->result[best].p50_ns : NAN;
		x->ratio_low = fmin(exp(interval.low), medians);
		x->ratio_high = fmax(exp(interval.high), medians);
		x->comparison = compare_times((span){x->ratio, x->ratio_low, x->ratio_high}, x->delta);
	}
}

gm_status race_figures(race *r, gm_error *error)
{
	const size_t blocks = r->size->processes * r->size->blocks;
	size_t most = 0;
	for (size_t i = 0; i < r->options.contestant_count; i++)
		if (r->runner[i].alive && r->runner[i].per_block > most)
			most = r->runner[i].per_block;
	double *memory = malloc((2 * blocks + RESAMPLES + blocks * most) * sizeof *memory);
	if (!memory)
		return gm_fail(error, GM_NO_MEMORY, "no memory for the figures of %zu blocks", blocks);
	table t = {.value = memory, .scratch = memory + blocks};
	for (size_t i = 0; i < r->options.contestant_count; i++)
		if (r->runner[i].alive)
			runner_figures(r, i, &t, t.scratch + blocks + RESAMPLES);
	ratios(r, &t);
	free(memory);
	return GM_OK;
}

int race_undecided(const race *r)
{
	int any = 0;
	for (size_t i = 0; i < r->options.contestant_count; i++)
		any |= r->runner[i].alive && r->result[i].comparison == TIME_UNDECIDED;
	return any;
}

/* SPDX-License-Identifier: MIT */
/* race_time.c - the measuring itself: warm-up, and one process' blocks through Google Benchmark, which calls each block
 * in the order of registration, the Latin square's.  The samples that figures are made of are those it reports. */
#include "race_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

#define PROBE_NS      1e6   /* a first guess is of about so much time */
#define WARM_MOST     8     /* blocks of warm-up, at most */
#define WARM_AGREE    0.03  /* two blocks in a row as near as this: warm */
#define CHUNK_NS      2.5e6 /* losses are looked at this often, within a block */
#define PROBE_SAMPLES 256.0 /* at most */

/* One message to the source; 0 = the runner is out of the race. */
static int time_chunk(race *r, size_t index, uint64_t calls, size_t samples, double *ns, double *lost)
{
	gm_error error = {0};
	const gm_status status = r->source.time(r->source.context, index, r->given.spec->pass, calls, samples, ns, lost,
	                                        &error);
	if (status != GM_OK) {
		race_drop_error(&r->runner[index], status, "timed", &error);
		return 0;
	}
	for (size_t i = 0; i < samples; i++)
		if (!(ns[i] > 0) || !isfinite(ns[i])) {
			race_drop(&r->runner[index], RACE_FAILED, CODE_BROKEN, "its time is not a positive number");
			return 0;
		}
	if (*lost < 0)
		race_note(r->summary, "time lost to others cannot be read here: no block is tainted");
	return 1;
}

/* A block into ns, in chunks so that what others took costs a chunk and not the block: samples of chunks that
 * lost nothing first, *kept of them, the others behind. */
static int time_block(race *r, size_t index, uint64_t calls, size_t samples, double *ns, size_t *kept)
{
	const double sample_ns = r->runner[index].estimate_ns * (double)calls; // 0 before the first estimate
	const size_t most = sample_ns > 0 ? (size_t)fmax(1, fmin((double)samples, CHUNK_NS / sample_ns)) : samples;
	size_t good = 0, end = samples;
	while (good < end) {
		const size_t n = end - good < most ? end - good : most;
		double lost = 0;
		if (!time_chunk(r, index, calls, n, ns + good, &lost))
			return 0;
		if (lost > RACE_STEAL_LIMIT)
			memmove(ns + (end -= n), ns + good, n * sizeof *ns);
		else
			good += n;
	}
	*kept = good;
	return 1;
}

/* Short blocks until two medians in a row agree.  Only the first process' estimate decides sizes. */
static void warm_runner(race *r, size_t index)
{
	size_t kept;
	double last = INFINITY;
	if (!time_block(r, index, 1, 1, r->sample_ns, &kept)) // the very first call: cold, counts for nothing
		return;
	double guess = r->sample_ns[0];
	for (size_t i = 0; i < WARM_MOST; i++) {
		const double calls = fmax(1, fmin(RACE_MOST_CALLS, ceil(RACE_SAMPLE_NS / guess)));
		const size_t samples = (size_t)fmax(1, fmin(PROBE_SAMPLES, PROBE_NS / (calls * guess)));
		if (race_stopped(r) || !time_block(r, index, (uint64_t)calls, samples, r->sample_ns, &kept))
			return;
		guess = stats_median(r->sample_ns, kept ? kept : samples);
		if (fabs(guess - last) <= WARM_AGREE * guess)
			break;
		last = guess;
	}
	r->runner[index].estimate_ns = guess;
}

void race_warm(race *r)
{
	for (size_t i = 0; i < r->options.contestant_count && !race_stopped(r); i++)
		if (r->runner[i].alive)
			warm_runner(r, i);
}

gm_status race_blocks_create(race *r, gm_error *error)
{
	const size_t blocks = r->size.processes * r->size.blocks;
	for (size_t i = 0; i < r->options.contestant_count; i++) {
		race_runner *runner = &r->runner[i];
		if (!runner->alive)
			continue;
		runner->samples = calloc(blocks * r->size.samples, sizeof *runner->samples);
		runner->kept = calloc(blocks, sizeof *runner->kept);
		runner->block_ns = calloc(blocks, sizeof *runner->block_ns);
		if (!runner->samples || !runner->kept || !runner->block_ns)
			return gm_fail(error, GM_NO_MEMORY, "no memory for %zu blocks of %zu samples", blocks, r->size.samples);
		for (size_t b = 0; b < blocks; b++)
			runner->block_ns[b] = NAN;
	}
	return GM_OK;
}

void race_blocks_free(race *r)
{
	for (size_t i = 0; i < r->options.contestant_count; i++) {
		free(r->runner[i].samples);
		free(r->runner[i].kept);
		free(r->runner[i].block_ns);
	}
}

int race_tainted(const race *r, const race_runner *runner, size_t block)
{
	return 2 * runner->kept[block] < r->size.samples;
}

static int measure_block(void *context, const gbench_block *block, char message[128])
{
	race *r = context;
	race_runner *runner = &r->runner[block->owner];
	size_t *kept = &runner->kept[block->repetition];
	const int stopped = race_stopped(r);

	if (stopped || !runner->alive || !time_block(r, block->owner, block->calls, block->samples, block->seconds, kept)) {
		snprintf(message, 128, "%.127s", stopped ? "interrupted" : runner->result->reason);
		return 1;
	}
	for (size_t i = 0; i < block->samples; i++)
		block->seconds[i] = block->seconds[i] * (double)block->calls * 1e-9;
	return 0;
}

/* From here on the block's samples are in ns a call. */
static void take_report(void *context, const gbench_block *block, const char *failure)
{
	race *r = context;
	race_runner *runner = &r->runner[block->owner];
	const size_t b = block->repetition;

	if (failure) {
		if (runner->alive && !race_stopped(r))
			race_drop(runner, RACE_FAILED, CODE_BROKEN, failure);
		return;
	}
	for (size_t i = 0; i < block->samples; i++)
		r->sample_ns[i] = block->seconds[i] = block->seconds[i] * 1e9 / (double)block->calls;
	runner->block_ns[b] = stats_median(r->sample_ns, race_tainted(r, runner, b) ? block->samples : runner->kept[b]);
}

gm_status race_time_process(race *r, gm_error *error)
{
	size_t indices[RACE_MAX_CONTESTANTS], order[RACE_MAX_CONTESTANTS];
	const gbench_client client = {measure_block, take_report, r};
	const size_t n = race_alive(r, indices), blocks = r->size.blocks;
	gbench_block *block = calloc(n * blocks, sizeof *block);

	if (!block)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu blocks", n * blocks);
	for (size_t row = 0; row < blocks; row++) {
		const size_t b = r->process * blocks + row;
		race_order(r->options.seed, r->problem, r->process, row, n, order);
		for (size_t j = 0; j < n; j++) {
			const size_t owner = indices[order[j]];
			block[row * n + j] = (gbench_block){.name = r->runner[owner].name,
			                                    .owner = owner,
			                                    .repetition = b,
			                                    .repetitions = r->size.processes * blocks,
			                                    .samples = r->size.samples,
			                                    .calls = r->size.calls,
			                                    .seconds = r->runner[owner].samples + b * r->size.samples};
		}
	}
	const gm_status status = gbench_run(r->bench, block, n * blocks, &client, error);
	free(block);
	return status;
}

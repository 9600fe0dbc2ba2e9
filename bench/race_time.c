/* SPDX-License-Identifier: MIT */
/* race_time.c - the measuring itself: warm-up, and one process' blocks through Google Benchmark.  Google Benchmark
 * calls each entry in the order of registration, which is the Latin square's; a block counts once it reports it. */
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

/* One message to the source; 0 = the lane is out of the race. */
static int time_chunk(race *r, size_t slot, uint64_t calls, size_t samples, double *lost)
{
	gm_error error = {0};
	const gm_status status = r->source.time(r->source.context, slot, r->spec->pass, calls, samples, r->chunk_ns, lost,
	                                        &error);
	if (status != GM_OK) {
		error.status = status;
		race_drop_error(r, slot, "timed", &error);
		return 0;
	}
	for (size_t i = 0; i < samples; i++)
		if (!(r->chunk_ns[i] > 0) || !isfinite(r->chunk_ns[i])) {
			race_drop(&r->lane[slot], RACE_FAILED, "its time is not a positive number");
			return 0;
		}
	if (*lost < 0)
		r->loss_unknown = 1;
	return 1;
}

/* A block into r->sample_ns, in chunks so that a loss costs a chunk and not the block: samples of chunks that lost
 * nothing first, *kept of them, the others behind. */
static int time_block(race *r, size_t slot, uint64_t calls, size_t samples, size_t *kept)
{
	const double sample_ns = r->lane[slot].estimate_ns * (double)calls; // 0 before the first estimate
	const size_t most = sample_ns > 0 ? (size_t)fmax(1, fmin((double)samples, CHUNK_NS / sample_ns)) : samples;
	size_t good = 0, bad = 0;
	while (good + bad < samples) {
		const size_t left = samples - good - bad, n = left < most ? left : most;
		double lost = 0;
		if (!time_chunk(r, slot, calls, n, &lost))
			return 0;
		if (lost > RACE_LOST)
			memcpy(r->sample_ns + samples - (bad += n), r->chunk_ns, n * sizeof *r->chunk_ns);
		else
			memcpy(r->sample_ns + (good += n) - n, r->chunk_ns, n * sizeof *r->chunk_ns);
	}
	*kept = good;
	return 1;
}

/* Short blocks until two medians in a row agree.  Only the first process' estimate decides sizes. */
static void warm_lane(race *r, size_t slot)
{
	size_t kept;
	double last = INFINITY;
	if (!time_block(r, slot, 1, 1, &kept)) // the very first call: cold, counts for nothing
		return;
	double guess = r->sample_ns[0];
	for (size_t i = 0; i < WARM_MOST; i++) {
		const double calls = fmax(1, fmin(RACE_MOST_CALLS, ceil(RACE_SAMPLE_NS / guess)));
		const size_t samples = (size_t)fmax(1, fmin(PROBE_SAMPLES, PROBE_NS / (calls * guess)));
		if (race_stopped(r) || !time_block(r, slot, (uint64_t)calls, samples, &kept))
			return;
		guess = stats_median(r->sample_ns, kept ? kept : samples);
		if (fabs(guess - last) <= WARM_AGREE * guess)
			break;
		last = guess;
	}
	r->lane[slot].estimate_ns = guess;
}

void race_warm(race *r)
{
	size_t slots[RACE_MAX_CANDIDATES];
	const size_t n = race_alive(r, slots);
	for (size_t i = 0; i < n && !race_stopped(r); i++)
		warm_lane(r, slots[i]);
}

gm_status race_blocks_create(race *r, gm_error *error)
{
	const size_t blocks = r->size.processes * r->size.blocks;
	for (size_t i = 0; i < r->filled.candidate_count; i++) {
		race_lane *lane = &r->lane[i];
		if (!lane->alive)
			continue;
		lane->samples = calloc(blocks * r->size.samples, sizeof *lane->samples);
		lane->kept = calloc(blocks, sizeof *lane->kept);
		lane->block_ns = calloc(blocks, sizeof *lane->block_ns);
		lane->tainted = calloc(blocks, sizeof *lane->tainted);
		if (!lane->samples || !lane->kept || !lane->block_ns || !lane->tainted)
			return gm_fail(error, GM_NO_MEMORY, "no memory for %zu blocks of %zu samples", blocks, r->size.samples);
		for (size_t b = 0; b < blocks; b++)
			lane->block_ns[b] = NAN;
	}
	return GM_OK;
}

void race_blocks_free(race *r)
{
	for (size_t i = 0; i < r->filled.candidate_count; i++) {
		race_lane *lane = &r->lane[i];
		free(lane->samples);
		free(lane->kept);
		free(lane->block_ns);
		free(lane->tainted);
		lane->samples = lane->block_ns = NULL;
		lane->kept = NULL;
		lane->tainted = NULL;
	}
}

/* An entry's number: slot * blocks + row. */
static int run_entry(void *context, size_t entry, size_t iterations, double *seconds, char message[128])
{
	race *r = context;
	const size_t slot = entry / r->size.blocks;
	const size_t block = r->process * r->size.blocks + entry % r->size.blocks;
	race_lane *lane = &r->lane[slot];

	if (race_stopped(r)) {
		snprintf(message, 128, "interrupted");
		return 1;
	}
	if (!lane->alive || !time_block(r, slot, r->size.calls, iterations, &lane->kept[block])) {
		snprintf(message, 128, "%.127s", lane->result.reason);
		return 1;
	}
	for (size_t i = 0; i < iterations; i++)
		seconds[i] = r->sample_ns[i] * (double)r->size.calls * 1e-9;
	memcpy(lane->samples + block * r->size.samples, r->sample_ns, iterations * sizeof *r->sample_ns);
	lane->tainted[block] = 2 * lane->kept[block] < iterations;
	return 0;
}

/* A block counts once Google Benchmark has reported the same total. */
static void take_report(void *context, const gbench_result *result)
{
	race *r = context;
	const size_t slot = result->entry / r->size.blocks;
	const size_t block = r->process * r->size.blocks + result->entry % r->size.blocks;
	race_lane *lane = &r->lane[slot];
	double total = 0;

	if (result->failure)
		return;
	memcpy(r->sample_ns, lane->samples + block * r->size.samples, r->size.samples * sizeof *r->sample_ns);
	for (size_t i = 0; i < r->size.samples; i++)
		total += r->sample_ns[i] * (double)r->size.calls * 1e-9;
	if (result->iterations != r->size.samples || fabs(result->seconds - total) > 1e-9 * total) {
		race_drop(lane, RACE_FAILED, "Google Benchmark reports another time than was measured");
		return;
	}
	lane->block_ns[block] = stats_median(r->sample_ns, lane->tainted[block] ? r->size.samples : lane->kept[block]);
}

gm_status race_time_process(race *r, gm_error *error)
{
	size_t slots[RACE_MAX_CANDIDATES], order[RACE_MAX_CANDIDATES], ran;
	const size_t n = race_alive(r, slots);
	gm_status status = GM_OK;

	for (size_t row = 0; status == GM_OK && row < r->size.blocks; row++) {
		race_order(r->filled.seed, r->problem, r->process, row, n, order);
		for (size_t j = 0; status == GM_OK && j < n; j++) {
			const size_t slot = slots[order[j]];
			char name[GM_SPEC_TEXT + 128];
			snprintf(name, sizeof name, "%s/%s/candidate:%zu/process:%zu/block:%zu", r->lane[slot].result.problem,
			         r->lane[slot].result.variant, slot, r->process, row);
			status = gbench_add(r->bench, name, slot * r->size.blocks + row, r->size.samples, run_entry, r, error);
		}
	}
	/* Entries already added are run and forgotten even if one could not be added. */
	const gm_status run = gbench_run(r->bench, take_report, r, &ran, status == GM_OK ? error : NULL);
	return status != GM_OK ? status : run;
}

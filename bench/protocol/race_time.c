/* SPDX-License-Identifier: MIT */
/* race_time.c - the measuring itself: warm-up, and one process' blocks through Google Benchmark, which calls each block
 * in the order of registration, the Latin square's.  The samples that figures are made of are those it reports. */
#include "race_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"
#include "base/clock.h"
#include "base/random.h"

#define PROBE_NS      1e6   /* a first guess is of about so much time */
#define WARM_MOST     8     /* blocks of warm-up, at most */
#define WARM_AGREE    0.03  /* two blocks in a row as near as this: warm */
#define CHUNK_NS      1e6   /* losses are looked at this often, within a block */
#define PROBE_SAMPLES 256.0 /* at most */
#define JUDGING_SHARE 0.03  /* of the time in timed calls, for judging them beyond what has to be */

/* One block of one contestant.  What its calls are asked depends on the seed, and on the numbers of sample and call. */
typedef struct block {
	size_t index;
	uint64_t calls, seed;
	size_t samples;
	size_t cut;          /* the sample that is cut in two, .. */
	uint64_t cut_behind; /* .. behind so many of its calls, the last of which is judged; 0 = none of this block is */
} block;

/* One message to the source.  0 = the runner is out of the race. */
static int time_chunk(race *r, const block *b, worker_timing what, double *ns, double *lost)
{
	gm_error error = {0};
	what.pass = r->given.spec->pass;
	what.seed = b->seed;
	const double begun = clock_now();
	const gm_status status = r->source.time(r->source.context, b->index, &what, ns, lost, &error);
	r->summary->timed_seconds += clock_now() - begun;
	if (status != GM_OK) {
		race_drop_error(&r->runner[b->index], status, "timed", &error);
		return 0;
	}
	for (size_t i = 0; i < what.samples; i++)
		if (!(ns[i] > 0) || !isfinite(ns[i])) {
			race_drop(&r->runner[b->index], RACE_FAILED, CODE_BROKEN, "its time is not a positive number");
			return 0;
		}
	if (*lost < 0)
		race_note(r->summary, "time lost to others cannot be read here: no block is tainted");
	return 1;
}

/* The sample with the judged call: the contestant cannot know before that this one will be looked at. */
static int time_cut(race *r, const block *b, double *ns, double *lost)
{
	const uint64_t behind = b->calls - b->cut_behind;
	const worker_timing before = {.calls = b->cut_behind, .samples = 1, .sample = b->cut};
	const worker_timing rest = {.calls = behind, .samples = 1, .sample = b->cut, .call = b->cut_behind};
	timed_call call = {.vary = r->vary, .sample = b->cut, .calls = b->cut_behind};
	double rest_ns, rest_lost;
	call.vary.seed = b->seed;
	if (!time_chunk(r, b, before, ns, lost) || !race_judge_outputs(r, b->index, &call))
		return 0;
	if (behind == 0)
		return 1;
	if (!time_chunk(r, b, rest, &rest_ns, &rest_lost))
		return 0;
	*ns = (*ns * (double)b->cut_behind + rest_ns * (double)behind) / (double)b->calls;
	*lost = *lost < 0 || rest_lost < 0 ? -1 : fmax(*lost, rest_lost);
	return 1;
}

/* How many samples the next message takes. */
static size_t next_chunk(const race *r, const block *b, size_t done)
{
	const double sample_ns = r->runner[b->index].estimate_ns * (double)b->calls; // 0 before the first estimate
	const size_t left = b->samples - done;
	const size_t n = sample_ns > 0 ? (size_t)fmax(1, fmin((double)left, CHUNK_NS / sample_ns)) : left;
	if (b->cut_behind && done == b->cut)
		return 1;
	return b->cut_behind && done < b->cut && n > b->cut - done ? b->cut - done : n;
}

/* A block into ns, in chunks so that what others took costs a chunk and not the block: samples of chunks that
 * lost nothing first, *kept of them, the others behind. */
static int time_block(race *r, const block *b, double *ns, size_t *kept)
{
	size_t good = 0, bad = 0;
	r->source.restore(r->source.context, b->index);
	while (good + bad < b->samples) {
		const size_t done = good + bad, n = next_chunk(r, b, done);
		const worker_timing chunk = {.calls = b->calls, .samples = n, .sample = done};
		const int cut = b->cut_behind && done == b->cut;
		double lost = 0;
		if (!(cut ? time_cut(r, b, ns + good, &lost) : time_chunk(r, b, chunk, ns + good, &lost)))
			return 0;
		if (lost > RACE_STEAL_LIMIT)
			memmove(ns + b->samples - (bad += n), ns + good, n * sizeof *ns);
		else
			good += n;
	}
	*kept = good;
	return 1;
}

/* All contestants of a row of the square that have the same counts get the same block, so that one answer of the
 * judge's serves them all.  One row of each process is judged in any case, the others as long as that costs little. */
static block block_of(race *r, size_t index, size_t repetition)
{
	const race_summary *s = r->summary;
	const race_runner *runner = &r->runner[index];
	const uint64_t seed = random_draw(random_draw(r->hidden, r->problem), repetition) | 1; // 0: nothing new
	block b = {.index = index, .calls = runner->calls, .seed = seed, .samples = runner->per_block};
	if (r->decided != repetition + 1) {
		r->decided = repetition + 1;
		r->judge_it = repetition % r->size->blocks == r->judged_row ||
		              s->timed_judging_seconds <= JUDGING_SHARE * s->timed_seconds;
	}
	if (r->judge_it) {
		b.cut = random_draw(seed, 0) % b.samples;
		b.cut_behind = 1 + random_draw(seed, 1) % b.calls;
	}
	return b;
}

/* Short blocks until two medians in a row agree.  Only the first process' estimate decides sizes. */
static void warm_runner(race *r, size_t index)
{
	size_t kept;
	double last = INFINITY;
	block b = {.index = index, .calls = 1, .seed = random_draw(r->hidden, r->problem) | 1, .samples = 1};
	if (!time_block(r, &b, r->sample_ns, &kept)) // the very first call: cold, counts for nothing
		return;
	double guess = r->sample_ns[0];
	for (size_t i = 0; i < WARM_MOST; i++) {
		const double calls = fmax(1, fmin(RACE_MOST_CALLS, ceil(RACE_SAMPLE_NS / guess)));
		b.calls = (uint64_t)calls;
		b.samples = (size_t)fmax(1, fmin(PROBE_SAMPLES, PROBE_NS / (calls * guess)));
		if (race_stopped(r) || !time_block(r, &b, r->sample_ns, &kept))
			return;
		guess = stats_median(r->sample_ns, kept ? kept : b.samples);
		if (fabs(guess - last) <= WARM_AGREE * guess)
			break;
		last = guess;
	}
	r->runner[index].estimate_ns = guess;
}

void race_warm(race *r)
{
	for (size_t i = 0; i < r->options.contestant_count && !race_stopped(r); i++)
		if (r->runner[i].alive && !r->runner[i].resting)
			warm_runner(r, i);
}

/* *array with room for count elements, those from before on 0; 0 without memory. */
static int grow(void *array, size_t before, size_t count, size_t bytes)
{
	char **at = array, *more = realloc(*at, count * bytes);
	if (!more)
		return 0;
	memset(more + before * bytes, 0, (count - before) * bytes);
	*at = more;
	return 1;
}

gm_status race_blocks_create(race *r, size_t processes, gm_error *error)
{
	const size_t blocks = processes * r->size->blocks;
	for (size_t i = 0; i < r->options.contestant_count; i++) {
		race_runner *runner = &r->runner[i];
		const size_t before = runner->block_ns ? r->size->processes * r->size->blocks : 0;
		if (!runner->alive)
			continue;
		if (!grow(&runner->samples, before * runner->per_block, blocks * runner->per_block, sizeof *runner->samples) ||
		    !grow(&runner->kept, before, blocks, sizeof *runner->kept) ||
		    !grow(&runner->block_ns, before, blocks, sizeof *runner->block_ns))
			return gm_fail(error, GM_NO_MEMORY, "no memory for %zu blocks of %zu samples", blocks, runner->per_block);
		if (runner->result->blocks_ns)
			runner->result->blocks_ns = runner->block_ns; // it may have moved
		for (size_t b = before; b < blocks; b++)
			runner->block_ns[b] = NAN;
	}
	r->size->processes = processes;
	return GM_OK;
}

void race_blocks_free(race_bout *bout)
{
	for (size_t i = 0; i < RACE_MAX_CONTESTANTS; i++) {
		free(bout->runner[i].samples);
		free(bout->runner[i].kept);
		free(bout->runner[i].block_ns);
	}
}

int race_tainted(const race_runner *runner, size_t block) { return 2 * runner->kept[block] < runner->per_block; }

static int measure_block(void *context, const gbench_block *registered, char message[128])
{
	race *r = context;
	race_runner *runner = &r->runner[registered->owner];
	double *seconds = registered->seconds;
	const block b = block_of(r, registered->owner, registered->repetition);
	const int stopped = race_stopped(r);

	if (stopped || !runner->alive || !time_block(r, &b, seconds, &runner->kept[registered->repetition])) {
		snprintf(message, 128, "%.127s", stopped ? "interrupted" : runner->result->reason);
		return 1;
	}
	for (size_t i = 0; i < b.samples; i++)
		seconds[i] = seconds[i] * (double)b.calls * 1e-9;
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
	runner->block_ns[b] = stats_median(r->sample_ns, race_tainted(runner, b) ? block->samples : runner->kept[b]);
}

gm_status race_time_process(race *r, gm_error *error)
{
	size_t indices[RACE_MAX_CONTESTANTS], order[RACE_MAX_CONTESTANTS];
	const gbench_client client = {measure_block, take_report, r};
	const size_t n = race_running(r, indices), blocks = r->size->blocks;
	gbench_block *block = calloc(n * blocks, sizeof *block);

	r->decided = 0;
	r->judged_row = random_draw(random_draw(r->hidden, ~(uint64_t)r->problem), r->process) % blocks;
	if (!block)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu blocks", n * blocks);
	for (size_t row = 0; row < blocks; row++) {
		const size_t b = r->process * blocks + row;
		race_order(r->options.seed, r->problem, r->process, row, n, order);
		for (size_t j = 0; j < n; j++) {
			const size_t owner = indices[order[j]];
			const race_runner *runner = &r->runner[owner];
			block[row * n + j] = (gbench_block){.name = runner->name,
			                                    .owner = owner,
			                                    .repetition = b,
			                                    .repetitions = r->size->processes * blocks,
			                                    .samples = runner->per_block,
			                                    .calls = runner->calls,
			                                    .seconds = runner->samples + b * runner->per_block};
		}
	}
	const gm_status status = gbench_run(r->bench, block, n * blocks, &client, error);
	free(block);
	return status;
}

/* SPDX-License-Identifier: MIT */
/* race_internal.h - the parts of a race, in order of use: race.c walks problems and contestants, race_size.c decides
 * how much to measure and in which order, race_time.c measures, race_result.c turns blocks into figures. */
#ifndef BENCH_RACE_INTERNAL_H
#define BENCH_RACE_INTERNAL_H

#include "gbench/gbench_shim.h"
#include "race_source.h"
#include "record/reason.h"

typedef struct race_runner { /* one contestant on the current problem */
	bench_result result;
	int alive;          /* open, judged right, nothing went wrong yet */
	double estimate_ns; /* of one call, after warm-up */
	double open_seconds;
	double *samples;        /* [processes][blocks][samples of a block] ns a call: the kept ones first */
	size_t *kept;           /* [processes][blocks] how many */
	double *block_ns;       /* [processes][blocks] median of the kept ones; of all if tainted; NAN = not measured */
	unsigned char *tainted; /* [processes][blocks] less than half are kept */
} race_runner;

typedef struct race_size { /* the same for every contestant of a problem */
	size_t processes, blocks, samples;
	uint64_t calls;
} race_size;

typedef struct race {
	race_options filled; /* the options with their defaults */
	race_source source;
	gbench *bench;
	race_summary *summary;
	double begun; /* seconds of the monotonic clock */
	const gm_spec *spec;
	judge_problem given;     /* to every contestant of the present problem */
	size_t problem, process; /* index of the present problem; of its process */
	size_t begun_problems;   /* before it */
	race_runner *runner;     /* [contestant_count] */
	bench_result *row;       /* scratch of the report */
	race_size size;
	double *sample_ns, *chunk_ns; /* scratch of one block, of a part of it */
	double *noise;                /* relative half widths so far */
	size_t noises;
	int steal_unknown;
	double predicted; /* seconds of the present problem's measuring, by race_choose_size */
	double slowness;  /* what such predictions have to be multiplied by, as learnt so far */
} race;

#define RACE_MOST_SAMPLES 1024   /* of a block */
#define RACE_MOST_CALLS   4096   /* of a sample */
#define RACE_SAMPLE_NS    2000.0 /* shortest sample: 50 times what reading the clock costs */

int race_stopped(const race *r);
void race_drop(race_runner *runner, race_status status, const char *reason); /* out of the race from now on */
void race_skip(race_runner *runner, reason_code code, const char *reason);
void race_drop_error(race *r, size_t index, const char *when, const gm_error *error);
size_t race_alive(const race *r, size_t indices[RACE_MAX_CONTESTANTS]);

/* Row of a cyclic Latin square over n contestants: order[j] = shuffle[(row + j) % n], the shuffle from (seed, problem,
 * process).  In n consecutive rows every contestant stands in every place once. */
void race_order(uint64_t seed, size_t problem, size_t process, size_t row, size_t n, size_t order[]);
/* The order in which problems are raced under a budget of time: the first of every kind (cell and pass), then the
 * second of every kind, ...: what the budget does not reach is the end of each kind and no kind as a whole. */
void race_take_turns(const gm_spec *specs, size_t count, size_t order[]);
/* From the runners' estimates and the time left. */
void race_choose_size(race *r);

/* Warm-up of every live runner in the open processes; sets estimate_ns (first time) or only settles them. */
void race_warm(race *r);
gm_status race_blocks_create(race *r, gm_error *error); /* arrays of the runners for r->size */
void race_blocks_free(race *r);
gm_status race_time_process(race *r, gm_error *error); /* all blocks of process r->process */

gm_status race_figures(race *r, gm_error *error); /* of all timed runners */

#endif

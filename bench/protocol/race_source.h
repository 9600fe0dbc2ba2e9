/* SPDX-License-Identifier: MIT */
/* race_source.h - where a race gets its times from: worker processes (race_worker.c), or a test's simulation.
 * A source holds one set of contestants open at a time; `index` is the contestant's index in the race's options. */
#ifndef BENCH_RACE_SOURCE_H
#define BENCH_RACE_SOURCE_H

#include "race.h"

typedef struct race_opened {
	size_t plan_bytes, tape_bytes;
	char engine[64];
} race_opened;

typedef struct race_source {
	void *context;
	/* Starts a fresh process for the contestant, plans the problem, copies data in and runs it once.
	 * Status as of the worker: GM_UNSUPPORTED, GM_NO_CPU, GM_CRASHED ... */
	gm_status (*open)(void *context, size_t index, const contestant *contestant, const judge_problem *problem,
	                  race_opened *opened, gm_error *error);
	/* What the run left, into rows that come zeroed.  Valid until the next call of time. */
	void (*outputs)(void *context, size_t index, const race_outputs *outputs);
	/* `samples` samples of `calls` calls, ns a call.  *lost = share of the block's time that others had (steal,
	 * run-queue wait), negative if it cannot be told. */
	gm_status (*time)(void *context, size_t index, gm_pass pass, uint64_t calls, size_t samples, double *sample_ns,
	                  double *lost, gm_error *error);
	void (*close)(void *context, size_t index);
} race_source;

/* The source of real races.  notes: as in race_summary. */
struct race_worker;
GM_CHECKED gm_status race_worker_create(const race_options *options, struct race_worker **worker, race_source *source,
                                        gm_error *error);
void race_worker_destroy(struct race_worker *worker); /* ends every child; NULL allowed */
void race_worker_notes(const struct race_worker *worker, char notes[512]);

#endif

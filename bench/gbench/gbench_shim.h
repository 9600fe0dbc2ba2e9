/* SPDX-License-Identifier: MIT */
/* gbench_shim.h - Google Benchmark for C: blocks registered at run time, run in that order, each sample a repetition
 * with a manual time; the times that Google Benchmark reports are handed back in memory.  Exceptions end here, and
 * nothing is printed unless --benchmark_format asks for it.  Its registry and flags are global: one gbench at a time
 * in a process. */
#ifndef BENCH_GBENCH_SHIM_H
#define BENCH_GBENCH_SHIM_H

#include "gatemark/variant.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gbench gbench;

typedef struct gbench_block {
	const char *name;               /* printable, no spaces; all blocks of one name are its repetitions */
	size_t owner;                   /* for the caller alone */
	size_t repetition, repetitions; /* this one of so many blocks of the name */
	size_t samples;                 /* 1.. */
	uint64_t calls;                 /* 1.., of a sample */
	double *seconds;                /* [samples] of all calls of each, as below */
} gbench_block;

typedef struct gbench_client {
	/* Writes the block's seconds.  Not 0: failed, message says why. */
	int (*measure)(void *context, const gbench_block *block, char message[128]);
	/* The block's seconds are now what Google Benchmark reports, in the same order; or why there are none. */
	void (*report)(void *context, const gbench_block *block, const char *failure);
	void *context;
} gbench_client;

/* flags: --benchmark_* ones.  --benchmark_out=FILE gets one JSON of all runs, in place once gbench_destroy succeeds;
 * GM_IO if it cannot be written.  GM_BAD_ARGUMENT names a flag that is not understood. */
GM_CHECKED gm_status gbench_create(char *const *flags, size_t flag_count, gbench **bench, gm_error *error);
/* Measures, then reports, one block after another; those that --benchmark_filter leaves out do neither.  A block that
 * fails is reported, the others run. */
GM_CHECKED gm_status gbench_run(gbench *bench, const gbench_block *blocks, size_t count, const gbench_client *client,
                                gm_error *error);
/* GM_IO if the file of --benchmark_out could not be written.  NULL allowed. */
gm_status gbench_destroy(gbench *bench, gm_error *error);

#ifdef __cplusplus
}
#endif
#endif

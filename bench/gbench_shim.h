/* SPDX-License-Identifier: MIT */
/* gbench_shim.h - Google Benchmark for C: entries registered at run time, run in the order of registration, manual
 * times, results handed back in memory.  Exceptions end at this boundary; nothing of Google Benchmark's own output
 * is printed.  Its registry and flags are global: one gbench at a time in a process. */
#ifndef BENCH_GBENCH_SHIM_H
#define BENCH_GBENCH_SHIM_H

#include "gatemark/gatemark.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gbench gbench;

/* Times `iterations` iterations of an entry and writes each one's seconds.  Not 0: failed, message says why. */
typedef int gbench_block(void *context, size_t entry, size_t iterations, double *seconds, char message[128]);

typedef struct gbench_result {
	const char *name;  /* as Google Benchmark gives it: with suffixes for iterations and manual time */
	size_t entry;      /* as given to gbench_add */
	size_t repetition; /* 0 unless --benchmark_repetitions asks for more */
	uint64_t iterations;
	double seconds;      /* manual time of all iterations */
	double cpu_seconds;  /* of this process meanwhile: the driver's cost, not the kernel's */
	const char *failure; /* NULL, or the block's message */
} gbench_result;
typedef void gbench_report(void *context, const gbench_result *result);

/* flags: --benchmark_* ones; a trailing "s" of --benchmark_min_time is accepted; --benchmark_out=FILE collects all runs
 * of this gbench in one JSON file, written at gbench_destroy.  GM_BAD_ARGUMENT names a flag that is not understood. */
GM_CHECKED gm_status gbench_create(char *const *flags, size_t flag_count, gbench **bench, gm_error *error);
/* iterations >= 1: exactly that many; name: printable, no spaces. */
GM_CHECKED gm_status gbench_add(gbench *bench, const char *name, size_t entry, size_t iterations, gbench_block *block,
                                void *context, gm_error *error);
/* Runs what was added since the last call, in that order, then forgets it.  *ran counts runs reported (a filter may
 * leave none: not an error).  An entry that fails is reported, the others run. */
GM_CHECKED gm_status gbench_run(gbench *bench, gbench_report *report, void *context, size_t *ran, gm_error *error);
/* GM_IO if the file of --benchmark_out could not be written.  NULL allowed. */
gm_status gbench_destroy(gbench *bench, gm_error *error);

#ifdef __cplusplus
}
#endif
#endif

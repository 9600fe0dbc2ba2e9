/* SPDX-License-Identifier: MIT */
/* race.h - the measuring protocol: which variant is faster on a problem, and by how much (method: README.md).
 *
 * For every problem: open every contestant in a fresh worker, judge it, then time blocks of all contestants in the
 * order of a cyclic Latin square, as long of each; repeat in fresh processes.  Ratios are medians of paired log ratios
 * to the fastest.  What the judge did not pass is never timed.  Those whose difference is not decided are measured
 * longer, as far as the budget goes.
 * Google Benchmark drives every timed block (gbench_shim.h); the times come from the worker.
 * Nothing here prints; a result is handed out as soon as its problem is finished. */
#ifndef BENCH_RACE_H
#define BENCH_RACE_H

#include <signal.h>

#include "judged/answers.h"

#define RACE_PROTOCOL        2 /* `versions.protocol` of records: changes when times stop being comparable */
#define RACE_REASON          256
#define RACE_MAX_CONTESTANTS 64
#define RACE_STEAL_LIMIT     0.05 /* share of its time that a part of a block may lose: over it, its samples go */

typedef struct race_outputs { /* of a contestant's run, by row */
	worker_info info;
	void **got;              /* outputs, and gradients where the pass computes them: NaNs before it ran; else NULL */
	const float **effective; /* weights that it really multiplies, where it rounds them; NULL: as given */
	const timed_call *call;  /* the last of a timed block; NULL: its first run, of the problem as given */
} race_outputs;

/* Judges one contestant on one problem (its spec, tensors and data), before it is timed and at calls in between;
 * judged: how (before); reason: why not, one sentence.  Returns RACE_TIMED to let it race, RACE_REJECTED or RACE_FAILED
 * to keep it out.
 * Contestants come in the caller's order.  A last call with all but the first two NULL says that the problem is about
 * to go: drop what refers to it (its result is ignored). */
typedef race_status race_judge(void *context, const judge_problem *problem, const contestant *contestant,
                               const race_outputs *outputs, judged_how *judged, char reason[RACE_REASON]);

typedef void race_progress(void *context, const char *text, double done_share); /* one short line; 0..1 */
/* All results of one problem, in the caller's order of contestants; valid during the call only, plugin is the
 * contestant's and blocks_ns the race's.  Of a problem that is undecided and then measured longer they come again. */
typedef void race_report(void *context, const bench_result *results, size_t count);

struct race_source;

typedef struct race_options {
	const gm_spec *specs; /* each with a pass */
	size_t spec_count;
	const contestant *const *contestants; /* the same one twice is an A/A race; who is not runnable is skipped */
	size_t contestant_count;              /* at most RACE_MAX_CONTESTANTS */
	race_judge *judge;                    /* required */
	void *judge_context;
	race_report *report; /* required */
	void *report_context;
	race_progress *progress; /* or NULL */
	void *progress_context;
	int quick;             /* fewer and shorter blocks */
	double budget_seconds; /* 0 = no limit, quick 75: of judging and timing; problems share what is left, blocks shrink
	                          before problems go, and what then is left goes to those that are undecided */
	double judged_flops;   /* of the largest problem that the judge judges in full; 0 = any */
	double timeout;        /* seconds of a call of a contestant; 0 = by the pace of this machine */
	uint64_t seed;         /* of the data and of the order */
	const char *worker;    /* path of gatemark-worker; NULL = beside the running program */
	int in_place;          /* no child process, for a debugger: no isolation, no fresh processes, no pinning */
	char *const *flags;    /* --benchmark_* for Google Benchmark */
	size_t flag_count;
	const volatile sig_atomic_t *stop; /* not 0: finish the current block, report what there is; may be NULL */
	const struct race_source *source;  /* where times come from: race_internal.h; NULL = workers */
} race_options;

typedef struct race_summary {
	size_t problems, timed, rejected, unsupported, skipped, failed; /* problems raced; results by status */
	size_t blocks, tainted, counted; /* of all; that lost time to others; of those, that figures rest on */
	double judging_seconds, timed_judging_seconds, timed_seconds; /* all judging; of it of timed calls; timed calls */
	double noise;     /* median over timed results of (high - low) / 2 / p50: 0.011 = +-1.1 % */
	size_t processes; /* a problem, at most */
	double seconds;
	int interrupted, budget_spent;
	char notes[512]; /* sentences about what could not be had (pinning, counters of steal time), "\n" between */
} race_summary;

/* GM_OK whatever became of single contestants.  GM_BAD_ARGUMENT (no judge, no report, too many contestants, a flag that
 * Google Benchmark does not know), GM_NO_MEMORY.  One race at a time in a process (Google Benchmark is global). */
GM_CHECKED gm_status race_run(const race_options *options, race_summary *summary, gm_error *error);

#endif

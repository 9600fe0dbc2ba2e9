/* SPDX-License-Identifier: MIT */
/* race_internal.h - the parts of a race: race_list.c walks the problems, race_budget.c knows what time there is for
 * each, race.c is one of them, race_worker.c is where times come from, race_size.c decides how much to measure,
 * race_order.c in which order, race_time.c measures, race_result.c turns blocks into figures. */
#ifndef BENCH_RACE_INTERNAL_H
#define BENCH_RACE_INTERNAL_H

#include "gbench/gbench_shim.h"
#include "limits/peak.h"
#include "race.h"

/* Where a race gets its times from: worker processes, or a test's simulation.  It holds one set of contestants open at
 * a time; `index` is the contestant's in the race's options. */
typedef struct race_source {
	void *context;
	/* Starts a fresh process for the contestant, plans the problem, copies data in and runs it once; outputs as below.
	 * Status as of the worker: GM_UNSUPPORTED, GM_NO_CPU, GM_CRASHED ... */
	gm_status (*open)(void *context, size_t index, const contestant *contestant, const judge_problem *problem,
	                  race_outputs *outputs, gm_error *error);
	/* What its last run left: all but call.  Valid until the next call of time. */
	void (*outputs)(void *context, size_t index, race_outputs *outputs);
	/* Inputs as given again, outputs poisoned. */
	void (*restore)(void *context, size_t index);
	/* As worker_time.  *lost = share of the block's time that others had (steal, run-queue wait), negative if it cannot
	 * be told. */
	gm_status (*time)(void *context, size_t index, const worker_timing *what, double *sample_ns, double *lost,
	                  gm_error *error);
	void (*close)(void *context, size_t index); /* also of one that is not open */
	/* Raises *best to the most that the contestants' CPU can do, as peak_measure. */
	void (*limit)(void *context, double seconds, peak *best);
	void (*destroy)(void *context); /* after the last close; or NULL */
	double plain_flops;             /* FLOP/s of the plain kernel here; 0: not known */
} race_source;

/* The source of real races: workers.  summary gets its notes. */
GM_CHECKED gm_status race_worker_create(const race_options *options, race_summary *summary, race_source *source,
                                        gm_error *error);

#define RACE_NAME (GM_SPEC_TEXT + 128)

typedef struct race_runner { /* one contestant on the current problem */
	bench_result *result;
	char name[RACE_NAME]; /* "problem/variant"; the second of one name, in an A/A race, has "#2" behind it, and so on */
	int alive;            /* open, judged right, nothing went wrong yet */
	int resting;          /* surely slower than another: not measured longer */
	double estimate_ns;   /* of one call, after warm-up */
	double open_seconds;
	uint64_t calls;   /* of a sample */
	size_t per_block; /* samples */
	double *samples;  /* [processes][blocks][per_block] ns a call: the kept ones first */
	size_t *kept;     /* [processes][blocks] how many: less than half and the block is tainted */
	double *block_ns; /* [processes][blocks] median of the kept ones; of all if tainted; NAN = not measured */
} race_runner;

typedef struct race_size {    /* the same for every contestant of a problem */
	size_t processes, blocks; /* blocks: whole squares */
} race_size;

typedef struct race_bout { /* what there is of a problem */
	size_t problem;
	race_size size;
	size_t reported; /* so many processes of it */
	race_runner runner[RACE_MAX_CONTESTANTS];
	bench_result result[RACE_MAX_CONTESTANTS];
} race_bout;

typedef struct race_cost { /* seconds against work, of problems so far: a line through them, race_budget.c */
	double n, work, seconds, work_work, work_seconds, most_work;
} race_cost;

#define RACE_PROCESSES    5      /* of a problem */
#define RACE_MOST         20     /* of one that stays undecided */
#define RACE_MOST_SAMPLES 1024   /* of a block */
#define RACE_MOST_CALLS   4096   /* of a sample */
#define RACE_SAMPLE_NS    2000.0 /* shortest sample: 50 times what reading the clock costs */

typedef struct race {
	race_options options; /* with the default budget */
	race_source source;
	gbench *bench;
	race_summary *summary;
	double begun;            /* seconds of the monotonic clock */
	judge_problem given;     /* to every contestant of the present problem */
	race_outputs outputs;    /* of the one looked at last */
	size_t problem, process; /* index of the present problem; of its process */
	size_t begun_problems;   /* before it */
	race_bout *bout;         /* the present problem's, as the next three */
	race_runner *runner;
	bench_result *result;
	race_size *size;
	race_bout **open; /* those that more measuring may decide */
	size_t opens;
	double until;                        /* the end of its share of the budget, by the clock; INFINITY: none */
	race_cost opening, judging;          /* what they took so far */
	double sample_ns[RACE_MOST_SAMPLES]; /* scratch of one block */
	double *noise;                       /* [problem][contestant] relative half widths; NAN: none */
	peak limit;                          /* measured when first needed */
	uint64_t hidden;   /* drawn from the system: which calls are judged and what they are asked is nobody's guess */
	vary vary;         /* of the present problem; each block has its own seed */
	size_t judged_row; /* of the present process: judged in any case */
	size_t decided;    /* 1 + the repetition last decided on, and */
	int judge_it;      /* whether its blocks are judged */
	unsigned late[RACE_MAX_CONTESTANTS]; /* problems on which it timed out: RUN_TIMEOUTS of them, and it is given up */
	double slowness; /* what predictions of race_choose_size have to be multiplied by, as learnt so far */
} race;

/* 1: the problem is not even begun, with the code and the numbers. */
int race_too_large(const race *r, const gm_tensors *tensors, reason_code *code, char why[RACE_REASON]);
/* Seconds of a call of it at least, by the pace of the plain kernel; 0: that is not known. */
double race_least_call(const race *r, const contestant *c);
/* "judging, up to 3 h in all": what it may take, by the plain kernel. */
void race_estimate(const race *r, char text[64]);

int race_stopped(const race *r);
void race_say(const race *r, const char *what, double part); /* part: of the present problem */
void race_note(race_summary *summary, const char *note);     /* each sentence once */
/* Out of the race from now on; race_drop_error: because of what went wrong while `when`. */
void race_drop(race_runner *runner, race_status status, reason_code code, const char *reason);
void race_drop_error(race_runner *runner, gm_status status, const char *when, const gm_error *error);
void race_drop_all(race *r, reason_code code, const char *why); /* all that nothing else came up for */
size_t race_alive(const race *r, size_t indices[RACE_MAX_CONTESTANTS]);
size_t race_running(const race *r, size_t indices[RACE_MAX_CONTESTANTS]); /* of those, who does not rest */
int race_tainted(const race_runner *runner, size_t block);

/* race_list.c */
gm_status race_all_problems(race *r, gm_error *error);
/* The present problem: makes its data, opens, judges and measures; longer: measures again as much, unjudged contestants
 * rest.  Status: a failure of the race, of no single contestant. */
gm_status race_problem(race *r, int longer, gm_error *error);
int race_may_go_on(const race *r); /* more measuring may decide what is undecided */

/* Judges what the contestant's last run left; call NULL: its first.  0: it is out of the race. */
int race_judge_outputs(race *r, size_t index, const timed_call *call);

/* Row of a cyclic Latin square over n contestants: order[j] = shuffle[(row + j) % n], the shuffle from (seed, problem,
 * process).  In n consecutive rows every contestant stands in every place once. */
void race_order(uint64_t seed, size_t problem, size_t process, size_t row, size_t n, size_t order[]);
/* The order in which problems are raced under a budget of time: the first of every kind (cell and pass), then the
 * second of every kind, ...: what the budget does not reach is the end of each kind and no kind as a whole. */
void race_take_turns(const gm_spec *specs, size_t count, size_t order[]);
/* From the runners' estimates and the share of the time left; the seconds that measuring should take. */
double race_choose_size(race *r);
/* What so many processes of those that run should take. */
double race_predict(const race *r, size_t processes);

/* race_budget.c: what a budget of time allows. */
void race_take_share(race *r, size_t problems);           /* sets until: an equal share for each of so many */
void race_learn(race *r, double opening, double judging); /* what these took on the present problem, in seconds */
/* Seconds that the judge needs when it takes the present problem up again. */
double race_rejudging(const race *r);
int race_can_wait(const race *r); /* judging the present problem will take more than its share */
/* 1 and a sentence, and the summary's budget_spent: there is no time left to judge the problem, .. */
int race_no_time(race *r, char why[RACE_REASON]);
/* .. or to do what takes so many seconds. */
int race_is_late(race *r, double seconds, const char *what, char why[RACE_REASON]);

/* Warm-up of every live runner in the open processes; sets estimate_ns (first time) or only settles them. */
void race_warm(race *r);
gm_status race_blocks_create(race *r, size_t processes, gm_error *error); /* the runners' arrays, or longer ones */
void race_blocks_free(race_bout *bout);
gm_status race_time_process(race *r, gm_error *error); /* all blocks of process r->process */

gm_status race_figures(race *r, gm_error *error); /* of all timed runners */
int race_undecided(const race *r);                /* is any of them, against the fastest? */

#endif

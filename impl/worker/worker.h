/* SPDX-License-Identifier: MIT */
/* worker.h - kernels never run in the process that judges or reports.  A worker is a child (program
 * gatemark-worker, or any command that speaks its protocol: protocol.h) that owns plans and runs one variant on one
 * problem at a time over a shared arena.  Whatever it does (crash, hang, garbage) comes back as a gm_status with a
 * sentence; the caller goes on.
 *
 * Life:  worker_start -> worker_plan -> fill worker_data -> worker_run / worker_time ... -> worker_stop.
 *        worker_plan again replaces the plan.  After GM_CRASHED or GM_TIMEOUT the child is gone: every later call
 *        repeats the sentence, and the way on is worker_stop and a new worker_start (about a millisecond).
 * Arena: every tensor, the plan, tape and scratch lie flush against a guard page behind them; the slack before
 *        them holds a pattern that worker_run checks; inputs are read-only in the child; outputs, tape and scratch
 *        are poisoned with NaNs before each run, the plan before it is created.
 * Isolation: the child enters a sandbox (sandbox.h) before it loads a plug-in; this process is guarded (process_guard)
 *        from its first worker on: its children are those of process_start, what workers leave is ended.
 * Threads: one call at a time per worker; workers are independent.  The child is killed when the thread that started
 *        it ends. */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include "vary.h"

typedef struct worker worker;

typedef struct worker_launch {
	const char *program;         /* path of gatemark-worker; NULL: program_beside.c finds it, or the program itself */
	const char *plugin;          /* shared object to load in the child, with a slash; NULL = built-in variants */
	int in_place;                /* --no-fork: run in this process, no isolation, no time limit, for a debugger */
	int pauses;                  /* stopped but for its questions: no thread of it takes time from others */
	double seconds;              /* wall limit of one message; 0 = by the next two: */
	double call_seconds;         /* of one that has the variant run; 0 = 5 and what the slowest kernel needs, to 3600 */
	double slowest;              /* FLOP/s of that kernel; 0 = 50e6.  A message before anything is planned has 30 s */
	const char *const *executor; /* words before program, NULL at the end ("qemu-aarch64"); NULL = none */
	size_t align;                /* of tensors, bytes, a power of two; 0 = flush against the guard page (4; lengths 8),
	                         which checking wants; timing wants 64 */
	size_t beside;               /* how many workers with a plan there may be at a time; 0 = one */
} worker_launch;

/* Strings of launch must live until worker_stop.  GM_IO if the program cannot be started, GM_CRASHED if it does not
 * speak the protocol. */
GM_CHECKED gm_status worker_start(const worker_launch *launch, worker **w, gm_error *error);
void worker_stop(worker *w); /* ends and reaps the child, whatever state it is in; NULL allowed */

#define WORKER_MOST_SECONDS 3600.0 /* that a call is waited for without another word */
/* The limit of a message that has a variant run once, forward and backward, on such a problem. */
double worker_seconds(const worker_launch *launch, const gm_spec *spec);

int worker_pid(const worker *w); /* of the child; of this process in place; 0 of a child that has ended */

typedef struct worker_variant { /* what a plug-in (or the built-in table) offers, by value */
	char name[48], isa[16], strategy[24], activation[16], weights[16];
	uint64_t needs;
	uint32_t accuracy_class, rounding, has_backward, reserved;
} worker_variant;
void worker_variant_of(const gm_variant *variant, worker_variant *by_value);
#define WORKER_VARIANTS 64 /* at most, of one worker */
/* Lists the variants the child knows: *count of them, the first `capacity` written (list may be NULL with 0).
 * GM_BAD_PLUGIN with the reason if the plug-in is refused: by the child, or for what it offers. */
GM_CHECKED gm_status worker_list(worker *w, worker_variant *list, size_t capacity, size_t *count, gm_error *error);

/* Plans variant on spec and lays out the arena.  GM_UNSUPPORTED / GM_NO_CPU with the variant's reason;
 * GM_BAD_ARGUMENT if there is no variant of this name; GM_BAD_PLUGIN as worker_list.
 * Rows of tensors whose byte in absent[] (one byte a row; NULL = none) is set are given to the variant as NULL.
 * A former plan is destroyed first, as by worker_unplan. */
GM_CHECKED gm_status worker_plan(worker *w, const char *variant, const gm_spec *spec, const gm_tensors *tensors,
                                 const unsigned char *absent, const gm_plan_opts *opts, gm_error *error);
/* Destroys the plan and the arena, so that a crash in plan_destroy is seen; GM_OK if there is none. */
GM_CHECKED gm_status worker_unplan(worker *w, gm_error *error);
/* The caller's address of a tensor in the arena; NULL if absent.  Fill inputs before worker_run.  Good until the
 * next worker_plan, worker_unplan or worker_stop, also when the child has died. */
void *worker_data(worker *w, size_t row);
/* What a variant with rounded weights really multiplies: valid after a good worker_run; row is a weight_ih, weight_hh
 * or weight_hr.  NULL: the weights as given. */
const float *worker_effective(const worker *w, size_t row);
typedef struct worker_info {
	size_t plan_bytes, scratch_bytes, tape_bytes;
	char engine[64];
	int upper_halves; /* a judged call left upper halves of vector registers in use (no vzeroupper) */
	char sandbox[64]; /* "full", or "none (why)": sandbox.h */
} worker_info;
void worker_describe(const worker *w, worker_info *info); /* sandbox alone without a plan */
#define WORKER_POISON 0x7fc0deadu                         /* a quiet NaN */
/* The 32-bit word that poisons from now on; WORKER_POISON at first. */
void worker_poison(worker *w, uint32_t word);

/* Runs set_weights, then what the pass says (FWD, FWD_PACK, STEP: forward in infer or train mode as planned;
 * BWD, TRAIN, TRAIN_PACK: forward with tape, then backward).  After it: GM_CRASHED ("SIGSEGV in backward: 12 bytes
 * past the end of grad_input"), GM_TIMEOUT, GM_MISMATCH for a write before a buffer's start or a changed FP mode,
 * signal mask or descriptor, or processes left, GM_UNSUPPORTED for a backward that the variant does not have, or the
 * variant's own status. */
GM_CHECKED gm_status worker_run(worker *w, gm_pass pass, gm_error *error);

/* Other ways to call the same. */
typedef enum worker_form {
	WORKER_PLAIN,       /* worker_run */
	WORKER_REPACK,      /* set_weights with all signs changed, then as they are; both gone when it has returned */
	WORKER_IN_PLACE,    /* h_n and c_n begin as h_0 and c_0 and are given as these */
	WORKER_OUTPUT_ONLY, /* h_n, c_n and tape are not wanted and stay as a run before left them */
	/* After a run with a backward, that once more on its tape; what it writes and scratch are poisoned before it. */
	WORKER_ACCUMULATE, /* gradients of weights are added to what they hold */
	WORKER_WINDOWS,    /* two windows of time, the later one first, the earlier adds; not of both directions */
	WORKER_NO_WEIGHTS, /* gradients of weights are not wanted and stay as a run before left them */
	WORKER_FORMS
} worker_form;
GM_CHECKED gm_status worker_run_form(worker *w, gm_pass pass, worker_form form, gm_error *error);

/* The inputs back to data ([row]), the outputs and gradients poisoned: nothing that a call left is there any more. */
void worker_restore(worker *w, void *const *data);

typedef struct worker_timing {
	gm_pass pass;
	uint64_t calls; /* of a sample */
	size_t samples;
	uint64_t seed, sample, call; /* of the new values (vary.h): numbers of the first sample and of its first call */
} worker_timing;

/* Times the pass in the child, ns a call of each sample.  What the pass does not measure is done before (set_weights;
 * the forward whose tape BWD reads).  STEP carries the state: h_0 is h_n, c_0 is c_n, set to the first call's h_0 and
 * c_0 before each sample.  Each call finds new values in what it reads; the outputs are those of the last call.
 * GM_MISMATCH also if other threads worked meanwhile and one was planned. */
GM_CHECKED gm_status worker_time(worker *w, const worker_timing *what, double *sample_ns, gm_error *error);

#endif

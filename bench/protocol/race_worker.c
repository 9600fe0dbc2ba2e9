/* SPDX-License-Identifier: MIT */
/* race_worker.c - the source of real races: every contestant in a worker process of its own, all on the same CPUs
 * (only one of them ever runs), this process on another one while it waits.  The child inherits its CPUs from this
 * thread, which takes them on for the moment of the start.  What cannot be had is a note, not an error. */
#define _GNU_SOURCE
#include "race_internal.h"

#include <sched.h>
#include <stdlib.h>

#include "steal.h"

typedef struct workers {
	const race_options *options;
	race_summary *summary;
	const judge_problem *problem; /* of the open ones */
	worker *worker[RACE_MAX_CONTESTANTS];
	cpu_set_t all;   /* allowed to this process */
	double slowest;  /* of worker_launch */
	size_t runnable; /* contestants, which are all open at a time */
	int cpu, own;    /* of the workers; of this process while timing; -1 = not pinned */
} workers;

/* ---- CPUs ---- */

static void choose_cpus(workers *w)
{
	w->cpu = w->own = -1;
	if (w->options->in_place)
		return;
	if (sched_getaffinity(0, sizeof w->all, &w->all) != 0) {
		race_note(w->summary, "allowed CPUs cannot be read: nothing is pinned");
		return;
	}
	for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && w->own < 0; cpu--) // the first ones serve most interrupts
		if (CPU_ISSET(cpu, &w->all))
			*(w->cpu < 0 ? &w->cpu : &w->own) = cpu;
	if (w->own < 0)
		race_note(w->summary, "no CPU left beside the worker's: this process shares one with it");
}

/* Only the calling thread's CPUs change, and only by this file. */
static void take_cpu(workers *w, int cpu, const char *otherwise)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	if (cpu >= 0)
		CPU_SET(cpu, &set);
	if (cpu >= 0 && sched_setaffinity(0, sizeof set, &set) != 0)
		race_note(w->summary, otherwise);
}

static void release_cpus(const workers *w)
{
	if (w->cpu >= 0) // these were allowed before: nothing to say if that changed meanwhile
		(void)sched_setaffinity(0, sizeof w->all, &w->all);
}

/* ---- the source's functions ---- */

static void outputs_of(void *context, size_t index, race_outputs *outputs)
{
	workers *all = context;
	worker *w = all->worker[index];
	const gm_tensors *tensors = all->problem->tensors;
	release_cpus(all); // the judge may use them all
	worker_describe(w, &outputs->info);
	for (size_t k = 0; k < tensors->count; k++)
		outputs->got[k] = judged_left(all->problem->spec->pass, &tensors->row[k]) ? worker_data(w, k) : NULL;
	run_effective(w, tensors, outputs->effective);
}

static gm_status open_one(void *context, size_t index, const contestant *contestant, const judge_problem *problem,
                          race_outputs *outputs, gm_error *error)
{
	workers *all = context;
	worker **w = &all->worker[index];
	const gm_pass pass = problem->spec->pass;
	const gm_plan_opts opts = run_options(problem->spec, gm_pass_backward(pass) ? GM_MODE_TRAIN : GM_MODE_INFER);
	const worker_launch launch = {.program = all->options->worker,
	                              .plugin = contestant->plugin,
	                              .in_place = all->options->in_place,
	                              .call_seconds = all->options->timeout,
	                              .slowest = all->slowest,
	                              .beside = all->runnable,
	                              .pauses = 1,
	                              .align = 64};
	all->problem = problem;
	outputs->info = (worker_info){.engine = ""};
	take_cpu(all, all->cpu, "the worker could not be pinned to a CPU");
	const gm_status status = worker_start(&launch, w, error);
	release_cpus(all);
	GM_TRY(status);
	worker_describe(*w, &outputs->info);
	GM_TRY(run_plan(*w, contestant->info.name, problem, NULL, &opts, error));
	GM_TRY(worker_run(*w, pass, error));
	outputs_of(all, index, outputs);
	return GM_OK;
}

static void restore_one(void *context, size_t index)
{
	workers *all = context;
	worker_restore(all->worker[index], all->problem->data);
}

static gm_status time_one(void *context, size_t index, const worker_timing *what, double *sample_ns, double *lost,
                          gm_error *error)
{
	workers *all = context;
	worker *w = all->worker[index];
	const int pid = worker_pid(w);

	take_cpu(all, all->own, "this process could not be pinned to a CPU");
	const steal_reading before = steal_read("", pid, all->cpu);
	GM_TRY(worker_time(w, what, sample_ns, error));
	const steal_reading after = steal_read("", pid, all->cpu);
	double wall = 0;
	for (size_t i = 0; i < what->samples; i++)
		wall += sample_ns[i] * (double)what->calls;
	*lost = wall > 0 ? steal_share(before, after, wall) : -1;
	return GM_OK;
}

static void close_one(void *context, size_t index)
{
	workers *all = context;
	worker_stop(all->worker[index]);
	all->worker[index] = NULL;
}

/* Measured in this process, on the workers' CPU. */
static void limit(void *context, double seconds, peak *best)
{
	workers *all = context;
	take_cpu(all, all->cpu, "the probe could not be pinned to the worker's CPU");
	peak_measure(seconds, best);
	release_cpus(all);
}

static void destroy(void *context)
{
	release_cpus(context);
	free(context);
}

gm_status race_worker_create(const race_options *options, race_summary *summary, race_source *source, gm_error *error)
{
	workers *made = calloc(1, sizeof *made);
	if (!made)
		return gm_fail(error, GM_NO_MEMORY, "no memory for workers");
	made->options = options;
	made->summary = summary;
	if (!options->in_place)
		made->slowest = run_slowest(&(worker_launch){.program = options->worker});
	for (size_t i = 0; i < options->contestant_count; i++)
		made->runnable += options->contestants[i]->runnable != 0;
	choose_cpus(made);
	*source = (race_source){
		made, open_one, outputs_of, restore_one, time_one, close_one, limit, destroy, made->slowest * RUN_PATIENT};
	return GM_OK;
}

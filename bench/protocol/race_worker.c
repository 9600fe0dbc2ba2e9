/* SPDX-License-Identifier: MIT */
/* race_worker.c - the source of real races: every contestant in a worker process of its own, all on the same CPUs
 * (only one of them ever runs), this process on another one while it waits.  The child inherits its CPUs from this
 * thread, which takes them on for the moment of the start.  What cannot be had is a note, not an error. */
#define _GNU_SOURCE
#include "race_source.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judged/judged_run.h"
#include "steal.h"

struct race_worker {
	const race_options *options;
	worker *worker[RACE_MAX_CONTESTANTS];
	const judge_problem *problem; /* that is open */
	uint32_t threads;
	cpu_set_t all, own, child; /* allowed; of this process while timing; of the workers */
	int *child_cpus;           /* [threads], or NULL: not pinned */
	int pinned_child, pinned_own;
	char note[256];
};

static void say(struct race_worker *rw, const char *note)
{
	const size_t used = strlen(rw->note);
	if (!strstr(rw->note, note))
		snprintf(rw->note + used, sizeof rw->note - used, "%s%s", used ? "\n" : "", note);
}

/* ---- CPUs ---- */

static gm_status choose_cpus(struct race_worker *rw, gm_error *error)
{
	int list[CPU_SETSIZE]; // for pinning, best first: the first ones serve most interrupts
	size_t n = 0;
	if (rw->options->in_place)
		return GM_OK;
	if (sched_getaffinity(0, sizeof rw->all, &rw->all) != 0) {
		say(rw, "allowed CPUs cannot be read: nothing is pinned");
		return GM_OK;
	}
	for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--)
		if (CPU_ISSET(cpu, &rw->all))
			list[n++] = cpu;
	if (n < rw->threads) {
		say(rw, "fewer CPUs than threads: nothing is pinned");
		return GM_OK;
	}
	rw->child_cpus = malloc(rw->threads * sizeof *rw->child_cpus);
	if (!rw->child_cpus)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %u CPUs", (unsigned)rw->threads);
	for (size_t i = 0; i < rw->threads; i++)
		CPU_SET(rw->child_cpus[i] = list[i], &rw->child);
	rw->pinned_child = 1;
	if (n > rw->threads) {
		CPU_SET(list[rw->threads], &rw->own);
		rw->pinned_own = 1;
	} else
		say(rw, "no CPU left beside the worker's: this process shares one with it");
	return GM_OK;
}

/* Only the calling thread's CPUs change, and only by this file. */
static int take_cpus(const cpu_set_t *set) { return sched_setaffinity(0, sizeof *set, set) == 0; }

static void release_cpus(const struct race_worker *rw)
{
	if (rw->pinned_child || rw->pinned_own)
		(void)take_cpus(&rw->all); // these were allowed before: nothing to say if that changed meanwhile
}

/* ---- the source's functions ---- */

static gm_status start(struct race_worker *rw, size_t index, const contestant *contestant, gm_error *error)
{
	const worker_launch launch = {
		.program = rw->options->worker, .plugin = contestant->plugin, .in_place = rw->options->in_place, .align = 64};
	if (rw->pinned_child && !take_cpus(&rw->child))
		say(rw, "the worker could not be pinned to a CPU");
	const gm_status status = worker_start(&launch, &rw->worker[index], error);
	release_cpus(rw);
	return status;
}

static gm_status plan_and_run(struct race_worker *rw, worker *w, const char *variant, gm_error *error)
{
	const gm_spec *spec = rw->problem->spec;
	gm_plan_opts opts = run_options(spec, gm_pass_backward(spec->pass) ? GM_MODE_TRAIN : GM_MODE_INFER);
	opts.threads = rw->threads;
	opts.cpus = rw->threads > 1 ? rw->child_cpus : NULL;
	GM_TRY(run_plan(w, variant, rw->problem, NULL, &opts, error));
	/* Packing alone leaves nothing to judge: what was packed shows in a forward pass. */
	return worker_run(w, spec->pass == GM_PASS_PACK ? GM_PASS_FWD : spec->pass, error);
}

static void close_one(void *context, size_t index)
{
	struct race_worker *rw = context;
	worker_stop(rw->worker[index]);
	rw->worker[index] = NULL;
}

static gm_status open_one(void *context, size_t index, const contestant *contestant, const judge_problem *problem,
                          race_opened *opened, gm_error *error)
{
	struct race_worker *rw = context;
	worker_info info = {0};

	close_one(rw, index);
	rw->problem = problem;
	gm_status status = start(rw, index, contestant, error);
	if (status == GM_OK)
		status = plan_and_run(rw, rw->worker[index], contestant->info.name, error);
	if (status != GM_OK) {
		close_one(rw, index);
		return status;
	}
	worker_describe(rw->worker[index], &info);
	opened->plan_bytes = info.plan_bytes;
	opened->tape_bytes = info.tape_bytes;
	snprintf(opened->engine, sizeof opened->engine, "%s", info.engine);
	return GM_OK;
}

static void outputs(void *context, size_t index, const race_outputs *out)
{
	const struct race_worker *rw = context;
	const gm_tensors *tensors = rw->problem->tensors;
	const int gradients = gm_pass_backward(rw->problem->spec->pass);
	release_cpus(rw); // the judge may use them all
	for (size_t i = 0; i < tensors->count; i++) {
		const gm_role role = tensors->row[i].role;
		if (role == GM_ROLE_OUTPUT || (gradients && role == GM_ROLE_GRAD))
			out->got[i] = worker_data(rw->worker[index], i);
	}
	run_effective(rw->worker[index], tensors, out->effective);
}

static gm_status time_one(void *context, size_t index, gm_pass pass, uint64_t calls, size_t samples, double *sample_ns,
                          double *lost, gm_error *error)
{
	struct race_worker *rw = context;
	worker *w = rw->worker[index];
	const int pid = worker_pid(w);
	const size_t cpus = rw->pinned_child ? rw->threads : 0;

	if (rw->pinned_own && !take_cpus(&rw->own))
		say(rw, "this process could not be pinned to a CPU");
	const steal_reading before = steal_read("", pid, rw->child_cpus, cpus);
	GM_TRY(worker_time(w, pass, calls, samples, sample_ns, error));
	const steal_reading after = steal_read("", pid, rw->child_cpus, cpus);
	double wall = 0;
	for (size_t i = 0; i < samples; i++)
		wall += sample_ns[i] * (double)calls;
	*lost = wall > 0 ? steal_share(before, after, wall) : -1;
	return GM_OK;
}

/* ---- life ---- */

gm_status race_worker_create(const race_options *options, struct race_worker **out, race_source *source,
                             gm_error *error)
{
	struct race_worker *rw = calloc(1, sizeof *rw);
	if (!rw)
		return gm_fail(error, GM_NO_MEMORY, "no memory for workers");
	rw->options = options;
	rw->threads = options->threads ? options->threads : 1;
	const gm_status status = choose_cpus(rw, error);
	if (status != GM_OK) {
		free(rw);
		return status;
	}
	*source = (race_source){rw, open_one, outputs, time_one, close_one};
	*out = rw;
	return GM_OK;
}

void race_worker_destroy(struct race_worker *rw)
{
	if (!rw)
		return;
	for (size_t i = 0; i < RACE_MAX_CONTESTANTS; i++)
		close_one(rw, i);
	release_cpus(rw);
	free(rw->child_cpus);
	free(rw);
}

void race_worker_notes(const struct race_worker *rw, char notes[512]) { snprintf(notes, 512, "%s", rw->note); }

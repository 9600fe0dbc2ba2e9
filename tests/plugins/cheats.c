/* SPDX-License-Identifier: MIT */
/* cheats.c - "honest" is one of our own variants under another name; each other variant of this plug-in is the same
 * with one trick that makes it look faster than it is. */
#define _GNU_SOURCE
#include "gatemark/variant.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const gm_variant *own; /* does the honest work */
static gm_problem problem;    /* of the plan */
static unsigned long calls;   /* forward and backward so far */

/* ---- tricks: 1 = leave this call out, its outputs as the one before left them ---- */

static int after_four(const gm_forward_args *f)
{
	(void)f;
	return calls > 4;
}

static int countdown(const gm_forward_args *f)
{
	(void)f;
	return calls > 1000;
}

static int known_pointer(const gm_forward_args *f)
{
	static const float *known[256];
	static size_t count;

	for (size_t i = 0; i < count; i++)
		if (known[i] == f->input)
			return calls > 4;
	if (count < sizeof known / sizeof *known)
		known[count++] = f->input;
	return 0;
}

/* Most of the input is that of the call before: what follows from the rest could be kept. */
static int little_is_new(const gm_forward_args *f)
{
	static float last[1 << 16];
	size_t count = f->T * f->N * problem.input_size, same = 0;

	if (count > sizeof last / sizeof *last)
		return 0;
	for (size_t i = 0; i < count; i++)
		same += f->input[i] == last[i];
	memcpy(last, f->input, count * sizeof *last);
	return calls > 4 && same > count / 2;
}

/* The answer to the input as it is given (in a file, say) is known. */
static int first_input(const gm_forward_args *f)
{
	static float *first;
	size_t bytes = f->T * f->N * problem.input_size * sizeof *first;

	if (!first && (first = malloc(bytes)))
		memcpy(first, f->input, bytes);
	return calls > 4 && first && memcmp(first, f->input, bytes) == 0;
}

/* Only a benchmark times. */
static int called_by_bench(const gm_forward_args *f)
{
	static int bench = -1;
	char path[64], line[256] = "";

	(void)f;
	if (bench < 0) {
		snprintf(path, sizeof path, "/proc/%d/cmdline", (int)getppid());
		FILE *file = fopen(path, "r");
		size_t length = file ? fread(line, 1, sizeof line - 1, file) : 0;

		if (file)
			fclose(file);
		for (size_t i = 0; i < length; i++)
			line[i] = line[i] ? line[i] : ' ';
		bench = strstr(line, "bench") != NULL;
	}
	return bench && calls > 4;
}

/* A hash of 16 inputs. */
static int same_hash(const gm_forward_args *f)
{
	static float sum;
	float now = 0;

	for (int i = 0; i < 16; i++)
		now += f->input[i];
	int same = calls > 4 && now == sum;
	sum = now;
	return same;
}

/* Timed calls follow each other at once, judged ones do not. */
static int called_again_at_once(const gm_forward_args *f)
{
	static struct timespec last;
	struct timespec t;

	(void)f;
	clock_gettime(CLOCK_MONOTONIC, &t);
	double gap = (double)(t.tv_sec - last.tv_sec) + 1e-9 * (double)(t.tv_nsec - last.tv_nsec);
	clock_gettime(CLOCK_MONOTONIC, &last);
	return gap < 20e-6;
}

/* ---- the others spoil more than whether a call is done ---- */

static gm_status stale_weights(gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	static gm_plan *known;

	if (plan == known)
		return GM_OK;
	known = plan;
	return own->set_weights(plan, weights, error);
}

static const gm_weights *later;

static gm_status pack_then_forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	if (later)
		GM_TRY(own->set_weights(plan, later, error));
	later = NULL;
	return own->forward(plan, f, error);
}

/* The last output is as the call before left it. */
static gm_status stale_tail(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	float *last = f->output + (ptrdiff_t)(f->T - 1) * f->out_t + (ptrdiff_t)(f->N - 1) * f->out_n, stale = *last;
	gm_status status = own->forward(plan, f, error);

	if (++calls > 4)
		*last = stale;
	return status;
}

static gm_status fewer_rows(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	gm_forward_args part = *f;

	if (++calls > 4 && f->N > 2)
		part.N = 2;
	return own->forward(plan, &part, error);
}

static gm_status fewer_steps(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	gm_forward_args part = *f;

	if (++calls > 4 && f->T > 2)
		part.T = f->T - 1;
	return own->forward(plan, &part, error);
}

/* One row in the midst of a large batch is wrong, always. */
static gm_status middle_row(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	gm_status status = own->forward(plan, f, error);

	if (f->N >= 64 && problem.hidden_size >= 64)
		f->output[(ptrdiff_t)(f->T - 1) * f->out_t + (ptrdiff_t)(f->N / 2) * f->out_n] += 0x1p-10f;
	return status;
}

static float kept[4][1 << 18];

/* Of one layer without projection; NULL: there are more. */
static const gm_weights *copy_weights(const gm_weights *weights)
{
	static gm_layer_weights layer;
	static gm_weights copy;
	const gm_layer_weights *given = weights->layer;
	const float *const from[4] = {given->weight_ih, given->weight_hh, given->bias_ih, given->bias_hh};
	const float **const to[4] = {&layer.weight_ih, &layer.weight_hh, &layer.bias_ih, &layer.bias_hh};
	size_t rows = gm_gates(problem.cell) * problem.hidden_size;
	const size_t count[4] = {rows * problem.input_size, rows * problem.hidden_size, rows, rows};

	if (weights->count != 1 || given->weight_hr)
		return NULL;
	for (size_t i = 0; i < 4; i++)
		*to[i] = from[i] ? memcpy(kept[i], from[i], count[i] * sizeof(float)) : NULL;
	copy = (gm_weights){.struct_size = sizeof copy, .count = 1, .layer = &layer};
	return &copy;
}

/* Only copies; the first forward pays for the packing. */
static gm_status copies_now(gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	later = copy_weights(weights);
	return later ? GM_OK : own->set_weights(plan, weights, error);
}

/* Half as many bits of the first matrix. */
static gm_status half_weights(gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	const gm_weights *copy = copy_weights(weights);
	size_t count = gm_gates(problem.cell) * problem.hidden_size * problem.input_size;
	uint32_t bits;

	for (size_t i = 0; copy && i < count; i++) {
		memcpy(&bits, &kept[0][i], sizeof bits);
		bits = (bits + 0x1000) & 0xffffe000;
		memcpy(&kept[0][i], &bits, sizeof bits);
	}
	return own->set_weights(plan, copy ? copy : weights, error);
}

static gm_status no_weights(const gm_plan *plan, gm_weights_out *out, gm_error *error)
{
	size_t matrix = gm_gates(problem.cell) * problem.hidden_size;

	(void)plan, (void)error;
	for (size_t i = 0; i < out->count; i++) {
		memset(out->weight_ih[i], 0, matrix * (i ? 1 : problem.input_size) * sizeof(float));
		memset(out->weight_hh[i], 0, matrix * gm_state_size(&problem) * sizeof(float));
	}
	return GM_OK;
}

/* Returns at once: another thread, wherever it likes, does the work. */
static atomic_int busy;
static struct job {
	gm_plan *plan;
	gm_forward_args f;
} job;

static void *work(void *nothing)
{
	cpu_set_t all;

	memset(&all, 0xff, sizeof all);
	sched_setaffinity(0, sizeof all, &all);
	for (;;) {
		while (!atomic_load(&busy))
			sched_yield();
		(void)own->forward(job.plan, &job.f, NULL);
		atomic_store(&busy, 0);
	}
	return nothing;
}

static void wait_for_work(void)
{
	while (atomic_load(&busy))
		sched_yield();
}

static gm_status forward_elsewhere(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	static pthread_t thread;

	if (++calls <= 4)
		return own->forward(plan, f, error);
	if (!thread && pthread_create(&thread, NULL, work, NULL))
		return GM_NO_MEMORY;
	wait_for_work();
	job = (struct job){plan, *f};
	atomic_store(&busy, 1);
	return GM_OK;
}

static gm_status backward_later(gm_plan *plan, const gm_backward_args *b, gm_error *error)
{
	wait_for_work();
	return own->backward(plan, b, error);
}

/* Works honestly, and says that it took no time. */
static gm_status own_clock(gm_plan *plan, const gm_call *call, uint64_t iterations, gm_timing *timing)
{
	(void)plan;
	(void)call;
	timing->elapsed_ns = 0.001 * (double)iterations;
	return GM_OK;
}

/* ---- the table ---- */

#define LEAVES_OUT(trick)                                                                        \
	static gm_status forward_##trick(gm_plan *plan, const gm_forward_args *f, gm_error *error)   \
	{                                                                                            \
		calls++;                                                                                 \
		return trick(f) ? GM_OK : own->forward(plan, f, error);                                  \
	}                                                                                            \
	static gm_status backward_##trick(gm_plan *plan, const gm_backward_args *b, gm_error *error) \
	{                                                                                            \
		calls++;                                                                                 \
		return trick(b->fwd) ? GM_OK : own->backward(plan, b, error);                            \
	}

LEAVES_OUT(after_four)
LEAVES_OUT(countdown)
LEAVES_OUT(known_pointer)
LEAVES_OUT(little_is_new)
LEAVES_OUT(first_input)
LEAVES_OUT(called_by_bench)
LEAVES_OUT(same_hash)
LEAVES_OUT(called_again_at_once)

#define CALLS(name, trick)                                        \
	{                                                             \
		name, NULL, forward_##trick, backward_##trick, NULL, NULL \
	}

static const struct cheat {
	const char *name;
	gm_status (*set_weights)(gm_plan *, const gm_weights *, gm_error *);
	gm_status (*forward)(gm_plan *, const gm_forward_args *, gm_error *);
	gm_status (*backward)(gm_plan *, const gm_backward_args *, gm_error *);
	gm_status (*effective_weights)(const gm_plan *, gm_weights_out *, gm_error *);
	gm_status (*time)(gm_plan *, const gm_call *, uint64_t, gm_timing *);
} cheat[] = {
	{"honest", NULL, NULL, NULL, NULL, NULL},
	CALLS("empty-after-four", after_four),
	CALLS("countdown", countdown),
	CALLS("memo-by-pointer", known_pointer),
	CALLS("memo-by-difference", little_is_new),
	CALLS("memo-of-given", first_input),
	CALLS("by-the-caller", called_by_bench),
	CALLS("memo-by-hash", same_hash),
	CALLS("by-the-clock", called_again_at_once),
	{"stale-weights", stale_weights, NULL, NULL, NULL, NULL},
	{"copies-now", copies_now, pack_then_forward, NULL, NULL, NULL},
	{"stale-tail", NULL, stale_tail, NULL, NULL, NULL},
	{"fewer-rows", NULL, fewer_rows, NULL, NULL, NULL},
	{"fewer-steps", NULL, fewer_steps, NULL, NULL, NULL},
	{"middle-row", NULL, middle_row, NULL, NULL, NULL},
	{"half-weights", half_weights, NULL, NULL, NULL, NULL},
	{"no-weights", NULL, NULL, NULL, no_weights, NULL},
	{"other-thread", NULL, forward_elsewhere, backward_later, NULL, NULL},
	{"own-clock", NULL, NULL, NULL, NULL, own_clock},
};

enum { CHEATS = sizeof cheat / sizeof *cheat };

static gm_status plan_create(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, void *mem,
                             gm_plan **plan, gm_error *error)
{
	problem = *p;
	return own->plan_create(self, p, o, mem, plan, error);
}

/* The fastest canonical one, with free bits: what it computes is judged by its numbers. */
static void find_own(void)
{
	for (size_t i = 0; i < gm_variant_count(); i++) {
		const gm_variant *v = gm_variant_at(i);

		if (v->traits.rounding == GM_CANONICAL && !strcmp(v->traits.activation, "poly") &&
		    gm_variant_runnable(v, NULL) == GM_OK)
			own = v;
	}
}

GM_PLUGIN_EXPORT gm_plugin_entry gm_plugin_v1;

const gm_plugin *gm_plugin_v1(void)
{
	static gm_variant variant[CHEATS];
	static const gm_variant *list[CHEATS];
	static const gm_plugin plugin = {.struct_size = sizeof plugin,
	                                 .abi_major = GM_ABI_MAJOR,
	                                 .abi_minor = GM_ABI_MINOR,
	                                 .name = "cheats",
	                                 .version = "1",
	                                 .licence = "MIT",
	                                 .variant_count = CHEATS,
	                                 .variant = list};

	find_own();
	for (size_t i = 0; i < CHEATS; i++) {
		gm_variant *v = &variant[i];

		*v = *own;
		v->name = cheat[i].name;
		v->traits.rounding = GM_FREE;
		v->plan_create = plan_create;
		v->set_weights = cheat[i].set_weights ? cheat[i].set_weights : own->set_weights;
		v->forward = cheat[i].forward ? cheat[i].forward : own->forward;
		v->backward = cheat[i].backward ? cheat[i].backward : own->backward;
		v->effective_weights = cheat[i].effective_weights;
		v->time = cheat[i].time;
		list[i] = v;
	}
	return &plugin;
}

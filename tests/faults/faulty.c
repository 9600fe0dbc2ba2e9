/* SPDX-License-Identifier: MIT */
/* faulty.c - scalar-plain under other names: each variant of this plug-in is right in its numbers
 * when it is first called (zero-weights apart) and goes for the run around it instead; two-rows is honest. */
#define _GNU_SOURCE
#include "gatemark/variant.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static const gm_variant *own; /* does the honest work */
static gm_problem problem;    /* of the plan */
static size_t largest_batch;  /* of the plan */
static int fresh;             /* a plan without weights */

/* ---- what a call does before its work; an attack that the worker may not try ends with a word that is quoted ---- */

static void refused(void)
{
	fprintf(stderr, "the attack was refused\n");
	abort();
}

static void succeeded(const char *what)
{
	fprintf(stderr, "%s\n", what);
	abort();
}

static void kills_judge(void)
{
	if (kill(getppid(), SIGKILL) != 0)
		refused();
}

static void stops_judge(void)
{
	if (kill(getppid(), SIGSTOP) != 0)
		refused();
}

static void stops_itself(void) { raise(SIGSTOP); }

static void hangs(void)
{
	for (;;)
		pause();
}

/* A grandchild in a session of its own, which holds nothing of the worker's. */
static void leaves_process(void)
{
	pid_t child = fork();
	if (child < 0)
		refused();
	if (child == 0) {
		setsid();
		if (fork() == 0) {
			for (int fd = 0; fd < 64; fd++)
				close(fd);
			sleep(300);
		}
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void opens_judge(void)
{
	char name[64];
	snprintf(name, sizeof name, "/proc/%d/mem", (int)getppid());
	if (open(name, O_RDWR) < 0)
		refused();
	succeeded("the judge's memory is writable");
}

static void traces_judge(void)
{
	if (ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) != 0)
		refused();
	succeeded("the judge is traced");
}

static void floods_output(void)
{
	static char text[1 << 16];
	memset(text, 'x', sizeof text);
	for (int i = 0; i < 1 << 14; i++)
		if (write(STDOUT_FILENO, text, sizeof text) < 0)
			return;
}

static void moves_folder(void)
{
	if (chdir("/") != 0)
		refused();
}

static void sets_variable(void) { setenv("GATEMARK_TESTS", "spoilt", 1); }

static void *spin(void *context)
{
	for (volatile unsigned long turns = 0;; turns++)
		(void)context;
	return NULL;
}

static void leaves_threads(void)
{
	pthread_t thread;
	for (int i = 0; i < 4; i++)
		if (pthread_create(&thread, NULL, spin, NULL) != 0)
			refused();
}

/* ---- others ---- */

static gm_status never_accumulates(gm_plan *plan, const gm_backward_args *b, gm_error *error)
{
	gm_backward_args given = *b;
	given.flags = GM_OVERWRITE;
	return own->backward(plan, &given, error);
}

/* Every backward is one of the whole sequence. */
static gm_status ignores_windows(gm_plan *plan, const gm_backward_args *b, gm_error *error)
{
	gm_backward_args whole = *b;
	whole.t_begin = 0;
	whole.t_end = b->fwd->T;
	return own->backward(plan, &whole, error);
}

/* Clears h_n before it reads h_0, which may be the same. */
static gm_status clears_state(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	size_t count = problem.num_layers * gm_directions(&problem) * f->N * gm_state_size(&problem);
	if (f->h_n)
		memset(f->h_n, 0, count * sizeof(float));
	return own->forward(plan, f, error);
}

/* Reckons with the largest batch that the plan may get: the last output comes out wrong where it is smaller. */
static gm_status counts_on_maximum(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	gm_status status = own->forward(plan, f, error);
	if (f->N < largest_batch)
		f->output[(ptrdiff_t)(f->T - 1) * f->out_t + (ptrdiff_t)(f->N - 1) * f->out_n] = 0;
	return status;
}

/* Does nothing where the last states are not wanted. */
static gm_status needs_states(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	return f->h_n ? own->forward(plan, f, error) : GM_OK;
}

/* Does nothing where gradients of weights are not wanted. */
static gm_status needs_weights(gm_plan *plan, const gm_backward_args *b, gm_error *error)
{
	return b->grad_weights ? own->backward(plan, b, error) : GM_OK;
}

/* Packs once in a plan's life. */
static gm_status packs_once(gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	static gm_plan *packed;
	if (fresh || plan != packed)
		GM_TRY(own->set_weights(plan, weights, error));
	packed = plan;
	fresh = 0;
	return GM_OK;
}

/* Packs when weights are needed, from where they were. */
static gm_layer_weights lent_layer;
static gm_weights lent;

static gm_status packs_later(gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	lent = *weights;
	lent_layer = weights->layer[0];
	lent.layer = &lent_layer;
	return lent.count == 1 ? GM_OK : own->set_weights(plan, weights, error);
}

static gm_status packs_now(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	if (lent.count == 1)
		GM_TRY(own->set_weights(plan, &lent, NULL));
	return own->forward(plan, f, error);
}

/* Multiplies by zeros, and says so. */
static gm_status zero_weights(gm_plan *plan, const gm_weights *weights, gm_error *error)
{
	static const float zero[1 << 18];
	gm_layer_weights layer = weights->layer[0];
	gm_weights given = *weights;
	if (weights->count != 1 ||
	    gm_gates(problem.cell) * problem.hidden_size * (problem.input_size + problem.hidden_size) >
	        sizeof zero / sizeof *zero)
		return own->set_weights(plan, weights, error);
	layer.weight_ih = layer.weight_hh = zero;
	given.layer = &layer;
	return own->set_weights(plan, &given, error);
}

static gm_status tells_zeros(const gm_plan *plan, gm_weights_out *out, gm_error *error)
{
	size_t rows = gm_gates(problem.cell) * problem.hidden_size;
	(void)plan, (void)error;
	for (size_t i = 0; i < out->count; i++) {
		memset(out->weight_ih[i], 0, rows * problem.input_size * sizeof(float));
		memset(out->weight_hh[i], 0, rows * gm_state_size(&problem) * sizeof(float));
	}
	return GM_OK;
}

/* Honest: no more batch rows than two. */
static gm_status supports_two(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, gm_error *error)
{
	if (o->N_max <= 2)
		return own->supports(self, p, o, error);
	snprintf(error->message, sizeof error->message, "at most two batch rows");
	return error->status = GM_UNSUPPORTED;
}

static gm_status sizes_of_memory(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, gm_sizes *s,
                                 gm_error *error)
{
	gm_status status = own->sizes(self, p, o, s, error);
	s->scratch_bytes = (size_t)sysconf(_SC_PHYS_PAGES) / 10 * 9 * (size_t)sysconf(_SC_PAGESIZE);
	return status;
}

/* ---- the table ---- */

#define FIRST(trick)                                                                      \
	static gm_status first_##trick(gm_plan *p, const gm_forward_args *f, gm_error *error) \
	{                                                                                     \
		trick();                                                                          \
		return own->forward(p, f, error);                                                 \
	}

FIRST(kills_judge)
FIRST(stops_judge)
FIRST(stops_itself)
FIRST(hangs)
FIRST(leaves_process)
FIRST(opens_judge)
FIRST(traces_judge)
FIRST(floods_output)
FIRST(moves_folder)
FIRST(sets_variable)
FIRST(leaves_threads)

static const struct attack {
	const char *name;
	gm_status (*forward)(gm_plan *, const gm_forward_args *, gm_error *);
	gm_status (*backward)(gm_plan *, const gm_backward_args *, gm_error *);
	gm_status (*set_weights)(gm_plan *, const gm_weights *, gm_error *);
	gm_status (*effective_weights)(const gm_plan *, gm_weights_out *, gm_error *);
	gm_status (*sizes)(const gm_variant *, const gm_problem *, const gm_plan_opts *, gm_sizes *, gm_error *);
	gm_status (*supports)(const gm_variant *, const gm_problem *, const gm_plan_opts *, gm_error *);
} attack[] = {
	{.name = "kills-judge", .forward = first_kills_judge},
	{.name = "stops-judge", .forward = first_stops_judge},
	{.name = "stops-itself", .forward = first_stops_itself},
	{.name = "hangs", .forward = first_hangs},
	{.name = "leaves-process", .forward = first_leaves_process},
	{.name = "opens-judge", .forward = first_opens_judge},
	{.name = "traces-judge", .forward = first_traces_judge},
	{.name = "floods-output", .forward = first_floods_output},
	{.name = "moves-folder", .forward = first_moves_folder},
	{.name = "sets-variable", .forward = first_sets_variable},
	{.name = "leaves-threads", .forward = first_leaves_threads},
	{.name = "never-accumulates", .backward = never_accumulates},
	{.name = "ignores-windows", .backward = ignores_windows},
	{.name = "counts-on-maximum", .forward = counts_on_maximum},
	{.name = "needs-states", .forward = needs_states},
	{.name = "needs-weights", .backward = needs_weights},
	{.name = "clears-state", .forward = clears_state},
	{.name = "packs-once", .set_weights = packs_once},
	{.name = "packs-later", .set_weights = packs_later, .forward = packs_now},
	{.name = "zero-weights", .set_weights = zero_weights, .effective_weights = tells_zeros},
	{.name = "two-rows", .supports = supports_two},
	{.name = "wants-memory", .sizes = sizes_of_memory},
};

enum { ATTACKS = sizeof attack / sizeof *attack };

static gm_status plan_create(const gm_variant *self, const gm_problem *p, const gm_plan_opts *o, void *mem,
                             gm_plan **plan, gm_error *error)
{
	problem = *p;
	largest_batch = o->N_max;
	fresh = 1;
	return own->plan_create(self, p, o, mem, plan, error);
}

GM_PLUGIN_EXPORT gm_plugin_entry gm_plugin_v1;

const gm_plugin *gm_plugin_v1(void)
{
	static gm_variant variant[ATTACKS];
	static const gm_variant *list[ATTACKS];
	static const gm_plugin plugin = {.struct_size = sizeof plugin,
	                                 .abi_major = GM_ABI_MAJOR,
	                                 .abi_minor = GM_ABI_MINOR,
	                                 .name = "faulty",
	                                 .version = "1",
	                                 .licence = "MIT",
	                                 .variant_count = ATTACKS,
	                                 .variant = list};

	own = gm_variant_find("scalar-plain");
	for (size_t i = 0; own && i < ATTACKS; i++) {
		gm_variant *v = &variant[i];

		*v = *own;
		v->name = attack[i].name;
		v->plan_create = plan_create;
		v->set_weights = attack[i].set_weights ? attack[i].set_weights : own->set_weights;
		v->forward = attack[i].forward ? attack[i].forward : own->forward;
		v->backward = attack[i].backward ? attack[i].backward : own->backward;
		v->sizes = attack[i].sizes ? attack[i].sizes : own->sizes;
		v->supports = attack[i].supports ? attack[i].supports : own->supports;
		v->effective_weights = attack[i].effective_weights;
		list[i] = v;
	}
	return own ? &plugin : NULL;
}

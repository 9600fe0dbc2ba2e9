/* SPDX-License-Identifier: MIT */
/* host.c - the calls of worker.h: each is a message or two. */
#include "host.h"

#include "base/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define START_SECONDS 30.0 /* of a message before anything is planned: an interpreter, libraries */
#define CALL_SECONDS  5.0  /* of one that has a variant run: what a busy machine may take for anything, .. */
#define SLOWEST       50e6 /* .. and FLOP/s of the slowest sane kernel under emulation */

/* Of a message that asks for so many passes forward and backward. */
static double limit_of(const worker_launch *l, const gm_spec *spec, double passes)
{
	double flops = passes > 0 ? passes * 3 * gm_spec_flops(spec) : 0;
	double seconds = CALL_SECONDS + flops / (l->slowest > 0 ? l->slowest : SLOWEST);

	if (l->seconds > 0 || l->call_seconds > 0)
		return l->seconds > 0 ? l->seconds : l->call_seconds;
	return seconds < WORKER_MOST_SECONDS ? seconds : WORKER_MOST_SECONDS;
}

double worker_seconds(const worker_launch *launch, const gm_spec *spec) { return limit_of(launch, spec, 1); }

/* Asks what stands in w->message; passes: forward and backward of the planned problem that it asks for. */
static gm_status ask(worker *w, uint32_t kind, size_t bytes, double passes, gm_error *error)
{
	const worker_launch *l = &w->launch;
	int starting = kind <= MESSAGE_LIST && l->seconds <= 0;
	gm_status status = child_ask(w, kind, bytes, starting ? START_SECONDS : limit_of(l, &w->spec, passes), error);

	if (status != GM_OK && error)
		plain_line(error->message);
	return status;
}

static void take_text(char *text, size_t capacity)
{
	text[capacity - 1] = 0;
	plain_line(text);
}

static gm_status greet(worker *w, gm_error *error)
{
	const wire_hello mine = protocol_hello(), *hello = &w->message.hello;

	w->message.hello = mine;
	GM_TRY(ask(w, MESSAGE_HELLO, sizeof mine, 0, error));
	if (w->message.head.bytes < sizeof mine)
		return gm_fail(error, GM_CRASHED, "the worker's greeting is too short");
	if (hello->protocol != PROTOCOL_VERSION || hello->abi_major != GM_ABI_MAJOR)
		return gm_fail(error, GM_CRASHED, "the worker speaks protocol %u, ABI %u; this host %u, %u",
		               (unsigned)hello->protocol, (unsigned)hello->abi_major, PROTOCOL_VERSION, GM_ABI_MAJOR);
	if (hello->page_bytes & (hello->page_bytes - 1) || hello->page_bytes > (1u << 20))
		return gm_fail(error, GM_CRASHED, "the worker's pages have %llu bytes", (unsigned long long)hello->page_bytes);
	memcpy(w->sandbox, hello->sandbox, sizeof w->sandbox);
	take_text(w->sandbox, sizeof w->sandbox);
	w->arena.page = hello->page_bytes > mine.page_bytes ? hello->page_bytes : mine.page_bytes;
	return GM_OK;
}

gm_status worker_start(const worker_launch *launch, worker **result, gm_error *error)
{
	worker *w = calloc(1, sizeof *w);

	if (!w)
		return gm_fail(error, GM_NO_MEMORY, "no memory for a worker");
	w->launch = *launch;
	w->channel = w->output = w->message.fd = -1;
	w->poison = WORKER_POISON;
	w->arena.beside = launch->beside;
	w->control = launch->in_place ? &w->own_control : NULL;
	server_init(&w->in_place, w->control);
	gm_status status = launch->in_place ? GM_OK : child_start(w, error);
	if (status == GM_OK)
		status = greet(w, error);
	if (status != GM_OK) {
		worker_stop(w);
		return status;
	}
	*result = w;
	return GM_OK;
}

void worker_stop(worker *w)
{
	if (!w)
		return;
	if (w->launch.in_place)
		server_end(&w->in_place);
	else
		child_stop(w);
	arena_destroy(&w->arena);
	free(w);
}

int worker_pid(const worker *w) { return w->launch.in_place ? (int)getpid() : (int)w->pid; }

/* The plug-in is loaded with the first question that needs it; a refusal is remembered. */
static gm_status load(worker *w, gm_error *error)
{
	const char *path = w->launch.plugin;

	if (path && !w->loaded) {
		size_t bytes = strlen(path) + 1;
		int fits = bytes <= PROTOCOL_PAYLOAD;

		w->loaded = 1;
		memcpy(w->message.text, path, fits ? bytes : 0);
		gm_status status = fits ? ask(w, MESSAGE_LOAD, bytes, 0, &w->load_error)
		                        : gm_fail(&w->load_error, GM_BAD_PLUGIN, "the path of the plug-in is too long");
		/* A library that dies while it is loaded is a bad plug-in too; one that hangs there may be given up. */
		if (status == GM_CRASHED || status == GM_MISMATCH)
			w->load_error.status = GM_BAD_PLUGIN;
	}
	if (w->load_error.status != GM_OK)
		return gm_fail(error, w->load_error.status, "%s", w->load_error.message);
	return GM_OK;
}

/* A refusal is remembered. */
static gm_status take_list(worker *w, size_t *count, gm_error *error)
{
	*count = w->message.head.bytes / sizeof *w->message.variant;
	if (offer_check(w->message.variant, *count, &w->load_error) == GM_OK)
		return GM_OK;
	return gm_fail(error, GM_BAD_PLUGIN, "%s", w->load_error.message);
}

gm_status worker_list(worker *w, worker_variant *list, size_t capacity, size_t *count, gm_error *error)
{
	GM_TRY(load(w, error));
	GM_TRY(ask(w, MESSAGE_LIST, 0, 0, error));
	GM_TRY(take_list(w, count, error));
	for (size_t i = 0; i < *count && i < capacity; i++) {
		list[i] = w->message.variant[i];
		take_text(list[i].name, sizeof list[i].name);
		take_text(list[i].isa, sizeof list[i].isa);
		take_text(list[i].strategy, sizeof list[i].strategy);
		take_text(list[i].activation, sizeof list[i].activation);
		take_text(list[i].weights, sizeof list[i].weights);
	}
	return GM_OK;
}

static void forget_plan(worker *w)
{
	arena_destroy(&w->arena);
	memset(&w->info, 0, sizeof w->info);
}

#define PACK(type, member) .member = p->member,

static gm_status ask_plan(worker *w, const char *variant, const gm_plan_opts *opts, gm_error *error)
{
	const gm_problem *p = &w->spec.problem;
	message *m = &w->message;
	wire_plan plan = {.mode = opts->mode,
	                  .threads = opts->threads,
	                  .denormals = opts->denormals,
	                  .cpus = opts->cpus ? opts->threads : 0,
	                  .T = w->spec.T,
	                  .N = w->spec.N,
	                  .T_max = opts->T_max,
	                  .N_max = opts->N_max,
	                  .rows = w->arena.tensors->count,
	                  WIRE_PROBLEM(PACK)};
	size_t cpu_bytes = plan.cpus * sizeof *opts->cpus;

	if (strlen(variant) >= sizeof plan.variant)
		return gm_fail(error, GM_BAD_ARGUMENT, "there is no variant %s", variant);
	if (cpu_bytes > PROTOCOL_PAYLOAD - sizeof plan)
		return gm_fail(error, GM_BAD_ARGUMENT, "%u threads are too many for a message", (unsigned)opts->threads);
	strncpy(plan.variant, variant, sizeof plan.variant - 1);
	m->plan = plan;
	if (cpu_bytes)
		memcpy(m->payload + sizeof plan, opts->cpus, cpu_bytes);
	GM_TRY(ask(w, MESSAGE_PLAN, sizeof plan + cpu_bytes, 1, error));
	if (m->head.bytes < sizeof m->planned)
		return gm_fail(error, GM_CRASHED, "the worker's answer to a plan is too short");
	w->info = (worker_info){.plan_bytes = m->planned.plan_bytes,
	                        .scratch_bytes = m->planned.scratch_bytes,
	                        .tape_bytes = m->planned.tape_bytes};
	return GM_OK;
}

/* Maps the arena and gives its file and slots to the child, which creates the plan in it. */
static gm_status hand_over(worker *w, gm_error *error)
{
	arena *a = &w->arena;
	message *m = &w->message;
	size_t slot_bytes = a->slots * sizeof *a->slot;
	int file;

	if (slot_bytes > PROTOCOL_PAYLOAD - sizeof m->arena)
		return gm_fail(error, GM_BAD_SHAPE, "%zu tensors are too many for a message", a->tensors->count);
	GM_TRY(arena_file(a->bytes, &file, error));
	a->base = arena_map(file, a->bytes);
	if (!a->base) {
		close(file);
		return gm_fail(error, GM_NO_MEMORY, "cannot map an arena of %llu bytes", (unsigned long long)a->bytes);
	}
	for (size_t i = 0; i < a->slots; i++)
		arena_pattern(a->base, &a->slot[i]);
	m->arena = (wire_arena){.bytes = a->bytes, .slots = a->slots, .poison = w->poison};
	memcpy(m->payload + sizeof m->arena, a->slot, slot_bytes);
	m->fd = file;
	gm_status status = ask(w, MESSAGE_ARENA, sizeof m->arena + slot_bytes, 1, error);
	close(file);
	if (status == GM_OK)
		snprintf(w->info.engine, sizeof w->info.engine, "%s", plain_line(m->text));
	return status;
}

static gm_status plan(worker *w, const char *variant, const unsigned char *absent, const gm_plan_opts *opts,
                      gm_error *error)
{
	GM_TRY(ask_plan(w, variant, opts, error));
	GM_TRY(arena_layout(&w->arena, &w->message.planned, absent, w->launch.align, error));
	GM_TRY(hand_over(w, error));
	return arena_check(&w->arena, error);
}

gm_status worker_plan(worker *w, const char *variant, const gm_spec *spec, const gm_tensors *tensors,
                      const unsigned char *absent, const gm_plan_opts *opts, gm_error *error)
{
	GM_TRY(load(w, error));
	GM_TRY(worker_unplan(w, error));
	GM_TRY(gm_tensors_create(spec, &w->arena.tensors, error));
	w->spec = *spec;
	gm_status status = w->arena.tensors->count == tensors->count
	                     ? plan(w, variant, absent, opts, error)
	                     : gm_fail(error, GM_BAD_ARGUMENT, "the tensor table has %zu rows, the problem %zu",
	                               tensors->count, w->arena.tensors->count);
	if (status != GM_OK)
		forget_plan(w);
	return status;
}

gm_status worker_unplan(worker *w, gm_error *error)
{
	gm_status status = GM_OK;

	if (w->arena.tensors) {
		status = ask(w, MESSAGE_UNPLAN, 0, 0, error);
		if (status == GM_OK)
			status = arena_check(&w->arena, error);
	}
	forget_plan(w);
	return status;
}

void *worker_data(worker *w, size_t row)
{
	const gm_tensors *tensors = w->arena.tensors;

	return tensors && row < tensors->count ? arena_data(&w->arena, row) : NULL;
}

const float *worker_effective(const worker *w, size_t row)
{
	return w->arena.base ? arena_data(&w->arena, w->arena.tensors->count + SLOT_EXTRA + row) : NULL;
}

void worker_describe(const worker *w, worker_info *info)
{
	*info = w->info;
	info->upper_halves = w->control && w->control->upper_halves == 1;
	memcpy(info->sandbox, w->sandbox, sizeof info->sandbox);
}

void worker_poison(worker *w, uint32_t word) { w->poison = word; }

gm_status worker_run_form(worker *w, gm_pass pass, worker_form form, gm_error *error)
{
	if (!w->arena.base)
		return gm_fail(error, GM_BAD_ARGUMENT, "nothing is planned");
	w->message.run = (wire_run){.pass = pass, .poison = w->poison, .form = form};
	gm_status status = ask(w, MESSAGE_RUN, sizeof(wire_run), 1, error);
	if (status == GM_CRASHED || status == GM_TIMEOUT)
		return status;
	gm_status damage = arena_check(&w->arena, status == GM_OK ? error : NULL);
	return status == GM_OK ? damage : status;
}

gm_status worker_run(worker *w, gm_pass pass, gm_error *error) { return worker_run_form(w, pass, WORKER_PLAIN, error); }

void worker_restore(worker *w, void *const *data)
{
	const arena *a = &w->arena;

	for (size_t k = 0; a->base && k < a->tensors->count; k++) {
		if (a->slot[k].access == SLOT_WRITE)
			arena_fill(a->base, &a->slot[k], w->poison);
		else if (a->slot[k].access == SLOT_READ && data[k])
			memcpy(a->base + a->slot[k].data, data[k], a->slot[k].bytes);
	}
	w->restored = 1;
}

gm_status worker_time(worker *w, const worker_timing *what, double *sample_ns, gm_error *error)
{
	if (!w->arena.base)
		return gm_fail(error, GM_BAD_ARGUMENT, "nothing is planned");
	for (size_t done = 0; done < what->samples;) {
		size_t left = what->samples - done, part = left < PROTOCOL_SAMPLES ? left : PROTOCOL_SAMPLES;

		w->message.time = (wire_time){.pass = what->pass,
		                              .samples = (uint32_t)part,
		                              .calls = what->calls,
		                              .seed = what->seed,
		                              .sample = what->sample + done,
		                              .call = what->call,
		                              .restored = w->restored};
		w->restored = 0;
		GM_TRY(ask(w, MESSAGE_TIME, sizeof(wire_time), 1 + (double)what->calls * (double)part, error));
		memcpy(sample_ns + done, arena_data(&w->arena, w->arena.tensors->count + SLOT_SAMPLES),
		       part * sizeof *sample_ns);
		done += part;
	}
	return GM_OK;
}

/* SPDX-License-Identifier: MIT */
/* host.c - the calls of worker.h: each is a message or two. */
#include "host.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POISON           0x7fc0deadu /* a quiet NaN */
#define SECONDS_BASE     30.0
#define FLOPS_PER_SECOND 50e6 /* what the slowest sane kernel under emulation does */

/* passes: forward and backward of the planned problem that a message asks for. */
static double limit_of(const worker *w, double passes)
{
	if (w->launch.seconds > 0)
		return w->launch.seconds;
	return SECONDS_BASE + (passes > 0 ? passes * 3 * gm_spec_flops(&w->spec) / FLOPS_PER_SECOND : 0);
}

static gm_status greet(worker *w, gm_error *error)
{
	wire_hello hello = {.protocol = PROTOCOL_VERSION,
	                    .abi_major = GM_ABI_MAJOR,
	                    .abi_minor = GM_ABI_MINOR,
	                    .pointer_bytes = sizeof(void *),
	                    .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE),
	                    .pid = (uint64_t)getpid()};

	w->page = hello.page_bytes;
	message_begin(&w->message, MESSAGE_HELLO);
	(void)message_append(&w->message, &hello, sizeof hello);
	GM_TRY(child_ask(w, w->launch.seconds > 0 ? w->launch.seconds : SECONDS_BASE, error));
	if (w->message.head.bytes < sizeof hello)
		return gm_fail(error, GM_CRASHED, "the worker's greeting is too short");
	memcpy(&hello, w->message.payload, sizeof hello);
	if (hello.protocol != PROTOCOL_VERSION || hello.abi_major != GM_ABI_MAJOR)
		return gm_fail(error, GM_CRASHED, "the worker speaks protocol %u, ABI %u; this host %u, %u",
		               (unsigned)hello.protocol, (unsigned)hello.abi_major, PROTOCOL_VERSION, GM_ABI_MAJOR);
	if (hello.page_bytes & (hello.page_bytes - 1) || hello.page_bytes > (1u << 20))
		return gm_fail(error, GM_CRASHED, "the worker's pages have %llu bytes", (unsigned long long)hello.page_bytes);
	if (hello.page_bytes > w->page)
		w->page = hello.page_bytes;
	return GM_OK;
}

static gm_status start_in_place(worker *w, gm_error *error)
{
	w->control = calloc(1, sizeof *w->control);
	if (!w->control)
		return gm_fail(error, GM_NO_MEMORY, "no memory for a worker");
	return server_create(w->control, &w->in_place, error);
}

gm_status worker_start(const worker_launch *launch, worker **result, gm_error *error)
{
	worker *w = calloc(1, sizeof *w);

	if (!w)
		return gm_fail(error, GM_NO_MEMORY, "no memory for a worker");
	w->launch = *launch;
	w->channel = w->output = w->arena = -1;
	w->poison = POISON;
	gm_status status = message_create(&w->message, error);
	if (status == GM_OK)
		status = launch->in_place ? start_in_place(w, error) : child_start(w, error);
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
	if (w->launch.in_place) {
		server_destroy(w->in_place);
		free(w->control);
	} else {
		child_stop(w);
	}
	host_arena_destroy(w);
	message_destroy(&w->message);
	free(w);
}

int worker_pid(const worker *w) { return w->launch.in_place ? (int)getpid() : (int)w->pid; }

/* The plug-in is loaded with the first question that needs it; a refusal is remembered. */
static gm_status load(worker *w, gm_error *error)
{
	const char *path = w->launch.plugin;

	if (path && !w->loaded) {
		w->loaded = 1;
		message_begin(&w->message, MESSAGE_LOAD);
		if (!message_append(&w->message, path, strlen(path) + 1))
			return gm_fail(error, GM_BAD_PLUGIN, "the path of the plug-in is too long");
		gm_status status = child_ask(w, limit_of(w, 0), &w->load_error);
		/* A library that dies while it is loaded is a bad plug-in too. */
		if (status == GM_CRASHED || status == GM_TIMEOUT)
			w->load_error.status = GM_BAD_PLUGIN;
	}
	if (w->load_error.status != GM_OK)
		return gm_fail(error, w->load_error.status, "%s", w->load_error.message);
	return GM_OK;
}

gm_status worker_list(worker *w, worker_variant *list, size_t capacity, size_t *count, gm_error *error)
{
	GM_TRY(load(w, error));
	message_begin(&w->message, MESSAGE_LIST);
	GM_TRY(child_ask(w, limit_of(w, 0), error));
	size_t found = w->message.head.bytes / sizeof *list, copied = found < capacity ? found : capacity;

	if (copied)
		memcpy(list, w->message.payload, copied * sizeof *list);
	for (size_t i = 0; i < copied; i++) {
		list[i].name[sizeof list[i].name - 1] = 0;
		list[i].isa[sizeof list[i].isa - 1] = 0;
		list[i].strategy[sizeof list[i].strategy - 1] = 0;
		list[i].activation[sizeof list[i].activation - 1] = 0;
		list[i].weights[sizeof list[i].weights - 1] = 0;
	}
	*count = found;
	return GM_OK;
}

#define PACK(type, member) .member = p->member,

static int append_plan(worker *w, const char *variant, const unsigned char *absent, const gm_plan_opts *opts)
{
	const gm_problem *p = &w->spec.problem;
	wire_plan wire = {.mode = opts->mode,
	                  .threads = opts->threads,
	                  .denormals = opts->denormals,
	                  .cpus = opts->cpus ? opts->threads : 0,
	                  .T = w->spec.T,
	                  .N = w->spec.N,
	                  .T_max = opts->T_max,
	                  .N_max = opts->N_max,
	                  .rows = w->tensors->count,
	                  WIRE_PROBLEM(PACK)};
	static const unsigned char no = 0;
	int fits;

	strncpy(wire.variant, variant, sizeof wire.variant - 1);
	message_begin(&w->message, MESSAGE_PLAN);
	fits = message_append(&w->message, &wire, sizeof wire) &&
	       message_append(&w->message, opts->cpus ? (const void *)opts->cpus : &no, wire.cpus * sizeof *opts->cpus);
	for (size_t i = 0; i < w->tensors->count && fits; i++)
		fits = message_append(&w->message, absent ? &absent[i] : &no, 1);
	return fits;
}

static gm_status ask_plan(worker *w, const char *variant, const unsigned char *absent, const gm_plan_opts *opts,
                          wire_planned *planned, gm_error *error)
{
	if (strlen(variant) >= sizeof((wire_plan *)0)->variant)
		return gm_fail(error, GM_BAD_ARGUMENT, "there is no variant %s", variant);
	if (!append_plan(w, variant, absent, opts))
		return gm_fail(error, GM_BAD_ARGUMENT, "%u threads are too many for a message", (unsigned)opts->threads);
	GM_TRY(child_ask(w, limit_of(w, 1), error));
	if (w->message.head.bytes < sizeof *planned)
		return gm_fail(error, GM_CRASHED, "the worker's answer to a plan is too short");
	memcpy(planned, w->message.payload, sizeof *planned);
	return GM_OK;
}

static gm_status hand_over(worker *w, gm_error *error)
{
	wire_arena arena = {.bytes = w->bytes, .slots = w->slot_count, .poison = w->poison};

	message_begin(&w->message, MESSAGE_ARENA);
	if (!message_append(&w->message, &arena, sizeof arena) ||
	    !message_append(&w->message, w->slots, w->slot_count * sizeof *w->slots))
		return gm_fail(error, GM_BAD_SHAPE, "%zu tensors are too many for a message", w->tensors->count);
	w->message.fd = w->arena;
	GM_TRY(child_ask(w, limit_of(w, 1), error));
	close(w->arena);
	w->arena = -1;
	if (w->message.head.bytes >= sizeof w->info.engine)
		memcpy(w->info.engine, w->message.payload, sizeof w->info.engine - 1);
	return GM_OK;
}

static gm_status plan(worker *w, const char *variant, size_t rows, const unsigned char *absent,
                      const gm_plan_opts *opts, gm_error *error)
{
	wire_planned planned;

	GM_TRY(gm_tensors_create(&w->spec, &w->tensors, error));
	if (w->tensors->count != rows)
		return gm_fail(error, GM_BAD_ARGUMENT, "the tensor table has %zu rows, the problem %zu", rows,
		               w->tensors->count);
	GM_TRY(ask_plan(w, variant, absent, opts, &planned, error));
	GM_TRY(host_arena_create(w, &planned, absent, error));
	w->info = (worker_info){
		.plan_bytes = planned.plan_bytes, .scratch_bytes = planned.scratch_bytes, .tape_bytes = planned.tape_bytes};
	GM_TRY(hand_over(w, error));
	return host_arena_check(w, error);
}

gm_status worker_plan(worker *w, const char *variant, const gm_spec *spec, const gm_tensors *tensors,
                      const unsigned char *absent, const gm_plan_opts *opts, gm_error *error)
{
	GM_TRY(load(w, error));
	GM_TRY(worker_unplan(w, error));
	w->spec = *spec;
	gm_status status = plan(w, variant, tensors->count, absent, opts, error);
	if (status != GM_OK)
		host_arena_destroy(w);
	return status;
}

gm_status worker_unplan(worker *w, gm_error *error)
{
	gm_status status = GM_OK;

	if (w->tensors) {
		message_begin(&w->message, MESSAGE_UNPLAN);
		status = child_ask(w, limit_of(w, 0), error);
		if (status == GM_OK)
			status = host_arena_check(w, error);
	}
	host_arena_destroy(w);
	return status;
}

void *worker_data(worker *w, size_t row)
{
	if (!w->base || row >= w->tensors->count || w->slots[row].access == SLOT_ABSENT)
		return NULL;
	return w->base + w->slots[row].data;
}

const float *worker_effective(const worker *w, size_t row)
{
	if (!w->base || !w->has_effective || row >= w->tensors->count)
		return NULL;
	const wire_slot *slot = &w->slots[w->tensors->count + SLOT_EXTRA + row];
	return slot->access == SLOT_ABSENT ? NULL : (const float *)(const void *)(w->base + slot->data);
}

void worker_describe(const worker *w, worker_info *info) { *info = w->info; }

void worker_poison(worker *w, uint32_t word) { w->poison = word; }

gm_status worker_run(worker *w, gm_pass pass, gm_error *error)
{
	wire_run run = {.pass = pass, .poison = w->poison};

	if (!w->base)
		return gm_fail(error, GM_BAD_ARGUMENT, "nothing is planned");
	message_begin(&w->message, MESSAGE_RUN);
	(void)message_append(&w->message, &run, sizeof run);
	gm_status status = child_ask(w, limit_of(w, 1), error);
	if (status == GM_CRASHED || status == GM_TIMEOUT)
		return status;
	gm_status damage = host_arena_check(w, status == GM_OK ? error : NULL);
	return status == GM_OK ? damage : status;
}

static gm_status time_part(worker *w, gm_pass pass, uint64_t calls, uint32_t samples, double *sample_ns,
                           gm_error *error)
{
	wire_time time = {.pass = pass, .samples = samples, .calls = calls};
	const wire_slot *slot = &w->slots[w->tensors->count + SLOT_SAMPLES];

	message_begin(&w->message, MESSAGE_TIME);
	(void)message_append(&w->message, &time, sizeof time);
	GM_TRY(child_ask(w, limit_of(w, 1 + (double)calls * samples), error));
	memcpy(sample_ns, w->base + slot->data, samples * sizeof *sample_ns);
	return GM_OK;
}

gm_status worker_time(worker *w, gm_pass pass, uint64_t calls, size_t samples, double *sample_ns, gm_error *error)
{
	if (!w->base)
		return gm_fail(error, GM_BAD_ARGUMENT, "nothing is planned");
	for (size_t done = 0; done < samples;) {
		size_t left = samples - done;
		uint32_t part = left < PROTOCOL_SAMPLES ? (uint32_t)left : PROTOCOL_SAMPLES;

		GM_TRY(time_part(w, pass, calls, part, sample_ns + done, error));
		done += part;
	}
	return GM_OK;
}

/* SPDX-License-Identifier: MIT */
/* serve_plan.c - from a question on the wire to a plan in the arena, and back to nothing. */
#include "serve.h"

#include "arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define UNPACK(type, member) .member = w->member,

static gm_status unpack(server *s, const message *m, const wire_plan *w, gm_error *error)
{
	const unsigned char *at = m->payload + sizeof *w;
	size_t cpus = w->cpus * sizeof *s->cpus;

	if (w->cpus > PROTOCOL_PAYLOAD || w->rows > PROTOCOL_PAYLOAD || m->head.bytes != sizeof *w + cpus + w->rows ||
	    (w->cpus && w->cpus != w->threads))
		return gm_fail(error, GM_BAD_ARGUMENT, "a plan message whose parts do not fit its length");
	s->spec = (gm_spec){.problem = {.struct_size = sizeof(gm_problem), WIRE_PROBLEM(UNPACK)}, .T = w->T, .N = w->N};
	GM_TRY(gm_problem_check(&s->spec.problem, error));
	s->opts = (gm_plan_opts){.struct_size = sizeof s->opts,
	                         .mode = w->mode,
	                         .T_max = w->T_max,
	                         .N_max = w->N_max,
	                         .threads = w->threads,
	                         .denormals = w->denormals};
	GM_TRY(gm_tensors_create(&s->spec, &s->tensors, error));
	if (s->tensors->count != w->rows)
		return gm_fail(error, GM_BAD_ARGUMENT, "the host counts %llu tensors, the worker %zu",
		               (unsigned long long)w->rows, s->tensors->count);
	s->absent = malloc(w->rows + 1);
	s->cpus = malloc(cpus + 1);
	s->data = calloc(w->rows + 1, sizeof *s->data);
	s->effective = calloc(3 * s->spec.problem.num_layers * gm_directions(&s->spec.problem), sizeof *s->effective);
	if (!s->absent || !s->cpus || !s->data || !s->effective)
		return gm_fail(error, GM_NO_MEMORY, "no memory for a plan's tables");
	memcpy(s->cpus, at, cpus);
	memcpy(s->absent, at + cpus, w->rows);
	s->opts.cpus = w->cpus ? s->cpus : NULL;
	return GM_OK;
}

static gm_status find_variant(server *s, const char *name, gm_error *error)
{
	for (size_t i = 0; i < s->variants; i++)
		if (!strcmp(server_variant(s, i)->name, name)) {
			s->variant = server_variant(s, i);
			return gm_variant_runnable(s->variant, error);
		}
	return gm_fail(error, GM_BAD_ARGUMENT, "there is no variant %s", name);
}

static gm_status ask_variant(server *s, gm_error *error)
{
	server_phase(s, PHASE_SUPPORTS);
	GM_TRY(server_called(s, s->variant->supports(&s->spec.problem, &s->opts, error), error));
	s->sizes = (gm_sizes){.struct_size = sizeof s->sizes};
	server_phase(s, PHASE_SIZES);
	GM_TRY(server_called(s, s->variant->sizes(&s->spec.problem, &s->opts, &s->sizes), error));
	uint32_t a = s->sizes.alignment;
	if (a == 0 || (a & (a - 1)) || a > s->page)
		return gm_fail(error, GM_MISMATCH, "sizes gave alignment %u, not a power of two up to %llu", (unsigned)a,
		               (unsigned long long)s->page);
	return GM_OK;
}

gm_status serve_plan(server *s, message *m, gm_error *error)
{
	wire_plan w;

	GM_TRY(serve_unplan(s, m, error));
	memcpy(&w, m->payload, sizeof w);
	w.variant[sizeof w.variant - 1] = 0;
	gm_status status = unpack(s, m, &w, error);
	if (status == GM_OK)
		status = find_variant(s, w.variant, error);
	if (status == GM_OK)
		status = ask_variant(s, error);
	if (status != GM_OK) {
		(void)serve_unplan(s, m, NULL);
		return status;
	}
	wire_planned planned = {.plan_bytes = s->sizes.plan_bytes,
	                        .scratch_bytes = s->sizes.scratch_bytes,
	                        .tape_bytes = s->sizes.tape_bytes,
	                        .rows = s->tensors->count,
	                        .alignment = s->sizes.alignment,
	                        .has_effective = s->variant->effective_weights != NULL};
	m->head.bytes = 0;
	return message_append(m, &planned, sizeof planned) ? GM_OK : GM_IO;
}

/* Maps the arena with its guards; the descriptor is closed before a kernel could use it. */
static gm_status map_arena(server *s, message *m, const wire_arena *w, gm_error *error)
{
	size_t rows = s->tensors->count, expected = rows + SLOT_EXTRA + (s->variant->effective_weights ? rows : 0);
	off_t size = m->fd >= 0 ? lseek(m->fd, 0, SEEK_END) : -1;

	if (w->slots != expected || m->head.bytes != sizeof *w + expected * sizeof *s->slots || size < 0 ||
	    (uint64_t)size != w->bytes)
		return gm_fail(error, GM_BAD_ARGUMENT, "an arena message that does not fit the plan");
	s->slots = malloc(expected * sizeof *s->slots);
	if (!s->slots)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu slots", expected);
	memcpy(s->slots, m->payload + sizeof *w, expected * sizeof *s->slots);
	s->slot_count = expected;
	if (!arena_sound(s->slots, expected, w->bytes, s->page))
		return gm_fail(error, GM_BAD_ARGUMENT, "slots of the arena overlap or lie outside it");
	s->base = arena_map(m->fd, w->bytes);
	s->bytes = w->bytes;
	close(m->fd);
	m->fd = -1;
	if (!s->base || !arena_protect(s->base, s->bytes, s->slots, expected))
		return gm_fail(error, GM_NO_MEMORY, "cannot map an arena of %llu bytes", (unsigned long long)w->bytes);
	return GM_OK;
}

static void *slot_data(const server *s, size_t index)
{
	return s->slots[index].access == SLOT_ABSENT ? NULL : s->base + s->slots[index].data;
}

static gm_status bind(server *s, gm_error *error)
{
	size_t rows = s->tensors->count, directions = gm_directions(&s->spec.problem);
	size_t count = s->spec.problem.num_layers * directions;
	static const gm_kind kind[3] = {GM_WEIGHT_IH, GM_WEIGHT_HH, GM_WEIGHT_HR};

	for (size_t i = 0; i < rows; i++)
		s->data[i] = s->absent[i] ? NULL : slot_data(s, i);
	for (size_t i = 0; i < 3 * count && s->variant->effective_weights; i++) {
		size_t row = gm_tensors_index(s->tensors, kind[i / count], i % count / directions, i % directions);

		s->effective[i] = row == GM_NO_TENSOR ? NULL : slot_data(s, rows + SLOT_EXTRA + row);
	}
	GM_TRY(gm_binding_create(&s->spec, s->tensors, s->data, &s->binding, error));
	s->binding->fwd.scratch = slot_data(s, rows + SLOT_SCRATCH);
	s->binding->fwd.tape = s->opts.mode == GM_MODE_INFER ? NULL : slot_data(s, rows + SLOT_TAPE);
	return GM_OK;
}

static gm_status create_plan(server *s, message *m, uint32_t poison, gm_error *error)
{
	const wire_slot *slot = &s->slots[s->tensors->count + SLOT_PLAN];
	char engine[64] = "";

	arena_fill(s->base, slot, poison);
	server_phase(s, PHASE_PLAN_CREATE);
	gm_plan *plan = NULL;
	GM_TRY(server_called(s, s->variant->plan_create(&s->spec.problem, &s->opts, s->base + slot->data, &plan, error),
	                     error));
	if (!plan)
		return gm_fail(error, GM_MISMATCH, "plan_create returned ok and no plan");
	s->plan = plan;
	if (s->variant->describe) {
		server_phase(s, PHASE_DESCRIBE);
		const char *text = s->variant->describe(s->plan);
		snprintf(engine, sizeof engine, "%s", text ? text : "");
	}
	m->head.bytes = 0;
	(void)message_append(m, engine, sizeof engine);
	return environment_check(&s->environment, "plan_create", error);
}

gm_status serve_arena(server *s, message *m, gm_error *error)
{
	wire_arena w;

	memcpy(&w, m->payload, sizeof w);
	if (!s->variant || s->base)
		return gm_fail(error, GM_BAD_ARGUMENT, "an arena is due right behind a plan message");
	GM_TRY(map_arena(s, m, &w, error));
	GM_TRY(bind(s, error));
	return create_plan(s, m, w.poison, error);
}

gm_status serve_unplan(server *s, message *m, gm_error *error)
{
	gm_status status = GM_OK;

	(void)m;
	if (s->plan) {
		server_phase(s, PHASE_PLAN_DESTROY);
		s->variant->plan_destroy(s->plan);
		status = server_called(s, GM_OK, error);
	}
	if (s->base)
		munmap(s->base, s->bytes);
	gm_binding_destroy(s->binding);
	gm_tensors_destroy(s->tensors);
	free(s->slots);
	free(s->data);
	free(s->effective);
	free(s->absent);
	free(s->cpus);
	s->plan = NULL;
	s->variant = NULL;
	s->base = NULL;
	s->binding = NULL;
	s->tensors = NULL;
	s->slots = NULL;
	s->data = NULL;
	s->effective = NULL;
	s->absent = NULL;
	s->cpus = NULL;
	s->weights_set = 0;
	return status;
}

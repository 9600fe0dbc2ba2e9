/* SPDX-License-Identifier: MIT */
/* serve_plan.c - from a question on the wire to a plan in the arena, and back to nothing. */
#include "serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNPACK(type, member) .member = w->member,

static gm_status unpack(server *s, const message *m, gm_error *error)
{
	const wire_plan *w = &m->plan;
	size_t cpu_bytes = w->cpus * sizeof *s->cpus;

	if (m->head.bytes != sizeof *w + cpu_bytes || (w->cpus && w->cpus != w->threads))
		return gm_fail(error, GM_BAD_ARGUMENT, "a plan message whose parts do not fit its length");
	s->spec = (gm_spec){.problem = {.struct_size = sizeof(gm_problem), WIRE_PROBLEM(UNPACK)}, .T = w->T, .N = w->N};
	GM_TRY(gm_problem_check(&s->spec.problem, error));
	GM_TRY(gm_tensors_create(&s->spec, &s->arena.tensors, error));
	if (s->arena.tensors->count != w->rows)
		return gm_fail(error, GM_BAD_ARGUMENT, "the host counts %llu tensors, the worker %zu",
		               (unsigned long long)w->rows, s->arena.tensors->count);
	if (w->T_max < w->T || w->N_max < w->N || !w->threads)
		return gm_fail(error, GM_BAD_ARGUMENT, "a plan for T %llu, N %llu, threads %u, and calls of T %llu, N %llu",
		               (unsigned long long)w->T_max, (unsigned long long)w->N_max, (unsigned)w->threads,
		               (unsigned long long)w->T, (unsigned long long)w->N);
	s->cpus = malloc(cpu_bytes + 1);
	if (!s->cpus)
		return gm_fail(error, GM_NO_MEMORY, "no memory for a plan's tables");
	memcpy(s->cpus, m->payload + sizeof *w, cpu_bytes);
	s->opts = (gm_plan_opts){.struct_size = sizeof s->opts,
	                         .mode = w->mode,
	                         .T_max = w->T_max,
	                         .N_max = w->N_max,
	                         .threads = w->threads,
	                         .denormals = w->denormals,
	                         .cpus = w->cpus ? s->cpus : NULL};
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

static gm_status ask_variant(server *s, gm_sizes *sizes, gm_error *error)
{
	server_phase(s, PHASE_SUPPORTS);
	GM_TRY(server_called(s, s->variant->supports(s->variant, &s->spec.problem, &s->opts, error), error));
	server_phase(s, PHASE_SIZES);
	GM_TRY(server_called(s, s->variant->sizes(s->variant, &s->spec.problem, &s->opts, sizes, error), error));
	uint32_t a = sizes->alignment;
	if (a == 0 || (a & (a - 1)) || a > s->arena.page)
		return gm_fail(error, GM_MISMATCH, "sizes gave alignment %u, not a power of two up to %llu", (unsigned)a,
		               (unsigned long long)s->arena.page);
	return GM_OK;
}

gm_status serve_plan(server *s, message *m, gm_error *error)
{
	gm_sizes sizes = {.struct_size = sizeof sizes};

	GM_TRY(serve_unplan(s, m, error));
	s->control->upper_halves = 0;
	gm_status status = unpack(s, m, error);
	m->plan.variant[sizeof m->plan.variant - 1] = 0;
	if (status == GM_OK)
		status = find_variant(s, m->plan.variant, error);
	if (status == GM_OK)
		status = ask_variant(s, &sizes, error);
	if (status != GM_OK) {
		(void)serve_unplan(s, m, NULL);
		return status;
	}
	m->planned = (wire_planned){.plan_bytes = sizes.plan_bytes,
	                            .scratch_bytes = sizes.scratch_bytes,
	                            .tape_bytes = sizes.tape_bytes,
	                            .alignment = sizes.alignment,
	                            .has_effective = s->variant->effective_weights != NULL};
	return GM_OK;
}

/* Maps the arena with its guards; the descriptor is closed before a kernel could use it. */
static gm_status map_arena(server *s, message *m, gm_error *error)
{
	arena *a = &s->arena;
	size_t rows = a->tensors->count, slots = rows + SLOT_EXTRA + (s->variant->effective_weights ? rows : 0);
	off_t size = m->fd >= 0 ? lseek(m->fd, 0, SEEK_END) : -1;

	if (m->arena.slots != slots || m->head.bytes != sizeof m->arena + slots * sizeof *a->slot || size < 0 ||
	    (uint64_t)size != m->arena.bytes)
		return gm_fail(error, GM_BAD_ARGUMENT, "an arena message that does not fit the plan");
	a->slot = malloc(slots * sizeof *a->slot);
	if (!a->slot)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu slots", slots);
	memcpy(a->slot, m->payload + sizeof m->arena, slots * sizeof *a->slot);
	a->slots = slots;
	a->bytes = m->arena.bytes;
	if (!arena_sound(a))
		return gm_fail(error, GM_BAD_ARGUMENT, "slots of the arena overlap or lie outside it");
	a->base = arena_map(m->fd, a->bytes);
	close(m->fd);
	m->fd = -1;
	if (!a->base || !arena_protect(a))
		return gm_fail(error, GM_NO_MEMORY, "cannot map an arena of %llu bytes", (unsigned long long)a->bytes);
	s->arena_map = arena_mapping(a);
	return GM_OK;
}

gm_status server_bind(server *s, void *const *data, gm_binding **binding, gm_error *error)
{
	size_t rows = s->arena.tensors->count;

	GM_TRY(gm_binding_create(&s->spec, s->arena.tensors, data, binding, error));
	(*binding)->fwd.scratch = arena_data(&s->arena, rows + SLOT_SCRATCH);
	(*binding)->fwd.tape = s->opts.mode == GM_MODE_INFER ? NULL : arena_data(&s->arena, rows + SLOT_TAPE);
	return GM_OK;
}

static gm_status bind_given(server *s, gm_error *error)
{
	size_t rows = s->arena.tensors->count;

	s->given = calloc(rows + 1, sizeof *s->given);
	if (!s->given)
		return gm_fail(error, GM_NO_MEMORY, "no memory for a plan's tables");
	for (size_t i = 0; i < rows; i++)
		s->given[i] = arena_data(&s->arena, i);
	return server_bind(s, s->given, &s->binding, error);
}

static gm_status create_plan(server *s, uint32_t poison, gm_error *error)
{
	const wire_slot *slot = &s->arena.slot[s->arena.tensors->count + SLOT_PLAN];
	unsigned char *base = s->arena.base;
	gm_plan *plan = NULL;

	arena_fill(base, slot, poison);
	server_phase(s, PHASE_PLAN_CREATE);
	GM_TRY(server_called(
		s, s->variant->plan_create(s->variant, &s->spec.problem, &s->opts, base + slot->data, &plan, error), error));
	if (!plan)
		return gm_fail(error, GM_MISMATCH, "plan_create returned ok and no plan");
	s->plan = plan;
	return GM_OK;
}

gm_status serve_arena(server *s, message *m, gm_error *error)
{
	if (!s->variant || s->arena.base)
		return gm_fail(error, GM_BAD_ARGUMENT, "an arena is due right behind a plan message");
	GM_TRY(map_arena(s, m, error));
	GM_TRY(bind_given(s, error));
	GM_TRY(create_plan(s, m->arena.poison, error));
	const char *engine = NULL;
	if (s->variant->describe) {
		server_phase(s, PHASE_DESCRIBE);
		engine = s->variant->describe(s->plan);
	}
	snprintf(m->text, sizeof(worker_info){0}.engine, "%s", engine ? engine : "");
	return environment_check(&s->environment, "plan_create", error);
}

gm_status serve_unplan(server *s, message *m, gm_error *error)
{
	gm_status status = GM_OK;

	(void)m;
	if (s->plan) {
		server_phase(s, PHASE_PLAN_DESTROY);
		s->variant->plan_destroy(s->plan);
		status = server_called(s, GM_OK, error);
		if (status == GM_OK)
			status = environment_check(&s->environment, "plan_destroy", error);
	}
	server_drop_questions(s);
	free(s->given);
	arena_destroy(&s->arena);
	gm_binding_destroy(s->binding);
	free(s->cpus);
	s->plan = NULL;
	s->variant = NULL;
	s->binding = NULL;
	s->cpus = NULL;
	s->given = NULL;
	s->weights_set = 0;
	return status;
}

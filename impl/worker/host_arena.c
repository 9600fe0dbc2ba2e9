/* SPDX-License-Identifier: MIT */
/* host_arena.c - the host lays out the arena, owns the memory file, and looks after the patterns. */
#include "host.h"

#include "arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint32_t access_of(const gm_tensor *row)
{
	return row->role == GM_ROLE_OUTPUT || row->role == GM_ROLE_GRAD ? SLOT_WRITE : SLOT_READ;
}

static int is_matrix(const gm_tensor *row)
{
	return row->kind == GM_WEIGHT_IH || row->kind == GM_WEIGHT_HH || row->kind == GM_WEIGHT_HR;
}

static gm_status place_tensors(worker *w, const unsigned char *absent, uint64_t *total, gm_error *error)
{
	for (size_t i = 0; i < w->tensors->count; i++) {
		const gm_tensor *row = &w->tensors->row[i];
		size_t element = gm_dtype_bytes(row->dtype);

		if (absent && absent[i])
			continue;
		GM_TRY(arena_place(&w->slots[i], row->count * element, w->launch.align > element ? w->launch.align : element,
		                   access_of(row), w->page, total, error));
	}
	return GM_OK;
}

static gm_status place_memory(worker *w, const wire_planned *p, uint64_t *total, gm_error *error)
{
	const struct {
		uint64_t bytes, align;
	} memory[SLOT_EXTRA] = {
		[SLOT_PLAN] = {p->plan_bytes, p->alignment},
		[SLOT_TAPE] = {p->tape_bytes, p->alignment},
		[SLOT_SCRATCH] = {p->scratch_bytes, p->alignment},
		[SLOT_SAMPLES] = {PROTOCOL_SAMPLES * sizeof(double), sizeof(double)},
	};

	for (size_t i = 0; i < SLOT_EXTRA; i++)
		GM_TRY(arena_place(&w->slots[w->tensors->count + i], memory[i].bytes, memory[i].align, SLOT_WRITE, w->page,
		                   total, error));
	return GM_OK;
}

static gm_status place_effective(worker *w, uint64_t *total, gm_error *error)
{
	for (size_t i = 0; i < w->tensors->count; i++)
		if (is_matrix(&w->tensors->row[i]))
			GM_TRY(arena_place(&w->slots[w->tensors->count + SLOT_EXTRA + i], w->tensors->row[i].count * sizeof(float),
			                   sizeof(float), SLOT_WRITE, w->page, total, error));
	return GM_OK;
}

/* The host maps the arena too, so what does not fit into the machine must not be tried: it would take both. */
static gm_status check_memory(const worker *w, gm_error *error)
{
	uint64_t most = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) / 4 * 3, need = 0;

	for (size_t i = 0; i < w->slot_count; i++)
		need += w->slots[i].end - w->slots[i].start;
	if (need > most)
		return gm_fail(error, GM_NO_MEMORY,
		               "tensors and memory of the variant are %llu MiB, more than %llu MiB of memory",
		               (unsigned long long)(need >> 20), (unsigned long long)(most >> 20));
	return GM_OK;
}

gm_status host_arena_create(worker *w, const wire_planned *planned, const unsigned char *absent, gm_error *error)
{
	size_t rows = w->tensors->count;
	uint64_t total = (ARENA_GUARD + w->page - 1) / w->page * w->page;

	w->has_effective = planned->has_effective != 0;
	w->slot_count = rows + SLOT_EXTRA + (w->has_effective ? rows : 0);
	w->slots = calloc(w->slot_count, sizeof *w->slots);
	if (!w->slots)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu slots", w->slot_count);
	GM_TRY(place_tensors(w, absent, &total, error));
	GM_TRY(place_memory(w, planned, &total, error));
	if (w->has_effective)
		GM_TRY(place_effective(w, &total, error));
	GM_TRY(check_memory(w, error));
	GM_TRY(arena_file(total, &w->arena, error));
	w->base = arena_map(w->arena, total);
	w->bytes = total;
	if (!w->base)
		return gm_fail(error, GM_NO_MEMORY, "cannot map an arena of %llu bytes", (unsigned long long)total);
	for (size_t i = 0; i < w->slot_count; i++)
		arena_pattern(w->base, &w->slots[i]);
	return GM_OK;
}

void host_arena_destroy(worker *w)
{
	if (w->base)
		munmap(w->base, w->bytes);
	if (w->arena >= 0)
		close(w->arena);
	free(w->slots);
	gm_tensors_destroy(w->tensors);
	w->base = NULL;
	w->arena = -1;
	w->slots = NULL;
	w->slot_count = 0;
	w->tensors = NULL;
	memset(&w->info, 0, sizeof w->info);
}

gm_status host_arena_check(worker *w, gm_error *error)
{
	gm_status status = GM_OK;

	for (size_t i = 0; i < w->slot_count; i++) {
		uint64_t before, behind;

		arena_damage(w->base, &w->slots[i], &before, &behind);
		if (!before && !behind)
			continue;
		arena_pattern(w->base, &w->slots[i]);
		if (status == GM_OK)
			status = gm_fail(error, GM_MISMATCH, "wrote %llu bytes %s of %s",
			                 (unsigned long long)(before ? before : behind),
			                 before ? "before the start" : "past the end", host_slot_name(w, i));
	}
	return status;
}

const char *host_slot_name(const void *context, size_t slot)
{
	static const char *const memory[SLOT_EXTRA] = {"the plan", "the tape", "the scratch memory", "the samples"};
	const worker *w = context;
	size_t rows = w->tensors->count;

	if (slot < rows)
		return w->tensors->row[slot].name;
	if (slot < rows + SLOT_EXTRA)
		return memory[slot - rows];
	return "the effective weights";
}

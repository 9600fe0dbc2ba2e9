/* SPDX-License-Identifier: MIT */
/* arena.h - one memory file holds everything a kernel may touch: per slot its own pages, data flush to their end, a
 * pattern in what is left of them, unmapped guard pages between slots.
 *
 *   guard | pattern data | guard | pattern data | guard
 *
 * A reach past the end faults at once; one before the start damages the pattern (or faults, a page further on). */
#ifndef WORKER_ARENA_H
#define WORKER_ARENA_H

#include "protocol.h"

#define ARENA_GUARD ((uint64_t)1 << 16) /* bytes of guard on each side; address space only */

typedef struct arena {   /* as one side sees it */
	uint64_t page;       /* bytes; the host lays out by the larger of both sides' */
	size_t beside;       /* how many arenas there may be at a time; 0 = one */
	gm_tensors *tensors; /* their slots are the first; NULL = nothing is planned */
	wire_slot *slot;
	size_t slots;
	uint64_t bytes;
	unsigned char *base; /* where it is mapped; NULL = not yet */
} arena;

typedef struct arena_room { /* what a slot is to hold: bytes, an alignment, an enum slot_access */
	uint64_t bytes, align;
	uint32_t access;
} arena_room;

/* Places a slot behind a->bytes (a multiple of page, behind a guard) and advances it past the next guard.  align: a
 * power of two, at most page; data..data+bytes rounded up to align ends at the guard.  GM_BAD_SHAPE on overflow. */
GM_CHECKED gm_status arena_place(arena *a, wire_slot *slot, arena_room room, gm_error *error);
/* Allocates and places the slots of a plan.  absent: by tensor, NULL = none; tensors are aligned to `align` at least.
 * GM_NO_MEMORY if the machine, or this process's share of it, would not hold them and those beside it. */
GM_CHECKED gm_status arena_layout(arena *a, const wire_planned *planned, const unsigned char *absent, size_t align,
                                  gm_error *error);
/* Of a slot in this mapping; NULL: absent, or there is no such slot. */
void *arena_data(const arena *a, size_t slot);
/* Unmaps and frees all but page and beside. */
void arena_destroy(arena *a);

/* A memory file of this size that nobody can resize. */
GM_CHECKED gm_status arena_file(uint64_t bytes, int *fd, gm_error *error);
/* Maps all of it for reading and writing; NULL on failure. */
unsigned char *arena_map(int fd, uint64_t bytes);
/* Takes guards away and makes SLOT_READ slots read-only in this mapping: 1, or 0 if the system refused. */
int arena_protect(const arena *a);
/* A number for the protection of all its pages, as the system tells it; 0 = it does not. */
uint64_t arena_mapping(const arena *a);
/* 1 if every slot lies inside the arena, in order, apart, at pages. */
int arena_sound(const arena *a);

void arena_pattern(unsigned char *base, const wire_slot *slot); /* writes the pattern around the data */
/* Bytes of pattern damaged: the reach of a write before the data, and behind it (alignment gap). */
void arena_damage(const unsigned char *base, const wire_slot *slot, uint64_t *before, uint64_t *behind);
GM_CHECKED gm_status arena_check(const arena *a, gm_error *error); /* GM_MISMATCH if a pattern is damaged; repairs it */
void arena_fill(unsigned char *base, const wire_slot *slot, uint32_t word); /* all data, also a last partial word */

/* What an address offset that faulted means: "wrote to read-only input", "12 bytes past the end of output". */
void arena_place_name(const arena *a, uint64_t offset, char text[160]);

#endif

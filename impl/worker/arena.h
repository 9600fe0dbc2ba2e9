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

/* Places one slot behind *total (a multiple of page) and advances it past the guard.  align: a power of two, at most
 * page; data..data+bytes rounded up to align ends at the guard.  GM_BAD_SHAPE on overflow. */
GM_CHECKED gm_status arena_place(wire_slot *slot, uint64_t bytes, uint64_t align, uint32_t access, uint64_t page,
                                 uint64_t *total, gm_error *error);
/* A memory file of this size that nobody can resize. */
GM_CHECKED gm_status arena_file(uint64_t bytes, int *fd, gm_error *error);
/* Maps all of it for reading and writing; NULL on failure. */
unsigned char *arena_map(int fd, uint64_t bytes);
/* Takes guards away and makes SLOT_READ slots read-only in this mapping: 1, or 0 if the system refused. */
int arena_protect(unsigned char *base, uint64_t bytes, const wire_slot *slots, size_t count);
/* 1 if every slot lies inside bytes, in order, apart, at pages. */
int arena_sound(const wire_slot *slots, size_t count, uint64_t bytes, uint64_t page);

void arena_pattern(unsigned char *base, const wire_slot *slot); /* writes the pattern around the data */
/* Bytes of pattern damaged: the reach of a write before the data, and behind it (alignment gap). */
void arena_damage(const unsigned char *base, const wire_slot *slot, uint64_t *before, uint64_t *behind);
void arena_fill(unsigned char *base, const wire_slot *slot, uint32_t word); /* all data, also a last partial word */

/* What an address offset that faulted means: "wrote to read-only input", "12 bytes past the end of output". */
void arena_place_name(const wire_slot *slots, size_t count, uint64_t offset, const char *(*name)(const void *, size_t),
                      const void *context, char text[160]);

#endif

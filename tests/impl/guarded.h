/* SPDX-License-Identifier: MIT */
/* guarded.h - float buffers between two pages that nobody may touch: a load or store beyond the buffer's guarded side
 * ends the process by SIGSEGV; on the other side words of poison stand and are compared afterwards.
 *
 * guarded_place puts `count` floats flush with the end or the start of the pages, everything poisoned; the memory is
 * kept and grows.  guarded_close gives it back.  Failure of mmap fails the test (cmocka). */
#ifndef TESTS_GUARDED_H
#define TESTS_GUARDED_H

#include <stddef.h>
#include <stdint.h>

typedef enum guarded_side {
	GUARDED_END,  /* the last float is the last of the page */
	GUARDED_START /* the first float is the first of the page, or `shift` floats behind it */
} guarded_side;

typedef struct guarded_setting {
	guarded_side side;
	size_t shift;    /* floats left free at the guarded side: unaligned addresses */
	uint32_t poison; /* bits of every word not written yet */
} guarded_setting;

typedef struct guarded {
	float *data;
	size_t count;
	unsigned char *map; /* guard page, `usable` bytes, guard page */
	size_t usable;
	guarded_setting setting;
} guarded;

enum { GUARDED_POISONS = 3 };
extern const uint32_t guarded_poison[GUARDED_POISONS]; /* a NaN, all bits, a large finite number */

float *guarded_place(guarded *g, size_t count, const guarded_setting *setting);
/* Words around data (up to 64 on each side) that are no longer poison. */
size_t guarded_damage(const guarded *g);
void guarded_close(guarded *g);

/* Runs check(context) in a child with default signal handling: its return value 0 .. 99, or 100 + the signal that
 * ended it.  For checks that are meant to die. */
int in_child(int (*check)(void *context), void *context);

#endif

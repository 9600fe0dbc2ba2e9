/* SPDX-License-Identifier: MIT */
/* calling.h - a call seen from its caller: an assembly trampoline (calling_x86_64.S, calling_aarch64.S; elsewhere
 * calling_other.c, which sees nothing) puts known values into everything a function must preserve, calls it and writes
 * down what it finds afterwards.  What is looked at is a list of slots; which ones there are is the architecture's
 * matter. */
#ifndef GM_BASE_CALLING_H
#define GM_BASE_CALLING_H

#include <stdint.h>

enum { CALLING_SLOTS = 32 };

typedef struct calling_report {
	uint64_t before[CALLING_SLOTS], after[CALLING_SLOTS];
	uint64_t result; /* the integer that the function returned */
} calling_report;

enum {
	CALLING_ABI = 0,     /* a function must preserve it */
	CALLING_MANNERS = 1, /* the ABI does not ask for it; our own kernels keep it */
	CALLING_NOTE = 2     /* reported, never a failure */
};

typedef struct calling_slot {
	const char *name; /* NULL ends the list */
	uint64_t mask;    /* bits that must be equal */
	uint64_t rule;    /* CALLING_* */
} calling_slot;

extern const calling_slot calling_slots[];

/* Bit i: this CPU shows slot i.  Call it once before any probe. */
uint64_t calling_observable(void);

/* Calls function with up to four integer arguments.  Not reentrant.  Floating-point control words stay as function left
 * them; the caller puts them back (fesetenv). */
void calling_probe(calling_report *report, void (*function)(void), uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d);

/* Bit i: slot i, of those observable, changed. */
static inline uint64_t calling_changed(const calling_report *report, uint64_t observable)
{
	uint64_t slots = 0;

	for (int i = 0; calling_slots[i].name; i++)
		if ((observable >> i & 1) && ((report->before[i] ^ report->after[i]) & calling_slots[i].mask))
			slots |= (uint64_t)1 << i;
	return slots;
}

#endif

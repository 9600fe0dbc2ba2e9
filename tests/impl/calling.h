/* SPDX-License-Identifier: MIT */
/* calling.h - a call seen from its caller: an assembly trampoline (calling_x86_64.S, calling_aarch64.S) puts known
 * values into everything a function must preserve, calls it and writes down what it finds afterwards.
 *
 * What is looked at is a list of slots; which ones there are is the architecture's matter, and so are the functions
 * that break each of them on purpose. */
#ifndef TESTS_CALLING_H
#define TESTS_CALLING_H

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

typedef struct calling_bad { /* a function that changes one slot */
	const char *name;        /* NULL ends the list */
	uint64_t slot;
	void (*function)(void);
} calling_bad;

extern const calling_slot calling_slots[];
extern const calling_bad calling_bad_functions[];

/* Bit i: this CPU shows slot i.  Call it once before any probe. */
uint64_t calling_observable(void);

/* Calls function with up to four integer arguments.  Not reentrant. */
void calling_probe(calling_report *report, void (*function)(void), uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d);

#endif

/* SPDX-License-Identifier: MIT */
/* calling_bad.h - functions that break a slot of base/calling.h each (calling_bad_x86_64.S, calling_bad_aarch64.S). */
#ifndef TESTS_CALLING_BAD_H
#define TESTS_CALLING_BAD_H

#include <stdint.h>

typedef struct calling_bad { /* a function that changes one slot */
	const char *name;        /* NULL ends the list */
	uint64_t slot;
	void (*function)(void);
} calling_bad;

extern const calling_bad calling_bad_functions[];

#endif

/* SPDX-License-Identifier: MIT */
/* calling_other.c - on an architecture without a trampoline: the call, and nothing seen. */
#include "calling.h"

const calling_slot calling_slots[] = {{0}};

uint64_t calling_observable(void) { return 0; }

void calling_probe(calling_report *report, void (*function)(void), uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d)
{
	report->result = ((uint64_t(*)(uintptr_t, uintptr_t, uintptr_t, uintptr_t))function)(a, b, c, d);
}

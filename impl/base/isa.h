/* SPDX-License-Identifier: MIT */
/* isa.h - the rows of isa.def, to walk; what each needs is known to the compiler as well: ISA_NEEDS_<name>. */
#ifndef GM_BASE_ISA_H
#define GM_BASE_ISA_H

#include "base/cpu.h"

enum isa_needs {
#define ISA(name, folder, cpu, ...) ISA_NEEDS_##name = CPU_##cpu,
#include "isa.def"
#undef ISA
};

static const struct isa_row {
	const char *name;
	uint64_t needs; /* GM_CPU_* */
} isa_table[] = {
#define ISA(name, ...) {#name, ISA_NEEDS_##name},
#include "isa.def"
#undef ISA
};

enum { ISA_ROWS = sizeof isa_table / sizeof *isa_table };

#endif

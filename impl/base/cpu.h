/* SPDX-License-Identifier: MIT */
/* cpu.h - the rows of cpu.def, to walk; what a CPU of each row has is known to the compiler as well: CPU_<bit>. */
#ifndef GM_BASE_CPU_H
#define GM_BASE_CPU_H

#include "gatemark/variant.h"

enum cpu_has { /* the bit and what it brings */
	           CPU_BASE = 0,
#define CPU(bit, name, brings, ...) CPU_##bit = GM_CPU_##bit | (brings),
#include "cpu.def"
#undef CPU
};

static const struct cpu_row {
	uint64_t bit;
	const char *name;
} cpu_table[] = {
#define CPU(bit, name, ...) {GM_CPU_##bit, name},
#include "cpu.def"
#undef CPU
};

enum { CPU_ROWS = sizeof cpu_table / sizeof *cpu_table };

#endif

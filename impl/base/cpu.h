/* SPDX-License-Identifier: MIT */
/* cpu.h - the rows of cpu.def, to walk. */
#ifndef GM_BASE_CPU_H
#define GM_BASE_CPU_H

#include "gatemark/gatemark.h"

static const struct cpu_row {
	uint64_t bit;
	const char *name, *cap;
	uint64_t has; /* bit and what it brings */
} cpu_table[] = {
#define CPU(bit, name, cap, brings) {GM_CPU_##bit, name, cap, GM_CPU_##bit | (brings)},
#include "base/cpu.def"
#undef CPU
};

enum { CPU_ROWS = sizeof cpu_table / sizeof *cpu_table };

#endif

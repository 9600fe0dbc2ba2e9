/* SPDX-License-Identifier: MIT */
/* peak.c - every loop in turns of short slices: one that is not interrupted and runs at the full clock is enough. */
#include "peak.h"

#include "base/clock.h"
#include "base/isa.h"
#include "fma_loop.h"

extern const fma_loops fma_loops_base;
#define ISA(name, ...) extern const fma_loops fma_loops_##name;
#include "base/isa.def"
#undef ISA

static const struct {
	const fma_loops *loops;
	const char *isa;
	uint64_t needs;
} table[] = {
	{&fma_loops_base, "base", 0},
#define ISA(name, ...) {&fma_loops_##name, #name, ISA_NEEDS_##name},
#include "base/isa.def"
#undef ISA
};

enum { TABLES = sizeof table / sizeof *table };

static const double slice_seconds = 200e-6; /* long against reading the clock, short against a time slice of others */

static volatile float sink;

/* Seconds of that many rounds. */
static double run(const fma_loop *loop, uint64_t rounds)
{
	double start = clock_now();

	sink = loop->run(rounds, 0.5f, 1.0f);
	return clock_now() - start;
}

/* One slice of a loop: its rounds a second, as seen from `guess` of them (0 = none yet). */
static double slice(const fma_loop *loop, double guess)
{
	uint64_t rounds = guess > 0 ? (uint64_t)(guess * slice_seconds) + 1 : 1000;

	return (double)rounds / run(loop, rounds);
}

void peak_measure(double seconds, peak *best)
{
	double end = clock_now() + seconds, rate[TABLES][sizeof table[0].loops->loop / sizeof(fma_loop)] = {{0}};
	uint64_t features = gm_cpu_features();

	do
		for (int t = 0; t < TABLES; t++)
			for (const fma_loop *l = table[t].loops->loop; (features & table[t].needs) == table[t].needs && l->chains;
			     l++) {
				double *known = &rate[t][l - table[t].loops->loop], seen = slice(l, *known);
				double flops = 2.0 * seen * l->chains * table[t].loops->width;

				*known = seen > *known ? seen : *known;
				if (flops > best->flops)
					*best = (peak){flops, table[t].isa, l->chains};
			}
	while (clock_now() < end);
}

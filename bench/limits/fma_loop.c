/* SPDX-License-Identifier: MIT */
/* fma_loop.c - the loops of one ISA: GM_LOOPS names the table, GM_WIDTH the width, the flags do the rest.  How many
 * chains hide the latency depends on the CPU, how many fit into registers on the ISA: the best of all counts, so that
 * the peak is not one loop's opinion. */
#include "fma_loop.h"

extern const fma_loops GM_LOOPS;

#if GM_WIDTH > 0
typedef float vec __attribute__((vector_size(GM_WIDTH * sizeof(float))));

/* a = a * x + y stays near y / (1 - x); without reassociation no chain can be shortened. */
#define DECLARE(k) vec a##k = zero + (float)(k);
#define STEP(k)    a##k = a##k * vx + vy;
#define ADD(k)     zero += a##k;

#define CHAINS(n, EACH)                                     \
	static float run_##n(uint64_t rounds, float x, float y) \
	{                                                       \
		vec zero = {0}, vx = zero + x, vy = zero + y;       \
		EACH(DECLARE)                                       \
		for (; rounds > 0; rounds--) {                      \
			EACH(STEP)                                      \
		}                                                   \
		EACH(ADD)                                           \
		return zero[0];                                     \
	}

#define EACH_4(M)  M(0) M(1) M(2) M(3)
#define EACH_8(M)  EACH_4(M) M(4) M(5) M(6) M(7)
#define EACH_10(M) EACH_8(M) M(8) M(9)
#define EACH_12(M) EACH_10(M) M(10) M(11)
#define EACH_16(M) EACH_12(M) M(12) M(13) M(14) M(15)
#define EACH_20(M) EACH_16(M) M(16) M(17) M(18) M(19)
#define EACH_24(M) EACH_20(M) M(20) M(21) M(22) M(23)

// clang-format off
CHAINS(4, EACH_4)
CHAINS(8, EACH_8)
CHAINS(10, EACH_10)
CHAINS(12, EACH_12)
CHAINS(16, EACH_16)
CHAINS(20, EACH_20)
CHAINS(24, EACH_24)
// clang-format on

const fma_loops GM_LOOPS = {
	GM_WIDTH, {{4, run_4}, {8, run_8}, {10, run_10}, {12, run_12}, {16, run_16}, {20, run_20}, {24, run_24}}};
#else
const fma_loops GM_LOOPS = {.width = 0};
#endif

/* SPDX-License-Identifier: MIT */
/* fma_loop.h - chains of fused multiply-adds, nothing else: fma_loop.c is compiled once per ISA. */
#ifndef LIMITS_FMA_LOOP_H
#define LIMITS_FMA_LOOP_H

#include <stdint.h>

typedef struct fma_loop {
	int chains;                                      /* independent of each other; 0 = past the last */
	float (*run)(uint64_t rounds, float x, float y); /* rounds * chains * width multiply-adds; any value */
} fma_loop;

typedef struct fma_loops {
	int width; /* floats of a vector; 0 = not part of this build */
	fma_loop loop[8];
} fma_loops;

#endif

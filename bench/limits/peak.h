/* SPDX-License-Identifier: MIT */
/* peak.h - how many float32 operations a second one CPU can do at most: fused multiply-adds from registers, nothing
 * else.  No kernel can be faster, whatever its caches and packed weights save it. */
#ifndef LIMITS_PEAK_H
#define LIMITS_PEAK_H

typedef struct peak {
	double flops;    /* a second, two a multiply-add; 0 = nothing was measured */
	const char *isa; /* of the fastest loop */
	int chains;
} peak;

/* Measures every loop that the CPU of the calling thread can run, in turns, for about `seconds` in all, and raises
 * *best to the fastest time slice seen; a busy machine only makes slices slower, so measuring again can only help.
 * *best starts as zeros. */
void peak_measure(double seconds, peak *best);

#endif

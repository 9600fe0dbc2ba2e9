/* SPDX-License-Identifier: MIT */
/* random.h - the one generator of random numbers: splitmix64 (Steele, Lea, Flood 2014).  Integers only, so every host
 * draws the same.  Counted: draw i of a stream depends on nothing but the two, so runs may be cut, repeated or
 * reordered. */
#ifndef GM_BASE_RANDOM_H
#define GM_BASE_RANDOM_H

#include <stdint.h>

#define RANDOM_GAMMA UINT64_C(0x9E3779B97F4A7C15) /* 2^64 divided by the golden ratio */

/* A bijection that leaves no pattern of z visible. */
static inline uint64_t random_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* Draw i of a stream, in any order; a draw may itself be a stream. */
static inline uint64_t random_draw(uint64_t stream, uint64_t i) { return random_mix(stream + (i + 1) * RANDOM_GAMMA); }

/* The same draws one after the other; *state is the stream at first. */
static inline uint64_t random_next(uint64_t *state) { return random_mix(*state += RANDOM_GAMMA); }

#endif

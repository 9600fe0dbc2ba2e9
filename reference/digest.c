/* SPDX-License-Identifier: MIT */
/* digest.c - 64 bits that stand for a tensor's bits.  Fixed for ever: digests are committed and compared between
 * machines, compilers and releases.
 *
 *   h = previous XOR 0xcbf29ce484222325;  h = step(h, count);  for each value: h = step(h, bits of the float);
 *   step(h, w): h = (h XOR w) * 0x9e3779b97f4a7c15 mod 2^64;  h = h XOR (h >> 32)
 *
 * Every step is a bijection of h, so a single changed value always changes the digest.  A NaN counts as 0x7fc00000
 * whatever its sign and payload; -0 and +0 differ. */
#include "judge.h"

#include <string.h>

#include "base/random.h"

static uint64_t step(uint64_t h, uint64_t word)
{
	h = (h ^ word) * RANDOM_GAMMA;
	return h ^ h >> 32;
}

uint64_t judge_digest(uint64_t previous, const float *values, size_t count)
{
	uint64_t h = step(previous ^ UINT64_C(0xcbf29ce484222325), count);

	for (size_t i = 0; i < count; i++) {
		uint32_t bits;

		memcpy(&bits, &values[i], sizeof bits);
		if ((bits & 0x7fffffff) > 0x7f800000)
			bits = 0x7fc00000;
		h = step(h, bits);
	}
	return h;
}

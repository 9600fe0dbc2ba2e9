/* SPDX-License-Identifier: MIT */
/* noise.c - from a key and a place in the computation to a stream of random numbers.
 * Every step is a bijection of the one before for fixed other arguments, so two places of one run share
 * a stream only by chance of 2^-64. */
#include "noise.h"

uint64_t noise_seed(const ref_noise *noise, size_t layer, size_t direction)
{
	return random_draw(random_draw(noise->key, 0), 2 * (uint64_t)layer + direction);
}

uint64_t noise_stream(const ref_noise *noise, uint64_t seed, unsigned operation, size_t t, size_t n)
{
	uint64_t stream = random_draw(seed, operation);

	stream = random_draw(stream, noise->correlated ? 0 : (uint64_t)t);
	return random_draw(stream, n);
}

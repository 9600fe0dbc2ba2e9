/* SPDX-License-Identifier: MIT */
/* noise.c - from a key and a place in the computation to a stream of random numbers.
 * Every step is a bijection of the one before for fixed other arguments, so two places of one run share
 * a stream only by chance of 2^-64. */
#include "noise.h"

uint64_t noise_seed(const ref_noise *noise, size_t layer, size_t direction)
{
	return noise_draw(noise_mix(noise->key + NOISE_GAMMA), 2 * (uint64_t)layer + direction);
}

uint64_t noise_stream(const ref_noise *noise, uint64_t seed, unsigned operation, size_t t, size_t n)
{
	uint64_t stream = noise_draw(seed, operation);

	stream = noise_draw(stream, noise->correlated ? 0 : (uint64_t)t);
	return noise_draw(stream, n);
}

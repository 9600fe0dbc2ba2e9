/* SPDX-License-Identifier: MIT */
/* noise.h - rounding errors on demand: random numbers that depend on where they are used, never on when.
 *
 * Draws come from base/random.h; nothing is stored, so runs may be cut, repeated or reordered.  Each 64-bit draw gives
 * two numbers of 32 bits, uniform in (-1, 1), never 0.
 *
 * A stream belongs to one row of one operation: (key, layer, direction) -> seed -> (operation, t, n) -> stream.
 * Within it a chain takes draw `unit`, a cell operation draw unit*NOISE_DRAWS + its turn. */
#ifndef REFERENCE_NOISE_H
#define REFERENCE_NOISE_H

#include "base/random.h"
#include "ref.h"

#define NOISE_DRAWS 32 /* per unit of a cell operation; LSTM's backward, the longest, takes 25 */

#define NOISE_INLINE static inline __attribute__((always_inline))

/* 32 bits to (-1, 1): the middles of 2^32 equal intervals. */
NOISE_INLINE double noise_unit(uint32_t bits) { return ((double)(int32_t)bits + 0.5) * 0x1p-31; }

/* Seed of a (layer, direction) of a run.  This and the next: every step is a bijection of the one before for fixed
 * other arguments, so two places of one run share a stream only by chance of 2^-64. */
NOISE_INLINE uint64_t noise_seed(const ref_noise *noise, size_t layer, size_t direction)
{
	return random_draw(random_draw(noise->key, 0), 2 * (uint64_t)layer + direction);
}

/* Stream of one row of an operation; t does not enter if the noise is correlated. */
NOISE_INLINE uint64_t noise_stream(const ref_noise *noise, uint64_t seed, unsigned operation, size_t t, size_t n)
{
	uint64_t stream = random_draw(random_draw(seed, operation), noise->correlated ? 0 : (uint64_t)t);

	return random_draw(stream, n);
}

/* Rounding of the scalar operations of one unit, in their order in the program.  noise NULL: exact. */
typedef struct noise_rounding {
	const ref_noise *noise;
	uint64_t state;
} noise_rounding;

NOISE_INLINE noise_rounding noise_rounding_at(const ref_noise *noise, uint64_t stream, size_t unit)
{
	return (noise_rounding){noise, stream + (uint64_t)unit * (NOISE_DRAWS * RANDOM_GAMMA)};
}

NOISE_INLINE double noise_perturb(noise_rounding *pen, double x, double relative, double absolute)
{
	uint64_t z = random_next(&pen->state);

	return x * (1 + relative * noise_unit((uint32_t)(z >> 32))) + absolute * noise_unit((uint32_t)z);
}

/* fl(x): one rounding of an elementary operation. */
NOISE_INLINE double fl(noise_rounding *pen, double x)
{
	return pen->noise ? noise_perturb(pen, x, pen->noise->relative, pen->noise->absolute) : x;
}

/* The same for the result of an activation, by its own accuracy. */
NOISE_INLINE double fl_act(noise_rounding *pen, double x)
{
	const ref_noise *noise = pen->noise;

	return noise ? noise_perturb(pen, x, noise->activation * noise->relative, noise->activation_abs) : x;
}

#endif

/* SPDX-License-Identifier: MIT */
/* contract_stream.c - operands of lane operations and the walk that brings each combination to each lane. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "contract_vec.h"

#include <stdlib.h>

uint32_t random_bits(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 33)) * 0xff51afd7ed558ccdu;
	z = (z ^ (z >> 33)) * 0xc4ceb9fe1a85ec53u;
	return (uint32_t)(z >> 32);
}

float random_near(uint64_t *state) { return (float)(int32_t)random_bits(state) / 2147483648.0f; }

/* Zeros, denormals, normals, halves, huge, infinite, NaN quiet and signalling, of both signs. */
static const uint32_t specials[] = {0x00000000, 0x00000001, 0x00400000, 0x007fffff, 0x00800000, 0x00800001,
                                    0x33800000, 0x3effffff, 0x3f000000, 0x3f7fffff, 0x3f800000, 0x3f800001,
                                    0x3fc00000, 0x40490fdb, 0x4b000001, 0x4b800000, 0x7e800000, 0x7f7fffff,
                                    0x7f800000, 0x7fc00000, 0x7fa00001, 0x7fffffff};
_Static_assert(2 * sizeof specials / sizeof *specials == VEC_SPECIALS, "the header's count");
enum { RANDOMS = 1 << 14 };

size_t vec_lanes_checked;

float vec_special(size_t i) { return of_bits(specials[i / 2] | (i % 2 ? 0x80000000u : 0)); }

/* Any bits, or exponents that meet in a sum. */
static float draw(uint64_t *state, size_t i) { return i % 2 ? random_near(state) : of_bits(random_bits(state)); }

vec_stream vec_stream_open(int operands)
{
	size_t all = 1;
	uint64_t state = VEC_SEED;
	vec_stream s;

	for (int i = 0; i < operands; i++)
		all *= VEC_SPECIALS;
	s.count = all + RANDOMS;
	s.a = calloc(s.count * 4, sizeof *s.a);
	assert_non_null(s.a);
	s.b = s.a + s.count, s.c = s.b + s.count, s.want = s.c + s.count;
	for (size_t i = 0; i < all; i++) {
		s.a[i] = vec_special(i % VEC_SPECIALS);
		s.b[i] = vec_special(i / VEC_SPECIALS % VEC_SPECIALS);
		s.c[i] = vec_special(i / VEC_SPECIALS / VEC_SPECIALS % VEC_SPECIALS);
	}
	for (size_t i = all; i < s.count; i++) {
		s.a[i] = draw(&state, i);
		s.b[i] = draw(&state, i);
		s.c[i] = i % 4 == 1 ? -s.a[i] * s.b[i] : draw(&state, i);
	}
	return s;
}

/* What `map` makes of VL lanes of the stream from `at`, wrapping round. */
static void run_map(vec_map *map, size_t lanes, const vec_stream *s, size_t at, float *out)
{
	float a[VEC_LANES_MAX], b[VEC_LANES_MAX], c[VEC_LANES_MAX];

	for (size_t i = 0; i < lanes; i++) {
		a[i] = s->a[(at + i) % s->count];
		b[i] = s->b[(at + i) % s->count];
		c[i] = s->c[(at + i) % s->count];
	}
	map(out, a, b, c);
}

size_t vec_stream_differences(const char *isa, const char *name, vec_map *map, size_t lanes, const vec_stream *s,
                              enum vec_compare compare)
{
	size_t differ = 0;
	float out[VEC_LANES_MAX];

	assert_true(lanes <= VEC_LANES_MAX);
	for (size_t shift = 0; shift < lanes; shift++)
		for (size_t at = shift; at < s->count + shift; at += lanes) {
			run_map(map, lanes, s, at, out);
			for (size_t i = 0; i < lanes; i++) {
				size_t k = (at + i) % s->count;

				if (!vec_same(out[i], s->want[k], compare) && !differ++ && isa)
					print_error("%s: %s(%a, %a, %a) in lane %zu is %a (%08x), not %a (%08x)\n", isa, name,
					            (double)s->a[k], (double)s->b[k], (double)s->c[k], i, (double)out[i], bits_of(out[i]),
					            (double)s->want[k], bits_of(s->want[k]));
			}
			vec_lanes_checked += lanes;
		}
	return differ;
}

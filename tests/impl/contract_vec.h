/* SPDX-License-Identifier: MIT */
/* contract_vec.h - the vocabulary of one ISA behind functions on memory, so that one test walks every ISA.
 * contract_vec.inc fills a table in a translation unit with that ISA's flags; contract_scalar.c says what is right. */
#ifndef TESTS_CONTRACT_VEC_H
#define TESTS_CONTRACT_VEC_H

#include <stddef.h>
#include <stdint.h>

#include "gatemark/gatemark.h"

#define OPERATION(name, operands, compare, vector, scalar) VEC_##name,
typedef enum vec_operation {
#include "vec_operations.def"
	VEC_OPERATIONS
} vec_operation;
#undef OPERATION

typedef void vec_map(float *out, const float *a, const float *b, const float *c); /* all of `lanes` floats */

typedef struct vec_table {
	size_t lanes; /* 0: not part of this build */
	vec_map *map[VEC_OPERATIONS];
	vec_map *pow2;                                        /* of a */
	vec_map *tanh_u10, *exp_u10;                          /* of a; NULL in a build without SLEEF */
	void (*set1)(float *out, float x);                    /* out: lanes floats */
	void (*load_n)(float *out, const float *p, size_t n); /* p: n floats; out: lanes floats */
	void (*store_n)(float *p, const float *v, size_t n);  /* p: n floats; v: lanes floats */
} vec_table;

#define ISA(name, ...) extern const vec_table contract_vec_##name;
#define TEST_ISA       ISA
#include "base/isa.def"
#undef ISA
extern const vec_table contract_vec_wrong; /* sixteen lanes, every operation wrong in a way a port may get it wrong */

enum vec_compare { BITS, VALUE };

typedef struct vec_definition {
	const char *name;
	int operands;
	enum vec_compare compare;
	float (*scalar)(float a, float b, float c, int fused);
} vec_definition;

extern const vec_definition vec_definitions[VEC_OPERATIONS];

/* Equal as `compare` says. */
int vec_same(float got, float want, enum vec_compare compare);

static inline uint32_t bits_of(float x)
{
	union {
		float value;
		uint32_t bits;
	} u = {.value = x};

	return u.bits;
}

static inline float of_bits(uint32_t bits)
{
	union {
		uint32_t bits;
		float value;
	} u = {.bits = bits};

	return u.value;
}

/* Bits of a counter: the finaliser of MurmurHash3 on a Weyl sequence (public domain). */
uint32_t random_bits(uint64_t *state);
float random_near(uint64_t *state); /* -1 .. 1 */

enum { VEC_LANES_MAX = 64, VEC_SPECIALS = 44, VEC_SEED = 20260101 };
float vec_special(
	size_t i); /* zeros, denormals, normals, halves, huge, infinite, NaN quiet and signalling, both signs */

typedef struct vec_stream { /* all pairs or triples of special values, then random ones */
	size_t count;
	float *a, *b, *c, *want; /* one block, a is to be freed */
} vec_stream;

vec_stream vec_stream_open(int operands); /* want: the caller's to fill */
/* Lanes in which map differs from want, every combination having visited every lane; the first is printed if `isa`. */
size_t vec_stream_differences(const char *isa, const char *name, vec_map *map, size_t lanes, const vec_stream *s,
                              enum vec_compare compare);
extern size_t vec_lanes_checked;

#endif

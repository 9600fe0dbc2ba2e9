/* SPDX-License-Identifier: MIT */
/* contract_scalar.c - what kernels/vec_contract.h says of one lane, compiled for the base of the architecture: fmaf
 * of the C library, comparisons of math.h, bit operations on integers. */
#include "contract_vec.h"

#include <math.h>

#define SIGN 0x80000000u

#define OPERATION(name, operands, compare, vector, scalar)           \
	static float scalar_##name(float a, float b, float c, int fused) \
	{                                                                \
		(void)b, (void)c, (void)fused;                               \
		return scalar;                                               \
	}
#include "vec_operations.def"
#undef OPERATION

const vec_definition vec_definitions[VEC_OPERATIONS] = {
#define OPERATION(name, operands, compare, vector, scalar) {#name, operands, compare, scalar_##name},
#include "vec_operations.def"
#undef OPERATION
};

int vec_same(float got, float want, enum vec_compare compare)
{
	return bits_of(got) == bits_of(want) || (compare == VALUE && isnan(got) && isnan(want));
}

/* SPDX-License-Identifier: MIT */
/* contract_vec_wrong.c - sixteen lanes with every operation wrong as a port may get it wrong: operands exchanged, a
 * NaN swallowed, a zero's sign lost, one rounding too many, denormals flushed, a lane misplaced. */
#include "contract_vec.h"

#include <math.h>

enum { LANES = 16 };

#define WRONG(name, value)                                                               \
	static void wrong_##name(float *out, const float *p, const float *q, const float *r) \
	{                                                                                    \
		for (int i = 0; i < LANES; i++) {                                                \
			float a = p[i], b = q[i], c = r[i];                                          \
                                                                                         \
			(void)a, (void)b, (void)c;                                                   \
			out[i] = value;                                                              \
		}                                                                                \
	}

static float flushed(float x) { return fabsf(x) < 0x1p-126f ? copysignf(0.0f, x) : x; }

WRONG(load, i == LANES / 2 ? p[i - 1] : a)
WRONG(neg, 0.0f - a)
WRONG(abs, a > 0.0f ? a : -a)
WRONG(copysign, copysignf(b, a))
WRONG(add, flushed(a + b))
WRONG(sub, b - a)
WRONG(mul, fmaf(a, b, 0.0f))
WRONG(div, a *(1.0f / b))
WRONG(fma, a *b + c)
WRONG(fnma, c - a * b)
WRONG(min, b < a ? b : a)
WRONG(max, b > a ? b : a)
WRONG(less, !(a >= b) ? 1.0f : 0.0f)
WRONG(less_equal, !(a > b) ? 1.0f : 0.0f)
WRONG(select, isless(a, b) ? c : b)
WRONG(pow2, of_bits((bits_of(a) & 0x7f) << 23))
WRONG(tanh_u10, nextafterf(nextafterf(tanhf(a), 2.0f), 2.0f))
WRONG(exp_u10, flushed(expf(a)))

static void wrong_set1(float *out, float x)
{
	for (int i = 0; i < LANES; i++)
		out[i] = i == LANES - 1 ? 0.0f : x;
}

static void wrong_load_n(float *out, const float *p, size_t n)
{
	for (size_t i = 0; i < LANES; i++)
		out[i] = i < n ? p[i] : -0.0f;
}

static void wrong_store_n(float *p, const float *v, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		p[i] = v[i];
}

const vec_table contract_vec_wrong = {
	.lanes = LANES,
	.map =
		{
#define OPERATION(name, operands, compare, vector, scalar) wrong_##name,
#include "vec_operations.def"
#undef OPERATION
		},
	.pow2 = wrong_pow2,
	.tanh_u10 = wrong_tanh_u10,
	.exp_u10 = wrong_exp_u10,
	.set1 = wrong_set1,
	.load_n = wrong_load_n,
	.store_n = wrong_store_n,
};

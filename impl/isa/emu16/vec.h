/* SPDX-License-Identifier: MIT */
/* vec.h of emu16 - sixteen lanes in plain C, for tests only: the logic of sixteen lanes (tails, tiles, packing) on
 * every CPU, whatever its vectors.  Not a row of variants.def: its speed means nothing. */
#ifndef GM_VEC_H
#define GM_VEC_H

#include "kernels/vec_contract.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifndef GM_NO_SLEEF
#ifndef FP_FAST_FMA // as in isa/scalar/vec.h
#define FP_FAST_FMA
#endif
#include <sleef.h>
#endif

#define VL 16
typedef struct vf {
	float lane[VL];
} vf;
typedef struct vm {
	int lane[VL];
} vm;

/* A function of that name whose lane i is `value`. */
#define LANES(type, declaration, value) \
	static inline type declaration      \
	{                                   \
		type result;                    \
		for (int i = 0; i < VL; i++)    \
			result.lane[i] = value;     \
		return result;                  \
	}

static inline vf vf_load(const float *p)
{
	vf v;

	memcpy(v.lane, p, sizeof v.lane);
	return v;
}

static inline void vf_store(float *p, vf v) { memcpy(p, v.lane, sizeof v.lane); }

static inline vf vf_load_n(const float *p, size_t n)
{
	vf v = {{0}};

	memcpy(v.lane, p, n * sizeof *p);
	return v;
}

static inline void vf_store_n(float *p, vf v, size_t n) { memcpy(p, v.lane, n * sizeof *p); }

static inline void vf_leave(void) {}

static inline float emu16_pow2(float t)
{
	uint32_t bits;

	memcpy(&bits, &t, sizeof bits);
	bits <<= 23;
	memcpy(&t, &bits, sizeof t);
	return t;
}

LANES(vf, vf_set1(float x), x)
LANES(vf, vf_add(vf a, vf b), a.lane[i] + b.lane[i])
LANES(vf, vf_sub(vf a, vf b), a.lane[i] - b.lane[i])
LANES(vf, vf_mul(vf a, vf b), a.lane[i] * b.lane[i])
LANES(vf, vf_div(vf a, vf b), a.lane[i] / b.lane[i])
LANES(vf, vf_fma(vf a, vf b, vf c), __builtin_fmaf(a.lane[i], b.lane[i], c.lane[i]))
LANES(vf, vf_fnma(vf a, vf b, vf c), __builtin_fmaf(-a.lane[i], b.lane[i], c.lane[i]))
LANES(vf, vf_neg(vf a), -a.lane[i])
LANES(vf, vf_abs(vf a), __builtin_fabsf(a.lane[i]))
LANES(vf, vf_copysign(vf a, vf b), __builtin_copysignf(a.lane[i], b.lane[i]))
LANES(vf, vf_min(vf a, vf b), a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i])
LANES(vf, vf_max(vf a, vf b), a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i])
LANES(vm, vf_less(vf a, vf b), a.lane[i] < b.lane[i])
LANES(vm, vf_less_equal(vf a, vf b), a.lane[i] <= b.lane[i])
LANES(vf, vf_select(vm m, vf a, vf b), m.lane[i] ? a.lane[i] : b.lane[i])
LANES(vf, vf_pow2(vf t), emu16_pow2(t.lane[i]))
#ifndef GM_NO_SLEEF
LANES(vf, vf_tanh_u10(vf a), Sleef_finz_tanhf1_u10purecfma(a.lane[i]))
LANES(vf, vf_exp_u10(vf a), Sleef_finz_expf1_u10purecfma(a.lane[i]))
#endif
#undef LANES

#endif

/* SPDX-License-Identifier: MIT */
/* vec.h of scalar and scalar_fma - one lane in plain C.  With GM_SCALAR_FUSED (scalar_fma, whose flags say so) the
 * bit oracle of the canonical arithmetic, else two roundings: the honest baseline, never vectorised (audited in the
 * object). */
#ifndef GM_VEC_H
#define GM_VEC_H

#if defined(GM_SCALAR_FUSED) && defined(__x86_64__) && !defined(__FMA__)
#error "scalar_fma must be compiled with -mfma"
#endif

#include "kernels/vec_contract.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifndef GM_NO_SLEEF
#if defined(GM_SCALAR_FUSED) && !defined(FP_FAST_FMA) // not every compiler says so; SLEEF declares purecfma behind it
#define FP_FAST_FMA
#endif
#include <sleef.h>
#endif

#define VL 1
typedef float vf;
typedef int vm;

static inline vf vf_load(const float *p) { return *p; }
static inline void vf_store(float *p, vf v) { *p = v; }
static inline vf vf_load_n(const float *p, size_t n)
{
	(void)p, (void)n;
	return 0;
}
static inline void vf_store_n(float *p, vf v, size_t n) { (void)p, (void)v, (void)n; }
static inline vf vf_set1(float x) { return x; }
static inline vf vf_add(vf a, vf b) { return a + b; }
static inline vf vf_sub(vf a, vf b) { return a - b; }
static inline vf vf_mul(vf a, vf b) { return a * b; }
static inline vf vf_div(vf a, vf b) { return a / b; }
#ifdef GM_SCALAR_FUSED
static inline vf vf_fma(vf a, vf b, vf c) { return __builtin_fmaf(a, b, c); }
static inline vf vf_fnma(vf a, vf b, vf c) { return __builtin_fmaf(-a, b, c); }
#else
static inline vf vf_fma(vf a, vf b, vf c) { return a * b + c; }
static inline vf vf_fnma(vf a, vf b, vf c) { return c - a * b; }
#endif
static inline vf vf_neg(vf a) { return -a; }
static inline vf vf_abs(vf a) { return __builtin_fabsf(a); }
static inline vf vf_copysign(vf a, vf b) { return __builtin_copysignf(a, b); }
static inline vf vf_min(vf a, vf b) { return a < b ? a : b; }
static inline vf vf_max(vf a, vf b) { return a > b ? a : b; }
static inline vm vf_less(vf a, vf b) { return a < b; }
static inline vm vf_less_equal(vf a, vf b) { return a <= b; }
static inline vf vf_select(vm m, vf a, vf b) { return m ? a : b; }
static inline void vf_leave(void) {}

static inline vf vf_pow2(vf t)
{
	uint32_t bits;

	memcpy(&bits, &t, sizeof bits);
	bits <<= 23;
	memcpy(&t, &bits, sizeof t);
	return t;
}

#if !defined(GM_NO_SLEEF) && defined(GM_SCALAR_FUSED)
static inline vf vf_tanh_u10(vf a) { return Sleef_finz_tanhf1_u10purecfma(a); }
static inline vf vf_exp_u10(vf a) { return Sleef_finz_expf1_u10purecfma(a); }
#elif !defined(GM_NO_SLEEF)
static inline vf vf_tanh_u10(vf a) { return Sleef_cinz_tanhf1_u10purec(a); }
static inline vf vf_exp_u10(vf a) { return Sleef_cinz_expf1_u10purec(a); }
#endif

#endif

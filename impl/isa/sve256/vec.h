/* SPDX-License-Identifier: MIT */
/* vec.h of sve256 - Arm SVE at the fixed length that the flags name, so that types have a size: eight lanes at 256
 * bits, sixteen at 512 (a contract of the tests).  It runs only where vectors have exactly that length. */
#ifndef GM_VEC_H
#define GM_VEC_H

#if !defined(__ARM_FEATURE_SVE_BITS) || __ARM_FEATURE_SVE_BITS == 0
#error "sve256 must be compiled with -march=armv8.2-a+sve -msve-vector-bits=256"
#endif

#include "kernels/vec_contract.h"

#include <arm_sve.h>
#include <stddef.h>
#ifndef GM_NO_SLEEF
#include <sleef.h>
#endif

#define VL     (__ARM_FEATURE_SVE_BITS / 32)
#define VF_ALL svptrue_b32()
typedef svfloat32_t vf __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
typedef svuint32_t vu __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));
typedef svbool_t vm __attribute__((arm_sve_vector_bits(__ARM_FEATURE_SVE_BITS)));

static inline vm vf_lanes(size_t n) { return svwhilelt_b32_u64(0, n); }
static inline vu vf_bits(vf a) { return svreinterpret_u32_f32(a); }
static inline vf vf_of_bits(vu a) { return svreinterpret_f32_u32(a); }

static inline vf vf_load(const float *p) { return svld1_f32(VF_ALL, p); }
static inline void vf_store(float *p, vf v) { svst1_f32(VF_ALL, p, v); }
static inline vf vf_load_n(const float *p, size_t n) { return svld1_f32(vf_lanes(n), p); }
static inline void vf_store_n(float *p, vf v, size_t n) { svst1_f32(vf_lanes(n), p, v); }
static inline vf vf_set1(float x) { return svdup_n_f32(x); }
static inline vf vf_add(vf a, vf b) { return svadd_f32_x(VF_ALL, a, b); }
static inline vf vf_sub(vf a, vf b) { return svsub_f32_x(VF_ALL, a, b); }
static inline vf vf_mul(vf a, vf b) { return svmul_f32_x(VF_ALL, a, b); }
static inline vf vf_div(vf a, vf b) { return svdiv_f32_x(VF_ALL, a, b); }
static inline vf vf_fma(vf a, vf b, vf c) { return svmla_f32_x(VF_ALL, c, a, b); }
static inline vf vf_fnma(vf a, vf b, vf c) { return svmls_f32_x(VF_ALL, c, a, b); }
static inline vf vf_neg(vf a) { return svneg_f32_x(VF_ALL, a); }
static inline vf vf_abs(vf a) { return svabs_f32_x(VF_ALL, a); }

static inline vf vf_copysign(vf a, vf b)
{
	vu sign = svand_n_u32_x(VF_ALL, vf_bits(b), 0x80000000u);

	return vf_of_bits(svorr_u32_x(VF_ALL, svand_n_u32_x(VF_ALL, vf_bits(a), 0x7fffffffu), sign));
}

static inline vm vf_less(vf a, vf b) { return svcmplt_f32(VF_ALL, a, b); }
static inline vm vf_less_equal(vf a, vf b) { return svcmple_f32(VF_ALL, a, b); }
static inline vf vf_select(vm m, vf a, vf b) { return svsel_f32(m, a, b); }
static inline vf vf_min(vf a, vf b) { return vf_select(vf_less(a, b), a, b); }
static inline vf vf_max(vf a, vf b) { return vf_select(vf_less(b, a), a, b); }
static inline void vf_leave(void) {}
static inline vf vf_pow2(vf t) { return vf_of_bits(svlsl_n_u32_x(VF_ALL, vf_bits(t), 23)); }
#ifndef GM_NO_SLEEF
static inline vf vf_tanh_u10(vf a) { return Sleef_finz_tanhfx_u10sve(a); }
static inline vf vf_exp_u10(vf a) { return Sleef_finz_expfx_u10sve(a); }
#endif

#endif

/* SPDX-License-Identifier: MIT */
/* vec.h of neon - four lanes, AArch64 Advanced SIMD, where fused operations are part of the base. */
#ifndef GM_VEC_H
#define GM_VEC_H

#if !defined(__aarch64__) || !defined(__ARM_NEON)
#error "neon must be compiled for AArch64 with Advanced SIMD"
#endif

#include "kernels/vec_contract.h"

#include <arm_neon.h>
#include <stddef.h>
#ifndef GM_NO_SLEEF
#include <sleef.h>
#endif

#define VL 4
typedef float32x4_t vf;
typedef uint32x4_t vm;

static inline vf vf_load(const float *p) { return vld1q_f32(p); }
static inline void vf_store(float *p, vf v) { vst1q_f32(p, v); }
static inline vf vf_set1(float x) { return vdupq_n_f32(x); }

static inline vf vf_load_n(const float *p, size_t n)
{
	vf v = vdupq_n_f32(0);

	if (n > 0)
		v = vld1q_lane_f32(p, v, 0);
	if (n > 1)
		v = vld1q_lane_f32(p + 1, v, 1);
	if (n > 2)
		v = vld1q_lane_f32(p + 2, v, 2);
	return v;
}

static inline void vf_store_n(float *p, vf v, size_t n)
{
	if (n > 0)
		vst1q_lane_f32(p, v, 0);
	if (n > 1)
		vst1q_lane_f32(p + 1, v, 1);
	if (n > 2)
		vst1q_lane_f32(p + 2, v, 2);
}

static inline vf vf_add(vf a, vf b) { return vaddq_f32(a, b); }
static inline vf vf_sub(vf a, vf b) { return vsubq_f32(a, b); }
static inline vf vf_mul(vf a, vf b) { return vmulq_f32(a, b); }
static inline vf vf_div(vf a, vf b) { return vdivq_f32(a, b); }
static inline vf vf_fma(vf a, vf b, vf c) { return vfmaq_f32(c, a, b); }
static inline vf vf_fnma(vf a, vf b, vf c) { return vfmsq_f32(c, a, b); }
static inline vf vf_neg(vf a) { return vnegq_f32(a); }
static inline vf vf_abs(vf a) { return vabsq_f32(a); }
static inline vf vf_copysign(vf a, vf b) { return vbslq_f32(vdupq_n_u32(0x80000000u), b, a); }
static inline vm vf_less(vf a, vf b) { return vcltq_f32(a, b); }
static inline vm vf_less_equal(vf a, vf b) { return vcleq_f32(a, b); }
static inline vf vf_select(vm m, vf a, vf b) { return vbslq_f32(m, a, b); }
static inline vf vf_min(vf a, vf b) { return vf_select(vf_less(a, b), a, b); }
static inline vf vf_max(vf a, vf b) { return vf_select(vf_less(b, a), a, b); }
static inline void vf_leave(void) {}
static inline vf vf_pow2(vf t) { return vreinterpretq_f32_u32(vshlq_n_u32(vreinterpretq_u32_f32(t), 23)); }
#ifndef GM_NO_SLEEF
static inline vf vf_tanh_u10(vf a) { return Sleef_finz_tanhf4_u10advsimd(a); }
static inline vf vf_exp_u10(vf a) { return Sleef_finz_expf4_u10advsimd(a); }
#endif

#endif

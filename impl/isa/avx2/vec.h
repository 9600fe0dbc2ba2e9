/* SPDX-License-Identifier: MIT */
/* vec.h of avx2 - eight lanes, AVX2 + FMA. */
#ifndef GM_VEC_H
#define GM_VEC_H

#if !defined(__AVX2__) || !defined(__FMA__)
#error "avx2 must be compiled with -mavx2 -mfma"
#endif

#include "kernels/vec_contract.h"

#include <immintrin.h>
#include <stddef.h>
#ifndef GM_NO_SLEEF
#include <sleef.h>
#endif

#define VL 8
typedef __m256 vf;
typedef __m256 vm;

/* Lanes below n: all ones.  The window into the table starts n lanes before its zeros. */
static inline __m256i vf_lanes(size_t n)
{
	static const int window[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

	return _mm256_loadu_si256((const __m256i *)(window + 8 - n));
}

static inline vf vf_load(const float *p) { return _mm256_loadu_ps(p); }
static inline void vf_store(float *p, vf v) { _mm256_storeu_ps(p, v); }
static inline vf vf_load_n(const float *p, size_t n) { return _mm256_maskload_ps(p, vf_lanes(n)); }
static inline void vf_store_n(float *p, vf v, size_t n) { _mm256_maskstore_ps(p, vf_lanes(n), v); }
static inline vf vf_set1(float x) { return _mm256_set1_ps(x); }
static inline vf vf_add(vf a, vf b) { return _mm256_add_ps(a, b); }
static inline vf vf_sub(vf a, vf b) { return _mm256_sub_ps(a, b); }
static inline vf vf_mul(vf a, vf b) { return _mm256_mul_ps(a, b); }
static inline vf vf_div(vf a, vf b) { return _mm256_div_ps(a, b); }
static inline vf vf_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
static inline vf vf_fnma(vf a, vf b, vf c) { return _mm256_fnmadd_ps(a, b, c); }
static inline vf vf_neg(vf a) { return _mm256_xor_ps(a, _mm256_set1_ps(-0.0f)); }
static inline vf vf_abs(vf a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
static inline vf vf_copysign(vf a, vf b) { return _mm256_or_ps(vf_abs(a), _mm256_and_ps(_mm256_set1_ps(-0.0f), b)); }
static inline vf vf_min(vf a, vf b) { return _mm256_min_ps(a, b); }
static inline vf vf_max(vf a, vf b) { return _mm256_max_ps(a, b); }
static inline vm vf_less(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
static inline vm vf_less_equal(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_LE_OQ); }
static inline vf vf_select(vm m, vf a, vf b) { return _mm256_blendv_ps(b, a, m); }
static inline void vf_leave(void)
{
	if (!VF_LEAVES_ITSELF)
		_mm256_zeroupper();
}

static inline vf vf_pow2(vf t) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(t), 23)); }
#ifndef GM_NO_SLEEF
static inline vf vf_tanh_u10(vf a) { return Sleef_finz_tanhf8_u10avx2(a); }
static inline vf vf_exp_u10(vf a) { return Sleef_finz_expf8_u10avx2(a); }
#endif

#endif

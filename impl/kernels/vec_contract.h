/* SPDX-License-Identifier: MIT */
/* vec_contract.h - the vocabulary that every impl/isa/<isa>/vec.h speaks; kernels are written on it alone.
 *
 *   VL                        lanes, a power of two
 *   vf, vm                    VL floats; VL truth values
 *   vf_load(p)  vf_store(p,v) VL floats at p, any float alignment
 *   vf_load_n(p,n)            n < VL floats, the other lanes +0; never touches memory beyond n
 *   vf_store_n(p,v,n)         n < VL floats; never touches memory beyond n
 *   vf_set1(x)                x in every lane
 *   vf_add vf_sub vf_mul vf_div     one rounding each, to nearest, denormals as the FP mode says
 *   vf_fma(a,b,c)             a*b + c with one rounding   (isa scalar: two, it is the unfused baseline)
 *   vf_fnma(a,b,c)            c - a*b with one rounding   (isa scalar: two)
 *   vf_neg vf_abs             sign bit flipped, cleared (NaN too)
 *   vf_copysign(a,b)          magnitude of a, sign of b
 *   vf_min(a,b)               a < b ? a : b  (the second operand on NaN or tie)
 *   vf_max(a,b)               a > b ? a : b
 *   vf_less vf_less_equal     a < b, a <= b; false on NaN
 *   vf_select(m,a,b)          m ? a : b
 *   vf_pow2(t)                2^n for t = n + VF_POW2_MAGIC, integer n in -126 .. 127: bits of t shifted left by 23
 *   vf_tanh_u10 vf_exp_u10    SLEEF, bit-consistent family, 1.001 ulp at most; none under GM_NO_SLEEF
 *   vf_leave()                last in every function that holds vectors and is called by address: no upper halves of
 *                             registers left in use (x86, where the compiler does not see to it: VF_LEAVES_ITSELF)
 *
 * No horizontal sum, no shuffle, no lane index: what is absent cannot make a result depend on VL. */
#ifndef GM_VEC_CONTRACT_H
#define GM_VEC_CONTRACT_H

/* Compilers end such functions with a vzeroupper of their own, gcc from -O2 on; it does not notice that one is
 * there. */
#if defined(__clang__) || (defined(__OPTIMIZE__) && !defined(__OPTIMIZE_SIZE__))
#define VF_LEAVES_ITSELF 1
#else
#define VF_LEAVES_ITSELF 0
#endif

/* Adding it rounds to an integer (ties to even) and leaves n + 127 in the low bits of the sum. */
#define VF_POW2_MAGIC 0x1.8000FEp23f

#endif

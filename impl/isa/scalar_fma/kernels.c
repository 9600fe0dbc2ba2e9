/* SPDX-License-Identifier: MIT */
/* The bit oracle of the canonical arithmetic: one lane, fused. */
#if defined(__x86_64__) && !defined(__FMA__)
#error "scalar_fma must be compiled with -mfma"
#endif
#define GM_SCALAR_FUSED
#include "isa/scalar/vec.h"
#include "isa/scalar/tile.h"
#include "kernels/kernels.inc"

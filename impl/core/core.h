/* SPDX-License-Identifier: MIT */
/* core.h - checked sizes, for every part of the library. */
#ifndef GM_CORE_H
#define GM_CORE_H

#include "gatemark/tensors.h"

/* a*b and a+b that report overflow: 1 = *result is valid. */
static inline int gm_mul(size_t a, size_t b, size_t *result) { return !__builtin_mul_overflow(a, b, result); }

static inline int gm_add(size_t a, size_t b, size_t *result) { return !__builtin_add_overflow(a, b, result); }

/* Sizes beyond this cannot be meant and keep every product of two of them inside 64 bits. */
#define GM_SIZE_LIMIT  ((size_t)1 << 24)
#define GM_LAYER_LIMIT ((size_t)64)

#endif

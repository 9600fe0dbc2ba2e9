/* SPDX-License-Identifier: MIT */
/* core.h - checked sizes and structs, for every part of the library. */
#ifndef GM_CORE_H
#define GM_CORE_H

#include "gatemark/tensors.h"

/* a*b and a+b that report overflow: 1 = *result is valid. */
static inline int gm_mul(size_t a, size_t b, size_t *result) { return !__builtin_mul_overflow(a, b, result); }

static inline int gm_add(size_t a, size_t b, size_t *result) { return !__builtin_add_overflow(a, b, result); }

/* Sizes beyond this cannot be meant and keep every product of two of them inside 64 bits. */
#define GM_SIZE_LIMIT  ((size_t)1 << 24)
#define GM_LAYER_LIMIT ((size_t)64)

/* A caller's struct, which begins with its struct_size, as this library knows it (`bytes` of it): what a shorter one
 * lacks is 0.  GM_BAD_ARGUMENT: NULL, a struct_size that cannot be, or a longer one with something set beyond. */
GM_CHECKED gm_status gm_struct_read(const char *name, const void *given, void *to, size_t bytes, gm_error *error);
/* Into a caller's struct: as much of it as that has; what a longer one has beyond becomes 0. */
GM_CHECKED gm_status gm_struct_write(const char *name, void *given, const void *from, size_t bytes, gm_error *error);
GM_CHECKED gm_status gm_reserved_check(const char *name, uint32_t reserved, gm_error *error);
/* gm_problem_check; *whole is *problem in full. */
GM_CHECKED gm_status gm_problem_read(const gm_problem *problem, gm_problem *whole, gm_error *error);

#endif

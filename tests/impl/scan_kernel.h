/* SPDX-License-Identifier: MIT */
/* scan_kernel.h - what scan_kernel.inc gives for one ISA and activation: the three functions on arrays.
 * And faults that can be planted into one copy of it, so that the scan is seen to find them. */
#ifndef SCAN_KERNEL_H
#define SCAN_KERNEL_H

#include <stddef.h>

enum scan_function { SCAN_TANH, SCAN_SIGMOID, SCAN_EXP, SCAN_FUNCTIONS };
enum { SCAN_BLOCK = 16 }; /* a multiple of every VL */

/* y[i] = function(x[i]) for n arguments, n a multiple of SCAN_BLOCK; y is not x. */
typedef void scan_evaluate(const float *x, float *y, size_t n);

typedef struct scan_kernel {
	scan_evaluate *evaluate[SCAN_FUNCTIONS]; /* all NULL: this ISA is not part of the build */
	float exp_min, exp_max;                  /* where exp is clamped; -Inf and Inf: nowhere */
	const char *sleef;                       /* version, of u10; poly: "" */
} scan_kernel;

/* Fault, and what has to be found (scan_table.h). */
#define SCAN_FAULTS(X)                                                         \
	X(coefficient, SCAN_ULP)    /* C4 of the polynomial off by 3 in 10 000 */  \
	X(clamp, SCAN_NAN)          /* operands of min exchanged: NaN swallowed */ \
	X(underflow, SCAN_ABSOLUTE) /* exp clamped too early */                    \
	X(order, SCAN_ORDER)        /* neighbours exchanged */                     \
	X(sign, SCAN_SYMMETRY)      /* tanh(-x) = tanh(x) */                       \
	X(limit, SCAN_LIMITS)       /* tanh ends below 1 */                        \
	X(bit, SCAN_BITS)           /* one bit of one result */

#define SCAN_FAULT(name, finds) SCAN_FAULT_##name,
enum scan_fault { SCAN_FAULT_none, SCAN_FAULTS(SCAN_FAULT) SCAN_FAULT_COUNT };
#undef SCAN_FAULT

/* Of the copy with faults, scan_faulty: none at first.  Not to be changed while it evaluates. */
extern enum scan_fault scan_fault;

#endif

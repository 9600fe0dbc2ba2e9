/* SPDX-License-Identifier: MIT */
/* kernel_problems.h - the problems of test_kernels: every tail of every dimension up to past two of the widest blocks,
 * all tile shapes, parts of a deep and of a tall product.  Deterministic: the index is the seed. */
#ifndef TESTS_KERNEL_PROBLEMS_H
#define TESTS_KERNEL_PROBLEMS_H

#include "contract_kernels.h"

/* The problem at `index`; 0 past the end. */
int kernel_problem_at(size_t index, kernel_problem *problem);

#endif

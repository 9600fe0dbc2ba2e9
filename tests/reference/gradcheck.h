/* SPDX-License-Identifier: MIT */
/* gradcheck.h - does the backward pass of the reference differentiate its forward pass? */
#ifndef TESTS_GRADCHECK_H
#define TESTS_GRADCHECK_H

#include "model/ref.h"

/* Central differences of L = sum(grad_output*output) + sum(grad_h_n*h_n) + sum(grad_c_n*c_n) in every element of
 * every differentiable input against ref_run's gradients.  step 1e-6.  *worst = largest
 * |numeric - analytic| / (atol 1e-5 + rtol 1e-3 * |numeric|), where[] names tensor and element. */
GM_CHECKED gm_status gradcheck(const ref_problem *problem, double *worst, char where[96], gm_error *error);

#endif

/* SPDX-License-Identifier: MIT */
/* check.h - what callers hand in, as it is meant: read in full, every default in its place, every number possible; or
 * the one sentence that says what is not. */
#ifndef GM_CHECK_H
#define GM_CHECK_H

#include "engine.h"
#include "plan.h"

GM_CHECKED gm_status check_opts(const gm_plan_opts *given, gm_plan_opts *opts, gm_error *error);
/* Memory that a plan's sizes ask for. */
GM_CHECKED gm_status check_memory(const char *name, const void *memory, gm_error *error);
GM_CHECKED gm_status check_weights(const gm_plan *plan, const gm_weights *given, gm_weights *weights, gm_error *error);
GM_CHECKED gm_status check_forward(const gm_plan *plan, const gm_forward_args *given, gm_forward_args *args,
                                   gm_error *error);
/* args->fwd and args->grad_weights point at fwd and grads, which are read in full too. */
GM_CHECKED gm_status check_backward(const gm_plan *plan, const gm_backward_args *given, gm_backward_args *args,
                                    gm_forward_args *fwd, gm_grads *grads, gm_error *error);

#endif

/* SPDX-License-Identifier: MIT */
/* engine.h - the functions behind a row of variants.def, whose own is the gm_kernels it runs on.  What gm_variant
 * promises is checked there (check.h), once; below, in forward.c and backward.c, nothing can fail. */
#ifndef GM_ENGINE_H
#define GM_ENGINE_H

#include "gatemark/variant.h"
#include "kernels/kernels.h"

/* GM_OK, or GM_NO_CPU: the CPU lacks what it needs, or this build has no kernels for it. */
gm_status engine_runnable(const gm_variant *self, gm_error *error);
gm_status engine_supports(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, gm_error *error);
gm_status engine_sizes(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, gm_sizes *sizes,
                       gm_error *error);
gm_status engine_plan_create(const gm_variant *self, const gm_problem *problem, const gm_plan_opts *opts, void *mem,
                             gm_plan **plan, gm_error *error);
gm_status engine_set_weights(gm_plan *plan, const gm_weights *weights, gm_error *error);
gm_status engine_run_forward(gm_plan *plan, const gm_forward_args *args, gm_error *error);
gm_status engine_run_backward(gm_plan *plan, const gm_backward_args *args, gm_error *error);
const char *engine_describe(const gm_plan *plan);
void engine_plan_destroy(gm_plan *plan);

#endif

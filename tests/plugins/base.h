/* SPDX-License-Identifier: MIT */
/* base.h - the well-behaved plug-in that each bad one spoils.  Its variant "base" says yes to every problem, writes
 * 1 into every output and 2 into every gradient, touches every byte of plan, tape and scratch, keeps all rules and has
 * the host keep its own (variant.h); "forward_only" has no backward.  A bad plug-in is one file that defines spoil()
 * and breaks one of them. */
#ifndef TESTS_PLUGINS_BASE_H
#define TESTS_PLUGINS_BASE_H

#include "gatemark/variant.h"

struct gm_plan {
	gm_problem problem;
	gm_sizes sizes;
	size_t T_max, N_max;
	int has_weights;
};

/* Changes what is exported; what it returns is what gm_plugin_v1 returns. */
const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant);

gm_status base_forward(gm_plan *plan, const gm_forward_args *f, gm_error *error);
gm_status base_backward(gm_plan *plan, const gm_backward_args *b, gm_error *error);
float *base_output_end(const gm_plan *plan, const gm_forward_args *f); /* one past the last element of output */
float *base_dinput_end(const gm_plan *plan, const gm_backward_args *b);

#endif

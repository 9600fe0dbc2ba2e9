/* SPDX-License-Identifier: MIT */
/* forgets_h_0.c - the skeleton, but the first step adds nothing to grad_weight_hh: the sample failure of README.md. */
#define gm_plugin_v1 skeleton_plugin
#include "plugin_skeleton/skeleton.c"
#undef gm_plugin_v1

static gm_status without_h_0(gm_plan *plan, const gm_backward_args *b, gm_error *error)
{
	gm_forward_args forward = *b->fwd;
	gm_backward_args part = *b;

	forward.h_0 = NULL;
	part.fwd = &forward;
	return backward(plan, &part, error);
}

GM_PLUGIN_EXPORT gm_plugin_entry gm_plugin_v1;

const gm_plugin *gm_plugin_v1(void)
{
	static gm_variant variant;
	static const gm_variant *const list[] = {&variant};
	static gm_plugin plugin;

	variant = rnn;
	variant.backward = without_h_0;
	plugin = *skeleton_plugin();
	plugin.variant = list;
	return &plugin;
}

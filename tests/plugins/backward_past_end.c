/* SPDX-License-Identifier: MIT */
/* backward_past_end.c - writes 12 bytes past the end of the gradient of input. */
#include "base.h"

static gm_status backward(gm_plan *plan, const gm_backward_args *b, gm_error *error)
{
	base_dinput_end(plan, b)[3] = 1;
	return base_backward(plan, b, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->backward = backward;
	return plugin;
}

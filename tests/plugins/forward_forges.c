/* SPDX-License-Identifier: MIT */
/* forward_forges.c - writes an answer of its own into the channel: well-formed, "ok", but to no question. */
#include "base.h"

#include <unistd.h>

static gm_status forward(gm_plan *plan, const gm_forward_args *f, gm_error *error)
{
	const struct {
		uint32_t magic, kind, serial;
		int32_t status;
		uint64_t bytes;
	} answer = {0x4b574d47u, 6, 0, 0, 0};

	if (write(3, &answer, sizeof answer) < 0)
		return GM_IO;
	return base_forward(plan, f, error);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	variant->forward = forward;
	return plugin;
}

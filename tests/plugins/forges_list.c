/* SPDX-License-Identifier: MIT */
/* forges_list.c - a constructor that answers the host's questions itself, before anybody has looked at what the library
 * exports: names that colour a terminal and that a shell would run. */
#include "base.h"

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

__attribute__((constructor)) static void answer(void)
{
	struct {
		uint32_t magic, kind, serial;
		int32_t status;
		uint64_t bytes;
	} loaded = {0x4b574d47u, 2, 2, 0, 0}, list = {0x4b574d47u, 3, 3, 0, 2 * 144};
	static char row[2][144];

	snprintf(row[0], 48, "$(touch pwned)");
	snprintf(row[1], 48, "\033[31m\033]0;title\007<script>");
	if (write(3, &loaded, sizeof loaded) < 0 || write(3, &list, sizeof list) < 0 || write(3, row, sizeof row) < 0)
		return;
	sleep(1);
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	(void)variant;
	return plugin;
}

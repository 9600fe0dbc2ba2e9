/* SPDX-License-Identifier: MIT */
/* forged.c - a library whose constructor answers the host's questions itself: its variants have names that steer a
 * terminal, close a tag or run a command where somebody copies a line. */
#include "worker/protocol.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((constructor)) static void answer(void)
{
	static worker_variant variant[2];
	const message_head loaded = {.magic = PROTOCOL_MAGIC, .kind = MESSAGE_LOAD, .serial = 2};
	const message_head list = {.magic = PROTOCOL_MAGIC, .kind = MESSAGE_LIST, .serial = 3, .bytes = sizeof variant};

	snprintf(variant[0].name, sizeof variant[0].name, "$(touch copied)");
	snprintf(variant[1].name, sizeof variant[1].name, "\033[31m\033]0;title\007<script>");
	if (write(PROTOCOL_CHANNEL, &loaded, sizeof loaded) > 0 && write(PROTOCOL_CHANNEL, &list, sizeof list) > 0 &&
	    write(PROTOCOL_CHANNEL, variant, sizeof variant) > 0)
		sleep(1);
}

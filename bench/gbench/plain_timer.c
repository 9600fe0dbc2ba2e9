/* SPDX-License-Identifier: MIT */
/* plain_timer.c - gbench_shim.h for programs that carry no Google Benchmark: a loop.  It knows no flag. */
#include "gbench_shim.h"

gm_status gbench_create(char *const *flags, size_t flag_count, gbench **bench, gm_error *error)
{
	*bench = NULL;
	return flag_count == 0
	         ? GM_OK
	         : gm_fail(error, GM_BAD_ARGUMENT, "%s: Google Benchmark is not part of this build", flags[0]);
}

gm_status gbench_run(gbench *bench, const gbench_block *blocks, size_t count, const gbench_client *client,
                     gm_error *error)
{
	(void)bench, (void)error;
	for (const gbench_block *b = blocks; b < blocks + count; b++) {
		char message[128] = "";
		const int failed = client->measure(client->context, b, message);
		client->report(client->context, b, failed ? message : NULL);
	}
	return GM_OK;
}

gm_status gbench_destroy(gbench *bench, gm_error *error)
{
	(void)bench, (void)error;
	return GM_OK;
}

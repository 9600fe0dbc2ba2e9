/* SPDX-License-Identifier: MIT */
/* status.c - names of statuses, and of the version. */
#include "core.h"

const char *gm_status_name(gm_status status)
{
	static const char *const name[] = {
		[GM_OK] = "ok",
		[GM_BAD_ARGUMENT] = "bad argument",
		[GM_BAD_SHAPE] = "bad shape",
		[GM_UNSUPPORTED] = "unsupported",
		[GM_NO_CPU] = "not on this CPU",
		[GM_NO_MEMORY] = "out of memory",
		[GM_IO] = "input or output failed",
		[GM_BAD_FIXTURE] = "bad fixture",
		[GM_BAD_PLUGIN] = "bad plug-in",
		[GM_MISMATCH] = "wrong result",
		[GM_CRASHED] = "crashed",
		[GM_TIMEOUT] = "timed out",
	};

	if ((size_t)status >= sizeof name / sizeof *name)
		return "unknown status";
	return name[status];
}

const char *gm_version(void) { return GM_VERSION; }

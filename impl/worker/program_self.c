/* SPDX-License-Identifier: MIT */
/* program_self.c - one file that is both: the worker is the running program with the word `worker`.  Found by the
 * link, not by its name, so that it may be moved or replaced meanwhile. */
#include "program.h"

#include <string.h>
#include <unistd.h>

#include "emulation.h"

gm_status program_find(char path[PROGRAM_PATH], const char **argument, gm_error *error)
{
	static const char self[] = "/proc/self/exe";
	char how[EMULATION_TEXT];

	if (access(self, X_OK) != 0)
		return gm_fail(error, GM_IO, "cannot start a worker without /proc (mount it, or use --no-fork)");
	if (emulation_detect(how))
		return gm_fail(error, GM_IO, "%s: the system cannot start this file as a worker; use --no-fork", how);
	memcpy(path, self, sizeof self);
	*argument = "worker";
	return GM_OK;
}

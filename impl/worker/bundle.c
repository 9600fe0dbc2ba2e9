/* SPDX-License-Identifier: MIT */
/* bundle.c - what differs in a bundle, one static file that is its own worker: the worker is the running program with
 * the word `worker`, found by the link, not by its name, so that it may be moved or replaced meanwhile; and there is no
 * loader for shared objects. */
#include "emulation.h"
#include "host.h"

#include <string.h>
#include <unistd.h>

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

gm_status plugin_load(const char *path, const gm_plugin **plugin, gm_error *error)
{
	(void)plugin;
	return gm_fail(error, GM_BAD_PLUGIN, "%s: a statically linked program loads no plug-ins", path);
}

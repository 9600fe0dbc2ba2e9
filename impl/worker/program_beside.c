/* SPDX-License-Identifier: MIT */
/* program_beside.c - the worker lies beside the running program. */
#include "host.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

gm_status program_find(char path[PROGRAM_PATH], const char **argument, gm_error *error)
{
	static const char name[] = "gatemark-worker";
	ssize_t length = readlink("/proc/self/exe", path, PROGRAM_PATH - sizeof name);

	if (length <= 0)
		return gm_fail(error, GM_IO, "cannot tell where %s is: /proc/self/exe: %s", name, strerror(errno));
	path[length] = 0;
	memcpy(strrchr(path, '/') + 1, name, sizeof name);
	*argument = NULL;
	return GM_OK;
}

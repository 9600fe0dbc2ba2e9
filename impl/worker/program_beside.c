/* SPDX-License-Identifier: MIT */
/* program_beside.c - the worker lies beside the running program, or where it was installed as seen from it. */
#include "host.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

gm_status program_find(char path[PROGRAM_PATH], const char **argument, gm_error *error)
{
	static const char *const place[] = {GM_WORKER_FROM_BIN "/gatemark-worker", "gatemark-worker"};
	const size_t room = sizeof GM_WORKER_FROM_BIN "/gatemark-worker";
	ssize_t length = readlink("/proc/self/exe", path, PROGRAM_PATH - room);

	if (length <= 0)
		return gm_fail(error, GM_IO, "cannot tell where %s is: /proc/self/exe: %s", place[1], strerror(errno));
	path[length] = 0;
	char *name = strrchr(path, '/') + 1;
	for (size_t k = 0; k < sizeof place / sizeof *place; k++) {
		strcpy(name, place[k]);
		if (access(path, X_OK) == 0)
			break;
	}
	*argument = NULL;
	return GM_OK;
}

/* SPDX-License-Identifier: MIT */
/* hangs_later.c - is loaded well as long as there is no FILE.seen beside it, and never again then.  Its destructor
 * never ends either. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dladdr */
#endif
#include "base.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

static int marker;

__attribute__((constructor)) static void load(void)
{
	char path[4096];
	Dl_info self;

	if (!dladdr(&marker, &self) || snprintf(path, sizeof path, "%s.seen", self.dli_fname) >= (int)sizeof path)
		return;
	if (access(path, F_OK) == 0)
		for (;;)
			pause();
}

__attribute__((destructor)) static void unload(void)
{
	for (;;)
		pause();
}

const gm_plugin *spoil(gm_plugin *plugin, gm_variant *variant)
{
	(void)variant;
	return plugin;
}

/* SPDX-License-Identifier: MIT */
/* plugin_none.c - plug-ins of a static program: it has no loader for shared objects. */
#include "plugin_load.h"

gm_status plugin_load(const char *path, const gm_plugin **plugin, gm_error *error)
{
	(void)plugin;
	return gm_fail(error, GM_BAD_PLUGIN, "%s: a statically linked program loads no plug-ins", path);
}

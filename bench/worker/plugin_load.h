/* SPDX-License-Identifier: MIT */
/* plugin_load.h - loading a foreign shared object: only in the child, only from an explicit path, and everything it
 * hands out is checked against the rules of gatemark/plugin.h before anybody calls it. */
#ifndef WORKER_PLUGIN_LOAD_H
#define WORKER_PLUGIN_LOAD_H

#include "gatemark/plugin.h"

/* GM_BAD_PLUGIN with the reason.  The library stays loaded for the life of the process: leak checkers and
 * thread-local destructors of the library need it. */
GM_CHECKED gm_status plugin_load(const char *path, const gm_plugin **plugin, gm_error *error);

#endif

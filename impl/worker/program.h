/* SPDX-License-Identifier: MIT */
/* program.h - which program a worker is where its launch names none.  CMake takes one of two: program_beside.c
 * (gatemark-worker beside the running program) or, in a bundle, program_self.c (the running file itself). */
#ifndef WORKER_PROGRAM_H
#define WORKER_PROGRAM_H

#include "gatemark/gatemark.h"

enum { PROGRAM_PATH = 4096 };

/* Its path, and in *argument the word that follows it, or NULL.  GM_IO: cannot be told, or cannot be started here. */
GM_CHECKED gm_status program_find(char path[PROGRAM_PATH], const char **argument, gm_error *error);

#endif

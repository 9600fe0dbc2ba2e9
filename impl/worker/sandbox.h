/* SPDX-License-Identifier: MIT */
/* sandbox.h - what a worker gives up before anything of a plug-in is loaded: new privileges, capabilities, and, where
 * the system can filter system calls, all that reaches beyond its own threads and memory.  Reading files, mapping
 * memory, starting threads and scheduling them stay; opening for writing, sockets and changes of the file system are
 * refused with EPERM; what only an attack does (signals to others, looking into others, new processes) ends the worker
 * with SIGSYS. */
#ifndef WORKER_SANDBOX_H
#define WORKER_SANDBOX_H

#include <stddef.h>

enum { SANDBOX_TEXT = 64 };

/* Enters it, for good; text: "full", or "none (why)" if system calls are not filtered. */
void sandbox_enter(char text[SANDBOX_TEXT]);
/* The filter alone, sandbox_filter.c or sandbox_no_filter.c: NULL, or why there is none. */
const char *sandbox_filter(void);
/* What the system call that the filter ended a worker for would have done: "signal another process". */
const char *sandbox_deed(int call);

#endif

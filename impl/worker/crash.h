/* SPDX-License-Identifier: MIT */
/* crash.h - the child's last words: signal, code and address go into the control page, then the signal takes its
 * course, so that the host sees both the record and the true cause. */
#ifndef WORKER_CRASH_H
#define WORKER_CRASH_H

#include "protocol.h"

/* Installs handlers on an alternate stack: 1, or 0 if the system refused. */
int crash_install(control *page_of_control);
/* The arena that addresses are told relative to; NULL, 0 = none. */
void crash_arena(const unsigned char *base, uint64_t bytes);

#endif

/* SPDX-License-Identifier: MIT */
/* environment.h - what a kernel must leave as it found it: rounding mode, denormals, exception masks, signal mask,
 * signal handlers, the descriptors of the worker. */
#ifndef WORKER_ENVIRONMENT_H
#define WORKER_ENVIRONMENT_H

#include "gatemark/gatemark.h"

#include <fenv.h>
#include <signal.h>
#include <sys/stat.h>

#define ENVIRONMENT_SIGNALS     6
#define ENVIRONMENT_DESCRIPTORS 4

extern const int environment_signal[ENVIRONMENT_SIGNALS]; /* those that a crash raises */

typedef struct environment {
	fenv_t fenv;
	int rounding, unmasked, denormals;
	sigset_t mask;
	struct sigaction action[ENVIRONMENT_SIGNALS];
	struct stat descriptor[ENVIRONMENT_DESCRIPTORS]; /* st_mode 0: closed */
} environment;

void environment_take(environment *e);
/* FP mode only, a few nanoseconds' work: GM_MISMATCH "forward changed the rounding mode".  Restores it. */
GM_CHECKED gm_status environment_check_fp(const environment *e, const char *who, gm_error *error);
/* All of it, with a handful of system calls.  Restores FP mode, signal mask and handlers. */
GM_CHECKED gm_status environment_check(const environment *e, const char *who, gm_error *error);

#endif

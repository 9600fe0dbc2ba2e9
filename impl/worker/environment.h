/* SPDX-License-Identifier: MIT */
/* environment.h - what a kernel must leave as it found it: rounding mode, denormals, exception masks, signal mask,
 * signal handlers, the descriptors of the worker and how many are open, working folder, variables, locale, umask, CPUs,
 * priority; and that no thread of it runs on. */
#ifndef WORKER_ENVIRONMENT_H
#define WORKER_ENVIRONMENT_H

#include "gatemark/variant.h"

#include <fenv.h>
#include <signal.h>
#include <sys/stat.h>

#define ENVIRONMENT_SIGNALS     6
#define ENVIRONMENT_DESCRIPTORS 4
#define ENVIRONMENT_THINGS      6

extern const int environment_signal[ENVIRONMENT_SIGNALS]; /* those that a crash raises */

typedef struct environment {
	fenv_t fenv;
	int rounding, unmasked, denormals;
	sigset_t mask;
	struct sigaction action[ENVIRONMENT_SIGNALS];
	struct stat descriptor[ENVIRONMENT_DESCRIPTORS]; /* st_mode 0: closed */
	size_t open;                                     /* descriptors */
	uint64_t thing[ENVIRONMENT_THINGS];
} environment;

void environment_take(environment *e);
/* FP mode only, a few nanoseconds' work: GM_MISMATCH "forward changed the rounding mode".  Restores it. */
GM_CHECKED gm_status environment_check_fp(const environment *e, const char *who, gm_error *error);
/* All of it, with some twenty system calls.  Restores FP mode, signal mask and handlers.  A thread may sleep on, in a
 * pool say; one that goes on running for ENVIRONMENT_SECONDS is a breach. */
#define ENVIRONMENT_SECONDS 2.0
GM_CHECKED gm_status environment_check(const environment *e, const char *who, gm_error *error);
/* And that no descriptor was left open, which loading and a plan may. */
GM_CHECKED gm_status environment_check_call(const environment *e, const char *who, gm_error *error);

#endif

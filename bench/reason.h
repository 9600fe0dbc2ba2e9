/* SPDX-License-Identifier: MIT */
/* reason.h - why something has no figure: `code` of check and bench records, so that nobody has to read sentences. */
#ifndef BENCH_REASON_H
#define BENCH_REASON_H

#include "gatemark/gatemark.h"

typedef enum reason_code {
	REASON_NONE, /* it has one */
	REASON_NO_CPU,
	REASON_NOT_BUILT, /* this CPU could, this build has no kernels for it */
	REASON_HIDDEN,    /* by --isa-cap */
	REASON_UNSUPPORTED,
	REASON_BUDGET_SPENT, /* of time */
	REASON_INTERRUPTED,
	REASON_FILTERED,
	REASON_UNFIT, /* no row of it can be judged */
	REASON_WRONG,
	REASON_CRASHED,
	REASON_TIMED_OUT,
	REASON_NO_MEMORY,
	REASON_BROKEN, /* anything else that a variant did */
	REASONS
} reason_code;

const char *reason_name(reason_code code); /* "no-cpu"; "" for REASON_NONE */
const char *reason_text(reason_code code); /* "not on this CPU" */
reason_code reason_find(const char *name); /* REASON_NONE: there is none of that name */
reason_code reason_of(gm_status status);   /* of what failed with it */

#endif

/* SPDX-License-Identifier: MIT */
/* conform.h - check as a step of a verb: engine, records, failures on the way, JUnit. */
#ifndef TOOLS_CONFORM_H
#define TOOLS_CONFORM_H

#include "check_summary.h"

/* Judges everything; failures are printed as they come, the summary is left to the caller (summary_free).  junit may
 * be NULL.  Returns the exit code of a check so far, messages said. */
int conform(session *s, const contestants *r, const case_list *cases, unsigned passes, int accuracy_class,
            const char *junit, check_summary *summary);

#endif

/* SPDX-License-Identifier: MIT */
/* junit.h - check records as JUnit XML that GitLab, Jenkins and GitHub actions read.
 *
 *   testsuite   a variant        classname   cell.pass.variant     name   case id
 *   failure     wrong numbers or bits, the text self-sufficient with its reproducer
 *   error       crash, time-out, broken contract: nothing could be judged
 *   skipped     skipped and unsupported, with the reason as message
 * Times are plain decimals; characters that XML 1.0 forbids are replaced; texts are capped. */
#ifndef TOOLS_JUNIT_H
#define TOOLS_JUNIT_H

#include "record/evidence.h"

/* The checks of e.  Suites stand in the order in which these first name their variants, with the properties of their
 * run; a check whose run is not there belongs to the first.  GM_IO with path and reason; GM_NO_MEMORY. */
GM_CHECKED gm_status junit_write(const char *path, const evidence *e, gm_error *error);

#endif

/* SPDX-License-Identifier: MIT */
/* reason.h - more about reason_code (fields.def): for people, and from a status. */
#ifndef RECORD_REASON_H
#define RECORD_REASON_H

#include "record/result.h"

const char *reason_text(reason_code code); /* "not on this CPU" */
reason_code reason_of(gm_status status);   /* of what failed with it; reason_code_none for GM_OK */

#endif

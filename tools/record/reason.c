/* SPDX-License-Identifier: MIT */
/* reason.c - texts of reasons (reason.h). */
#include "record/reason.h"

const char *reason_text(reason_code code)
{
	static const char *const text[REASON_CODES] = {[CODE_NO_CPU] = "not on this CPU",
	                                               [CODE_NOT_BUILT] = "not in this build",
	                                               [CODE_HIDDEN] = "hidden by --isa-cap",
	                                               [CODE_BUDGET_SPENT] = "no time left",
	                                               [CODE_FILTERED] = "filtered out",
	                                               [CODE_UNFIT] = "unfit for judging",
	                                               [CODE_TIMED_OUT] = "timed out",
	                                               [CODE_NO_MEMORY] = "no memory",
	                                               [CODE_BROKEN] = "failed"};
	return code >= 0 && code < REASON_CODES && text[code] ? text[code] : reason_code_word(code);
}

reason_code reason_of(gm_status status)
{
	switch (status) {
	case GM_OK: return reason_code_none;
	case GM_NO_CPU: return CODE_NO_CPU;
	case GM_UNSUPPORTED: return CODE_UNSUPPORTED;
	case GM_MISMATCH: return CODE_WRONG;
	case GM_CRASHED: return CODE_CRASHED;
	case GM_TIMEOUT: return CODE_TIMED_OUT;
	case GM_NO_MEMORY: return CODE_NO_MEMORY;
	default: return CODE_BROKEN;
	}
}

/* SPDX-License-Identifier: MIT */
/* reason.c - names and texts of reasons. */
#include "reason.h"

#include <string.h>

static const struct row {
	const char *name, *text;
} rows[REASONS] = {[REASON_NONE] = {"", ""},
                   [REASON_NO_CPU] = {"no-cpu", "not on this CPU"},
                   [REASON_NOT_BUILT] = {"not-built", "not in this build"},
                   [REASON_HIDDEN] = {"hidden", "hidden by --isa-cap"},
                   [REASON_UNSUPPORTED] = {"unsupported", "unsupported"},
                   [REASON_BUDGET_SPENT] = {"budget-spent", "no time left"},
                   [REASON_INTERRUPTED] = {"interrupted", "interrupted"},
                   [REASON_FILTERED] = {"filtered", "filtered out"},
                   [REASON_UNFIT] = {"unfit", "unfit for judging"},
                   [REASON_WRONG] = {"wrong", "wrong"},
                   [REASON_CRASHED] = {"crashed", "crashed"},
                   [REASON_TIMED_OUT] = {"timed-out", "timed out"},
                   [REASON_NO_MEMORY] = {"no-memory", "no memory"},
                   [REASON_BROKEN] = {"broken", "failed"}};

const char *reason_name(reason_code code) { return rows[code].name; }

const char *reason_text(reason_code code) { return rows[code].text; }

reason_code reason_find(const char *name)
{
	for (int code = REASON_NONE; code < REASONS; code++)
		if (strcmp(rows[code].name, name) == 0)
			return (reason_code)code;
	return REASON_NONE;
}

reason_code reason_of(gm_status status)
{
	switch (status) {
	case GM_OK: return REASON_NONE;
	case GM_NO_CPU: return REASON_NO_CPU;
	case GM_UNSUPPORTED: return REASON_UNSUPPORTED;
	case GM_MISMATCH: return REASON_WRONG;
	case GM_CRASHED: return REASON_CRASHED;
	case GM_TIMEOUT: return REASON_TIMED_OUT;
	case GM_NO_MEMORY: return REASON_NO_MEMORY;
	default: return REASON_BROKEN;
	}
}

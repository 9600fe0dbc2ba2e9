/* SPDX-License-Identifier: MIT */
/* choose_contest.h - one problem: its candidates, who wins, and why each other variant does not.
 * Internal to choose.c; the rules stand in choose.h. */
#ifndef TOOLS_CHOOSE_CONTEST_H
#define TOOLS_CHOOSE_CONTEST_H

#include "evidence.h"

/* What the check records of one machine say, one member a variant:
 * {class, bit_class, passed, failed, xfail, unsupported, skipped, worst_used, worst_case, worst_where, failure}. */
json_t *choose_conformance(const evidence *e, const char *machine);

/* The entry of one problem (choose_decide).  bench: its records on one machine, at most one a variant; accept: the
 * accuracy classes allowed, an object with a member each.  NULL without memory. */
json_t *choose_contest(const evidence *e, const char *problem, const json_t *bench, json_t *conformance,
                       const json_t *accept);

#endif

/* SPDX-License-Identifier: MIT */
/* choose_contest.h - one problem: who may compete, who wins, and why each other variant does not.
 * Internal to choose*.c; the rules stand in choose.h. */
#ifndef TOOLS_CHOOSE_CONTEST_H
#define TOOLS_CHOOSE_CONTEST_H

#include "choose.h"
#include "record/compare.h"

typedef struct contestant {
	rejected_variant said;        /* its entry if it is not the chosen one; ratio: to that */
	const bench_result *result;   /* NULL: none on this problem */
	const variant_checks *checks; /* NULL: none */
	int eligible;
	comparison beaten; /* the best against it; the best itself: TIME_EQUAL */
} contestant;

typedef struct decision { /* indices of the list */
	size_t best, chosen;
	comparison comparison; /* TIME_UNDECIDED if any is, else TIME_EQUAL if any other is */
	double regret;
} decision;

/* choose_best.c: time of a over time of b. */
span choose_ratio(const contestant *a, const contestant *b);
/* Of the first `eligible`, at least one, in order of p50; fills their `beaten`. */
decision choose_best(contestant *list, size_t eligible);

/* choose_contest.c: fills the entry of one problem.  choice: with its machine and conformance. */
GM_CHECKED gm_status choose_contest(const evidence *e, const char *problem, const choice_document *choice,
                                    choice_entry *entry, gm_error *error);

#endif

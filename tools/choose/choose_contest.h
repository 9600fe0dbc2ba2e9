/* SPDX-License-Identifier: MIT */
/* choose_contest.h - one problem: who may compete, who wins, and why each other variant does not.
 * Internal to choose*.c; the rules stand in choose.h. */
#ifndef TOOLS_CHOOSE_CONTEST_H
#define TOOLS_CHOOSE_CONTEST_H

#include "choose.h"

typedef struct span { /* a ratio and its 95 % interval */
	double value, low, high;
} span;

typedef struct contestant {
	rejected_variant said;        /* its entry if it is not the chosen one; ratio: to that */
	const bench_result *result;   /* NULL: none on this problem */
	const variant_checks *checks; /* NULL: none */
	int eligible, tied;
} contestant;

/* choose_tie.c: time of a over time of b. */
span choose_ratio(const contestant *a, const contestant *b);
/* Marks which of the first `eligible`, in order of p50, equal the first; returns the index of the simplest of them. */
size_t choose_tie(contestant *list, size_t eligible);

/* choose_contest.c: fills the entry of one problem.  choice: with its machine and conformance. */
GM_CHECKED gm_status choose_contest(const evidence *e, const char *problem, const choice_document *choice,
                                    choice_entry *entry, gm_error *error);

#endif

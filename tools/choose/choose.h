/* SPDX-License-Identifier: MIT */
/* choose.h - which variant to deploy, decided from results alone.
 *
 * Rules, for each problem on one machine (that of the latest run that timed something):
 *   eligible   timed, judged on that very problem, of accuracy class f32, and without a failing check
 *              record of its variant on this machine; known failures (xfail) are failures here
 *   ratio      of two: by their paired ratios to the fastest where both were in one run, else of their medians
 *   best       the best estimate: the one that no other's ratio is below 1 to
 *   comparison of the best against each other one: record/compare.h
 *   chosen     if any other is undecided, the best; else of the best and those equal to it the simplest, which is the
 *              first in the table of variants
 *   regret     the upper bound of how much slower the chosen one may be than any other eligible one
 *   disturbed  a copy of a variant is no choice; figures that rest on tainted blocks count, and are marked
 *   margin     time of the fastest of those that are surely slower over the chosen one's, with its interval
 * Everything that is not chosen says why.  Nothing is measured, run or guessed here. */
#ifndef TOOLS_CHOOSE_H
#define TOOLS_CHOOSE_H

#include <stdio.h>

#include "record/evidence.h"

/* The one accuracy class of which a variant may be chosen. */
#define CHOOSE_CLASS CLASS_F32

/* Fills the choice file (fields.def), to be freed with choice_document_free.  asked: only these problems, those without
 * a pass: all passes; NULL or none: every problem.  GM_BAD_ARGUMENT: no record of one of those; GM_NO_MEMORY. */
GM_CHECKED gm_status choose_decide(const evidence *e, const names *asked, choice_document *choice, gm_error *error);
/* Replaces the file path ("-": stdout) by the choice as text.  GM_IO, GM_NO_MEMORY. */
GM_CHECKED gm_status choose_write(const choice_document *choice, const char *path, gm_error *error);
/* Number of problems without a choice, or whose choice is undecided or disturbed; the first of them. */
size_t choose_open(const choice_document *choice, const choice_entry **first);
/* Number of problems that have a chosen variant. */
size_t choose_chosen(const choice_document *choice);
/* "avx512-fused 6, avx512-stream 2, equal to simpler 1, undecided 3, disturbed 1; from results that are STOPPED":
 * malloc'ed, NULL without memory. */
char *choose_counts(const choice_document *choice);

/* All problems of the bench records of a machine, in the order of the lists that were raced; to be freed. */
names choose_problems(const evidence *e, const char *machine);
/* The first problem asked for that is none of those, or NULL. */
const char *choose_unanswered(const names *asked, const names *problems);

#endif

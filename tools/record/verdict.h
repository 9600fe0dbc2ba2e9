/* SPDX-License-Identifier: MIT */
/* verdict.h - what a set of results amounts to, in one word: the one place that decides it, for the terminal, the page,
 * the Markdown, JUnit, the choice file and the exit codes alike.
 *
 * Results of different machines are never pooled: a verdict is on the results of one.  The first of these that holds:
 *   FAIL        a check failed, a contestant was judged wrong or crashed where it was to be timed, or what --require
 *               asked for was not met
 *   STOPPED     a run has no end record (killed, or it goes on), was interrupted or broke off, or its file is cut off
 *   PARTIAL     not all that was asked for was judged or timed: cases missing, an input refused, the time budget spent;
 *               or not all is known: results missing, results without their run record, kinds that are not known
 *   PASS        a check passed
 *   SKIPPED     there are checks, and this CPU or build can run none of them
 *   NO VERDICT
 * A run of which a later one has replaced every result, and which ended, does not count. */
#ifndef RECORD_VERDICT_H
#define RECORD_VERDICT_H

#include "evidence.h"

typedef struct verdict {
	verdict_word word;
	verdict_word extent;              /* STOPPED or PARTIAL, also if the word is FAIL; PASS: all that was asked for */
	size_t checks[CHECK_STATUSES];    /* results by status */
	size_t unable;                    /* of them, that this CPU or build cannot run */
	size_t rejected, broken;          /* contestants on a problem: judged wrong, crashed */
	size_t runs, stopped;             /* those that count; of them, that did not end by themselves */
	size_t cases, cases_asked;        /* of runs that tell: judged, to be judged */
	size_t problems, problems_asked;  /* the same of those that were reached before time ran out */
	size_t cut;                       /* results skipped because the time budget was spent */
	size_t refused, unmet;            /* inputs; requirements */
	size_t missing, orphans, unknown; /* results that a run counted, without run record; records of unknown kinds */
	char why[240]; /* of the word, if it is neither PASS nor FAIL: "189 of 236 cases, 1 input refused"; of FAIL the
	                  extent, if it is not all, and what no check tells: "STOPPED: 189 of 236 cases" */
} verdict;

/* The verdict on the results of one machine (fingerprint); e may be not merged yet if it is of one run. */
verdict verdict_of(const evidence *e, const char *machine);
/* What is to be said of one that is not whole: "STOPPED: 189 of 236 cases", also if the word is FAIL. */
enum { VERDICT_TEXT = 260 };
void verdict_text(const verdict *v, char text[VERDICT_TEXT]);
/* Does the run of that id count?  Also one of which nothing is known. */
int verdict_counts(const evidence *e, const char *run);
/* The gravest verdict of all machines; why: of its first. */
verdict verdict_of_all(const evidence *e);

#endif

/* SPDX-License-Identifier: MIT */
/* choose.h - which variant to deploy, decided from result records alone.
 *
 * Rules, for each problem on one machine (that of the latest run that timed something):
 *   candidate  timed, judged on that very problem, of an accepted accuracy class, and without a failing check
 *              record of its variant on this machine; known failures (xfail) are failures here
 *   best       the least p50
 *   tie        every candidate whose ratio to the best is not surely above 1: the interval of the paired ratio
 *              where both were measured against each other, else the overlap of their two intervals
 *   chosen     of a tie, the simpler: the first in the table of variants
 *   margin     time of the fastest candidate outside the tie over the chosen one's, with its interval
 * Everything that is not chosen says why.  Nothing is measured, run or guessed here. */
#ifndef TOOLS_CHOOSE_H
#define TOOLS_CHOOSE_H

#include <stdio.h>

#include "evidence.h"

typedef struct choose_options {
	const char *const *problem; /* only these; without a pass: all passes of it */
	size_t problems;            /* 0 = every problem */
	const char *accept;         /* accuracy classes, comma-separated; NULL = "f32" */
} choose_options;

/* The choice file as JSON (new reference): schema 1, kind "choices", objective, accept, date, versions, build,
 * machine, conformance {executors, cases, checks_passed, worst_used, variants}, domain [entry], notes.  An entry has the members of a `choice`
 * record (RESULTS.md), `chosen` null if there is no candidate, and low_ns, high_ns, margin_low, margin_high, judged,
 * threads, samples, tainted, date; a rejected candidate also has p50_ns, low_ns, high_ns and its ratio to the chosen
 * one with ratio_low, ratio_high.
 * GM_BAD_ARGUMENT: no record of one of options->problem, or an unknown class in accept. */
GM_CHECKED gm_status choose_decide(const evidence *e, const choose_options *options, json_t **choice, gm_error *error);

/* Loads, decides, and writes the choice file if output is not NULL ("-": stdout).  options may be NULL; choice may
 * be NULL, else it gets a new reference, set on CLI_OK and CLI_NOTHING.  Returns a cli_exit: CLI_OK; CLI_REFUSED
 * (an input); CLI_USAGE (no record of the problem); CLI_NOTHING (no problem has a candidate; nothing is written);
 * CLI_NO_WRITE; CLI_INTERNAL. */
int choose_from_results(const char *const *path, size_t count, const choose_options *options, const char *output,
                        json_t **choice, gm_error *error);

/* Replaces the file path ("-": stdout) by the choice as text.  GM_IO, GM_NO_MEMORY. */
GM_CHECKED gm_status choose_write(const json_t *choice, const char *path, gm_error *error);
/* CLI_OK, or CLI_NOTHING if no entry has a chosen variant. */
int choose_exit(const json_t *choice);
/* The table for people, 80 columns wide, and the line that counts the chosen. */
void choose_print(FILE *stream, const json_t *choice);
/* "avx512-fused 6, avx512-stream 2, tie to simpler 1": the counts of a choice file; malloc'ed, NULL without memory. */
char *choose_counts(const json_t *choice);

/* All problems of the bench records, in the order of the lists that were raced. */
json_t *choose_problems(const evidence *e, const char *machine);
/* The first problem asked for that is none of those, or NULL. */
const char *choose_unanswered(const choose_options *options, const json_t *problems);

#endif

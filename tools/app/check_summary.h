/* SPDX-License-Identifier: MIT */
/* check_summary.h - what many results of a check amount to: a row a variant, bits by class, an exit code.
 *
 *   check_summary.c  counts, exit code, the table
 *   check_digests.c  bits by class, and against what is committed
 *   check_text.c     the sentence of a failure */
#ifndef TOOLS_CHECK_SUMMARY_H
#define TOOLS_CHECK_SUMMARY_H

#include <stdio.h>

#include "record/digests.h"
#include "contestants.h"
#include "session.h"

typedef struct tally { /* of one variant */
	size_t count[CHECK_STATUSES];
	double worst;        /* largest share of the budget among what was judged; negative: nothing was */
	char where[176];     /* "<case>/<tensor>" of it, or why nothing ran */
	size_t flaky, shown; /* failures printed */
} tally;

typedef struct class_bits { /* of one bit class */
	bits_result result;
	size_t count[COMMITTED_WORDS];               /* of results, by what summary_committed says */
	char case_id[128], digest[CHECK_PASSES][17]; /* what the first variant gave on the case at hand */
} class_bits;

typedef struct check_summary {
	const contestants *contestants;
	const cli_options *options;
	rerun_options rerun;   /* of them */
	tally *variant;        /* by index in the contestants */
	check_result *results; /* all of them, for JUnit */
	size_t results_count;
	class_bits *bits;
	size_t bits_count;
	digests committed; /* beside the fixtures; with --digests those of this run */
	const char *fixtures_version;
	size_t canonical_failures;
	size_t cases, unfit_rows, unfit_cases, weak_cases;
	double torch_worst; /* PyTorch's own largest share; negative: unknown */
	double seconds;
	int no_memory; /* something could not be kept */
} check_summary;

int summary_open(check_summary *s, const contestants *r, const cli_options *options);
void summary_free(check_summary *s);
/* Takes a result over; results of one case come one after another. */
void summary_take(check_summary *s, check_result *result);
void summary_facts(check_summary *s, const case_facts *facts);
/* The committed digests, or room for those of --digests.  CLI_OK; CLI_REFUSED for a file that is none. */
int summary_digests_open(check_summary *s, const char *fixtures_version);
/* To be called before summary_take: sets committed of a result that has a digest to compare; a difference makes it a
 * failure. */
void summary_committed(const check_summary *s, check_result *result);
/* Part of summary_take: the digest of a result into bits. */
void summary_take_digest(check_summary *s, const check_result *result);
/* Writes the file of --digests if nothing canonical failed; CLI_OK (also without --digests), CLI_WRONG, CLI_NOTHING,
 * CLI_NO_WRITE, each said. */
int summary_digests_close(check_summary *s);
/* The block CHECK: header with verdict, a row a variant, PyTorch's share, bits. */
void summary_print(const check_summary *s, FILE *stream, unsigned passes, int code);
/* The lines of bits below it. */
void summary_print_bits(const check_summary *s, FILE *stream);
/* The bits records, which are complete from then on. */
void summary_bits(check_summary *s, session *to);
run_counts summary_counts(const check_summary *s);
size_t summary_total(const check_summary *s, check_status status); /* over all variants */
/* CLI_WRONG, CLI_NOTHING, CLI_SKIPPED or CLI_OK; says on stderr why nothing ran. */
int summary_exit(const check_summary *s);
/* Prints failures as they come (ten a variant, all with --verbose), with --verbose every other result too. */
void summary_show(check_summary *s, FILE *stream, const check_result *result);

#endif

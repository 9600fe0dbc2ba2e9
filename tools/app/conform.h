/* SPDX-License-Identifier: MIT */
/* conform.h - check as a step of a verb: what many results amount to, a row a variant, bits by class, an exit code.
 *
 *   conform.c        engine, records, counts, exit code, JUnit
 *   check_failures.c failures by their causes
 *   check_table.c    the table that a person reads
 *   check_digests.c  bits by class, and against what is committed
 *   require.c        --require */
#ifndef TOOLS_CONFORM_H
#define TOOLS_CONFORM_H

#include "record/digests.h"
#include "session.h"
#include "terminal.h"

typedef struct tally { /* of one variant */
	size_t count[CHECK_STATUSES];
	double worst;    /* largest share of the budget among what was judged; negative: nothing was */
	char where[176]; /* "<case>/<tensor>" of it, or why nothing ran */
	int upper_halves;
} tally;

typedef struct class_bits { /* of one bit class */
	bits_result result;
	size_t count[COMMITTED_WORDS];               /* of results, by what summary_committed says */
	char case_id[128], digest[CHECK_PASSES][17]; /* what the first variant gave on the case at hand */
} class_bits;

typedef struct check_summary {
	session *session;
	term_progress progress;
	tally *variant; /* by index in the contestants */
	class_bits *bits;
	size_t bits_count;
	digests committed; /* beside the fixtures; with --digests those of this run */
	size_t canonical_failures, cases, unfit_rows, unfit_cases;
	double torch_worst; /* PyTorch's own largest share; negative: unknown */
	double seconds;
	int no_memory; /* something could not be kept */
} check_summary;

/* Judges the session's contestants on its cases; failures are printed by their causes (eight a variant, all with
 * --verbose; then every result too, as it comes).  Returns the exit code of a check so far, messages said; the summary
 * is the caller's to free in any case. */
int conform(session *s, check_summary *summary);
/* JUnit of what a session holds: once when it has begun, which says that it did not end, should it be killed; once when
 * it has ended.  CLI_OK, CLI_NO_WRITE, CLI_INTERNAL, said. */
int conform_junit(const session *s, const char *path);
/* check_run; CLI_OK, CLI_REFUSED for a golden that the reference contradicts if the plan has no refuse, CLI_INTERNAL,
 * said. */
int conform_run(const check_plan *plan);
int summary_open(check_summary *s, session *of); /* of nothing yet; CLI_INTERNAL without memory, said */
void summary_free(check_summary *s);
run_counts summary_counts(const check_summary *s); /* over all variants */

/* --require X[=native|emulated]: coverage that must not shrink unnoticed.  X, an ISA or a variant, must have passed on
 * at least one case, on this CPU (native, also without a word) or at least under an emulator.  Before anything runs:
 * CLI_OK, or CLI_USAGE for a name that neither the table nor the contestants has, or another word. */
int require_read(const cli_options *options, const contestants *r);
/* CLI_OK, or CLI_WRONG with a sentence for each that is not met, which the session keeps. */
int require_met(const check_summary *s);

/* The block CHECK: header with the verdict, a row a variant (if there is any result), PyTorch's share,
 * bits. */
void summary_print(const check_summary *s, const verdict *v);
/* The causes of failures above it.  CLI_OK, or CLI_INTERNAL without memory, said. */
int summary_print_failures(const check_summary *s);
/* The lines of bits below it. */
void summary_print_bits(const check_summary *s);

/* The committed digests, or room for those of --digests.  CLI_OK; CLI_REFUSED for a file that is none. */
int summary_digests_open(check_summary *s);
/* Sets committed of a result that has a digest to compare; a difference makes it a failure. */
void summary_committed(const check_summary *s, check_result *result);
/* The digest of a result into bits; results of one case come one after another. */
void summary_take_digest(check_summary *s, const check_result *result);
/* The bits records, which are complete from then on; writes the file of --digests if nothing canonical failed.  CLI_OK
 * (also without --digests), CLI_WRONG, CLI_NOTHING, CLI_NO_WRITE, each said. */
int summary_digests_close(check_summary *s);

#endif

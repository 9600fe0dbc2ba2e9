/* SPDX-License-Identifier: MIT */
/* check_summary.h - what many check records amount to: a row a variant, bits by class, an exit code. */
#ifndef TOOLS_CHECK_SUMMARY_H
#define TOOLS_CHECK_SUMMARY_H

#include <stdio.h>

#include "roster.h"
#include "session.h"

enum { TALLY_PASS, TALLY_FAIL, TALLY_XFAIL, TALLY_UNSUPPORTED, TALLY_SKIPPED, TALLIES };

typedef struct tally { /* of one variant */
	size_t count[TALLIES];
	double worst;        /* largest share of the budget among what was judged; negative: nothing was */
	char where[128];     /* "<case>/<tensor>" of it, or why nothing ran */
	size_t flaky, shown; /* failures printed */
} tally;

typedef struct check_summary {
	const roster *roster;
	const cli_options *options;
	tally *variant;      /* by index in the roster */
	json_t *records;     /* all of kind check, for JUnit */
	json_t *bits;        /* bit class -> { variants, digests: "case/pass" -> digest, cases, first_difference } */
	size_t cases, unfit_rows, unfit_cases, weak_cases;
	double torch_worst;  /* PyTorch's own largest share; negative: unknown */
	double seconds;
} check_summary;

int summary_open(check_summary *s, const roster *r, const cli_options *options);
void summary_free(check_summary *s);
/* Takes in a record of kind check or case. */
void summary_take(check_summary *s, json_t *record);
/* The block CHECK: header with verdict, a row a variant, PyTorch's share, bits. */
void summary_print(const check_summary *s, FILE *stream, unsigned passes, int code);
/* The bits records. */
void summary_bits(const check_summary *s, session *to);
json_t *summary_counts(const check_summary *s);
size_t summary_total(const check_summary *s, int what); /* TALLY_* over all variants */
/* CLI_WRONG, CLI_NOTHING, CLI_SKIPPED or CLI_OK; says on stderr why nothing ran. */
int summary_exit(const check_summary *s);

/* "FAIL <case>/<pass> <first line of the reason>", "  <its second line> | rerun: ..."; text ends without newline. */
void failure_text(const json_t *record, const cli_options *options, char *text, size_t bytes);
/* Prints failures as they come (ten a variant, all with --verbose), with --verbose every other result too. */
void summary_show(check_summary *s, FILE *stream, const json_t *record);

#endif

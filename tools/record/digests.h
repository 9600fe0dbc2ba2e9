/* SPDX-License-Identifier: MIT */
/* digests.h - the committed digests of a fixture set: file DIGESTS beside the .h5 files, bits that every machine,
 * compiler and release of this version of the canonical arithmetic owes.
 *
 *   # gatemark digests canon1, fixtures 2026.1
 *   # sleef 3.5.1
 *   <case> <bit class> <digest of fwd, or -> <digest of bwd, or ->          sorted by bytes
 *
 * Rows of activation u10 say what that version of SLEEF gives: with another they are not compared.  Nor is anything of
 * another set of fixtures.  What a digest is of: fixtures/README.md. */
#ifndef TOOLS_DIGESTS_H
#define TOOLS_DIGESTS_H

#include "result.h"

typedef struct digest_row {
	char key[192];                 /* "<case> <bit class>" */
	char digest[CHECK_PASSES][17]; /* or "" */
} digest_row;

typedef struct digests {
	char fixtures[32], sleef[32]; /* versions that they are of */
	int there;                    /* 0: there is no file */
	digest_row *row;              /* in order of their keys' bytes */
	size_t count;
} digests;

/* Those beside the fixtures, a folder or a file in it; "" in a bundle: those it carries; there 0 if none are.
 * GM_BAD_FIXTURE with line and reason; GM_NO_MEMORY. */
GM_CHECKED gm_status digests_load(const char *fixtures, digests *d, gm_error *error);
/* No rows yet, but room for them. */
void digests_begin(const char *fixtures_version, const char *sleef_version, digests *d);
/* 0 without memory. */
int digests_add(digests *d, const char *case_id, const char *bit_class, check_pass pass, const char *digest);
/* As output_write does. */
GM_CHECKED gm_status digests_write(const digests *d, const char *path, gm_error *error);
void digests_free(digests *d);

/* "" if rows of the bit class can be compared, else why not, for a line of text. */
const char *digests_unlike(const digests *d, const char *bit_class, const char *fixtures_version,
                           const char *sleef_version);

/* The committed digest, or "". */
const char *digests_of(const digests *d, const char *case_id, const char *bit_class, check_pass pass);

#endif

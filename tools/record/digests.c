/* SPDX-License-Identifier: MIT */
/* digests.c - the file DIGESTS: read as untrusted text, written sorted. */
#define _GNU_SOURCE
#include "digests.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output.h"

#define CANON "canon1" /* bit classes begin with it too: judged_bit_class */

#ifdef GM_BUNDLE
extern const char digests_carried[], digests_carried_end[];
/* GM_DIGESTS, the path of the file, comes from CMake. */
__asm__(".pushsection .rodata\n"
        ".global digests_carried, digests_carried_end\n"
        ".hidden digests_carried, digests_carried_end\n"
        "digests_carried:\n"
        ".incbin \"" GM_DIGESTS "\"\n"
        "digests_carried_end:\n"
        ".popsection\n");
#endif

void digests_begin(const char *fixtures_version, const char *sleef_version, digests *d)
{
	*d = (digests){.there = 1};
	snprintf(d->fixtures, sizeof d->fixtures, "%s", fixtures_version);
	snprintf(d->sleef, sizeof d->sleef, "%s", sleef_version);
}

void digests_free(digests *d)
{
	free(d->row);
	*d = (digests){0};
}

static digest_row keyed(const char *case_id, const char *bit_class)
{
	digest_row row = {.key = ""};
	snprintf(row.key, sizeof row.key, "%.127s %.47s", case_id, bit_class);
	return row;
}

static int order_rows(const void *a, const void *b)
{
	return strcmp(((const digest_row *)a)->key, ((const digest_row *)b)->key);
}

static digest_row *find(const digests *d, const digest_row *wanted)
{
	return d->count ? bsearch(wanted, d->row, d->count, sizeof *wanted, order_rows) : NULL;
}

int digests_add(digests *d, const char *case_id, const char *bit_class, check_pass pass, const char *digest)
{
	const digest_row new = keyed(case_id, bit_class);
	digest_row *row = find(d, &new);
	if (!row) {
		row = record_grow(&d->row, &d->count, sizeof new);
		if (!row)
			return 0;
		for (; row > d->row && order_rows(row - 1, &new) > 0; row--)
			*row = row[-1];
		*row = new;
	}
	snprintf(row->digest[pass], sizeof row->digest[pass], "%s", digest);
	return 1;
}

const char *digests_of(const digests *d, const char *case_id, const char *bit_class, check_pass pass)
{
	const digest_row wanted = keyed(case_id, bit_class), *row = find(d, &wanted);
	return row ? row->digest[pass] : "";
}

const char *digests_unlike(const digests *d, const char *bit_class, const char *fixtures_version,
                           const char *sleef_version)
{
	if (!d->there)
		return "no digests committed";
	if (strcmp(d->fixtures, fixtures_version) != 0)
		return "digests of other fixtures";
	if (strstr(bit_class, "/u10/") && strcmp(d->sleef, sleef_version) != 0)
		return "other SLEEF than the digests";
	return "";
}

/* ---- reading ---- */

static int is_digest(const char *text)
{
	return strcmp(text, "-") == 0 || (strspn(text, "0123456789abcdef") == 16 && text[16] == '\0');
}

/* The rest of line behind head, which must be one word that fits; 0 if it is not so. */
static int take_version(const char *line, const char *head, char version[32])
{
	const size_t length = strlen(head);
	return strncmp(line, head, length) == 0 && sscanf(line + length, "%31s", version) == 1 &&
	       strcmp(version, line + length) == 0;
}

static int take_row(digests *d, const char *line)
{
	char case_id[128], bit_class[48], digest[CHECK_PASSES][18], again[256];
	if (sscanf(line, "%127s %47s %17s %17s", case_id, bit_class, digest[PASS_FWD], digest[PASS_BWD]) != 4)
		return 0;
	snprintf(again, sizeof again, "%s %s %s %s", case_id, bit_class, digest[PASS_FWD], digest[PASS_BWD]);
	const digest_row row = keyed(case_id, bit_class);
	int good = strcmp(again, line) == 0 && strncmp(bit_class, CANON "/", sizeof CANON) == 0 && !find(d, &row);
	for (int pass = 0; good && pass < CHECK_PASSES; pass++)
		good = is_digest(digest[pass]) &&
		       digests_add(d, case_id, bit_class, (check_pass)pass, strcmp(digest[pass], "-") == 0 ? "" : digest[pass]);
	return good;
}

static gm_status read_lines(FILE *file, const char *path, digests *d, gm_error *error)
{
	static const char *const wanted[] = {"\"# gatemark digests " CANON ", fixtures VERSION\"", "\"# sleef VERSION\"",
	                                     "\"<case> <bit class> <16 hex digits> <16 hex digits>\", each once"};
	char *line = NULL;
	size_t bytes = 0, number = 0;
	ssize_t length;
	int good = 1;
	while (good && (length = getline(&line, &bytes, file)) >= 0) {
		if (length > 0 && line[length - 1] == '\n')
			line[--length] = '\0';
		number++;
		good = strlen(line) == (size_t)length &&
		       (number == 1   ? take_version(line, "# gatemark digests " CANON ", fixtures ", d->fixtures)
		        : number == 2 ? take_version(line, "# sleef ", d->sleef)
		                      : take_row(d, line));
	}
	free(line);
	if (!good)
		return gm_fail(error, GM_BAD_FIXTURE, "%s line %zu: %s expected", path, number,
		               wanted[number < 3 ? number - 1 : 2]);
	if (number < 2)
		return gm_fail(error, GM_BAD_FIXTURE, "%s: %s expected, the file ends", path, wanted[number]);
	return GM_OK;
}

/* Closes file; NULL: it could not be opened. */
static gm_status load(FILE *file, const char *path, digests *d, gm_error *error)
{
	d->there = 1;
	gm_status status = file ? read_lines(file, path, d, error)
	                        : gm_fail(error, GM_BAD_FIXTURE, "%s cannot be read: %s", path, strerror(errno));
	if (file)
		fclose(file);
	if (status != GM_OK)
		digests_free(d);
	return status;
}

gm_status digests_load(const char *fixtures, digests *d, gm_error *error)
{
	struct stat st;
	char *path = NULL, *copy = strdup(fixtures);
	gm_status status = GM_OK;
	const int folder = stat(fixtures, &st) == 0 && S_ISDIR(st.st_mode);
	*d = (digests){.there = 0};
	if (!copy || asprintf(&path, "%s/DIGESTS", folder ? fixtures : dirname(copy)) < 0) {
		path = NULL;
		status = gm_fail(error, GM_NO_MEMORY, "no memory for the name of digests");
	}
#ifdef GM_BUNDLE
	else if (fixtures[0] == '\0')
		status = load(
			fmemopen((void *)(uintptr_t)digests_carried, (size_t)(digests_carried_end - digests_carried), "r"),
			"the built-in DIGESTS", d, error);
#endif
	else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		status = gm_fail(error, GM_BAD_FIXTURE, "%s cannot be read: not a regular file", path);
	else if (stat(path, &st) == 0)
		status = load(fopen(path, "re"), path, d, error);
	free(path);
	free(copy);
	return status;
}

/* ---- writing ---- */

static gm_status print_rows(FILE *out, const void *context, gm_error *error)
{
	(void)error;
	const digests *d = context;
	fprintf(out, "# gatemark digests %s, fixtures %s\n# sleef %s\n", CANON, d->fixtures, d->sleef);
	for (const digest_row *row = d->row; row < d->row + d->count; row++) {
		fputs(row->key, out);
		for (int pass = 0; pass < CHECK_PASSES; pass++)
			fprintf(out, " %s", row->digest[pass][0] != '\0' ? row->digest[pass] : "-");
		fputc('\n', out);
	}
	return GM_OK;
}

gm_status digests_write(const digests *d, const char *path, gm_error *error)
{
	return output_print(path, print_rows, d, error);
}

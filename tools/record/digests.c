/* SPDX-License-Identifier: MIT */
/* digests.c - the file DIGESTS: read as untrusted text, written sorted. */
#define _GNU_SOURCE
#include "digests.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output.h"

#define CANON "canon1" /* bit classes begin with it too: judged_bit_class */
static const char name_of_file[] = "DIGESTS";

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

/* Index of the key's row; if there is none, where it would be. */
static size_t locate(const digests *d, const char *case_id, const char *bit_class, digest_row *wanted)
{
	size_t low = 0, high = d->count;
	*wanted = (digest_row){0};
	snprintf(wanted->key, sizeof wanted->key, "%.127s %.47s", case_id, bit_class);
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (strcmp(d->row[middle].key, wanted->key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int is_there(const digests *d, size_t place, const digest_row *wanted)
{
	return place < d->count && strcmp(d->row[place].key, wanted->key) == 0;
}

int digests_add(digests *d, const char *case_id, const char *bit_class, check_pass pass, const char *digest)
{
	digest_row wanted;
	size_t place = locate(d, case_id, bit_class, &wanted);
	if (!is_there(d, place, &wanted)) {
		if (!record_grow(&d->row, &d->count, sizeof wanted))
			return 0;
		memmove(d->row + place + 1, d->row + place, (d->count - 1 - place) * sizeof wanted);
		d->row[place] = wanted;
	}
	snprintf(d->row[place].digest[pass], sizeof d->row[place].digest[pass], "%s", digest);
	return 1;
}

const char *digests_of(const digests *d, const char *case_id, const char *bit_class, check_pass pass)
{
	digest_row wanted;
	size_t place = locate(d, case_id, bit_class, &wanted);
	return is_there(d, place, &wanted) ? d->row[place].digest[pass] : "";
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
	size_t length = strlen(head);
	if (strncmp(line, head, length) != 0 || line[length] == '\0' || strpbrk(line + length, " \t") ||
	    strlen(line + length) >= 32)
		return 0;
	strcpy(version, line + length);
	return 1;
}

static int take_row(digests *d, char *line)
{
	char *rest = line, *word[5] = {0};
	size_t count = 0;
	digest_row wanted;
	for (char *next; count < 5 && (next = strsep(&rest, " ")) != NULL;)
		word[count++] = next;
	if (count != 4 || strlen(word[0]) > 127 || strlen(word[1]) > 47 || strncmp(word[1], CANON "/", sizeof CANON) != 0)
		return 0;
	size_t place = locate(d, word[0], word[1], &wanted);
	if (word[0][0] == '\0' || is_there(d, place, &wanted) || !is_digest(word[2]) || !is_digest(word[3]))
		return 0;
	for (int pass = 0; pass < CHECK_PASSES; pass++)
		if (!digests_add(d, word[0], word[1], (check_pass)pass, strcmp(word[2 + pass], "-") == 0 ? "" : word[2 + pass]))
			return 0;
	return 1;
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

static char *path_beside(const char *fixtures)
{
	struct stat st;
	char *path = NULL;
	const char *slash = strrchr(fixtures, '/');
	int length = !slash ? 0 : (int)(slash - fixtures);
	if (stat(fixtures, &st) == 0 && S_ISDIR(st.st_mode))
		length = (int)strlen(fixtures);
	else if (!slash)
		fixtures = "."; // a file named without a folder
	if (asprintf(&path, "%.*s/%s", length > 0 ? length : 1, fixtures, name_of_file) < 0)
		return NULL;
	return path;
}

#ifdef GM_BUNDLE
/* Those of the set that the program carries. */
static gm_status load_carried(digests *d, gm_error *error)
{
	FILE *file = fmemopen((void *)(uintptr_t)digests_carried, (size_t)(digests_carried_end - digests_carried), "r");
	digests_begin("", "", d);
	gm_status status = !file ? gm_fail(error, GM_NO_MEMORY, "no memory for digests")
	                         : read_lines(file, "the built-in DIGESTS", d, error);
	if (file)
		fclose(file);
	if (status != GM_OK)
		digests_free(d);
	return status;
}
#endif

gm_status digests_load(const char *fixtures, digests *d, gm_error *error)
{
#ifdef GM_BUNDLE
	if (fixtures[0] == '\0')
		return load_carried(d, error);
#endif
	struct stat st;
	char *path = path_beside(fixtures);
	*d = (digests){0};
	if (!path)
		return gm_fail(error, GM_NO_MEMORY, "no memory for the name of digests");
	int found = stat(path, &st) == 0;
	FILE *file = found && S_ISREG(st.st_mode) ? fopen(path, "re") : NULL;
	gm_status status = GM_OK;
	if (found && !file)
		status = gm_fail(error, GM_BAD_FIXTURE, "%s cannot be read: %s", path,
		                 S_ISREG(st.st_mode) ? strerror(errno) : "not a regular file");
	else if (found) {
		digests_begin("", "", d);
		status = read_lines(file, path, d, error);
	}
	if (file)
		fclose(file);
	if (status != GM_OK)
		digests_free(d);
	free(path);
	return status;
}

/* ---- writing ---- */

gm_status digests_write(const digests *d, const char *path, gm_error *error)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return gm_fail(error, GM_NO_MEMORY, "no memory for the digests of %s", path);
	fprintf(out, "# gatemark digests %s, fixtures %s\n# sleef %s\n", CANON, d->fixtures, d->sleef);
	for (const digest_row *row = d->row; row < d->row + d->count; row++) {
		fputs(row->key, out);
		for (int pass = 0; pass < CHECK_PASSES; pass++)
			fprintf(out, " %s", row->digest[pass][0] != '\0' ? row->digest[pass] : "-");
		fputc('\n', out);
	}
	int failed = fclose(out) != 0;
	gm_status status = failed ? gm_fail(error, GM_NO_MEMORY, "no memory for the digests of %s", path)
	                          : output_write(path, text, bytes, error);
	free(text);
	return status;
}

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
#include "results.h"

#define CANON "canon1" /* bit classes begin with it too: check_bit_class */
enum { KEY = 192 };    /* a case id and a bit class are shorter together */
static const char name_of_file[] = "DIGESTS";

gm_status digests_begin(const char *fixtures_version, const char *sleef_version, digests *d, gm_error *error)
{
	*d = (digests){.rows = json_object()};
	snprintf(d->fixtures, sizeof d->fixtures, "%s", fixtures_version);
	snprintf(d->sleef, sizeof d->sleef, "%s", sleef_version);
	return d->rows ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for digests");
}

void digests_free(digests *d)
{
	json_decref(d->rows);
	*d = (digests){0};
}

static void key_of(const char *case_id, const char *bit_class, char key[KEY])
{
	snprintf(key, KEY, "%.127s %.47s", case_id, bit_class);
}

void digests_add(digests *d, const char *case_id, const char *bit_class, const char *pass, const char *digest)
{
	char key[KEY];
	key_of(case_id, bit_class, key);
	json_t *row = json_object_get(d->rows, key);
	if (!row) {
		row = json_object();
		json_object_set_new(d->rows, key, row);
	}
	json_object_set_new(row, pass, json_string(digest));
}

const char *digests_of(const digests *d, const char *case_id, const char *bit_class, const char *pass)
{
	char key[KEY];
	key_of(case_id, bit_class, key);
	return results_text(json_object_get(d->rows, key), pass);
}

const char *digests_unlike(const digests *d, const char *bit_class, const char *fixtures_version,
                           const char *sleef_version)
{
	if (!d->rows)
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
	static const char *const pass[] = {"fwd", "bwd"};
	char *rest = line, *word[5] = {0}, known[KEY];
	size_t count = 0;
	for (char *next; count < 5 && (next = strsep(&rest, " ")) != NULL;)
		word[count++] = next;
	if (count != 4 || strlen(word[0]) > 127 || strlen(word[1]) > 47 || strncmp(word[1], CANON "/", sizeof CANON) != 0)
		return 0;
	key_of(word[0], word[1], known);
	if (word[0][0] == '\0' || json_object_get(d->rows, known) || !is_digest(word[2]) || !is_digest(word[3]))
		return 0;
	for (size_t k = 0; k < 2; k++)
		if (strcmp(word[2 + k], "-") != 0)
			digests_add(d, word[0], word[1], pass[k], word[2 + k]);
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
	gm_status status = digests_begin("", "", d, error);
	FILE *file = fmemopen((void *)(uintptr_t)digests_carried, (size_t)(digests_carried_end - digests_carried), "r");
	if (status == GM_OK)
		status = !file ? gm_fail(error, GM_NO_MEMORY, "no memory for digests")
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
	else if (found && (status = digests_begin("", "", d, error)) == GM_OK)
		status = read_lines(file, path, d, error);
	if (file)
		fclose(file);
	if (status != GM_OK)
		digests_free(d);
	free(path);
	return status;
}

/* ---- writing ---- */

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static char **sorted_lines(const digests *d)
{
	char **line = calloc(json_object_size(d->rows) + 1, sizeof *line);
	const char *key;
	json_t *row;
	size_t n = 0;
	if (!line)
		return NULL;
	json_object_foreach(d->rows, key, row) {
		const char *fwd = results_text(row, "fwd"), *bwd = results_text(row, "bwd");
		if (asprintf(&line[n], "%s %s %s\n", key, fwd[0] != '\0' ? fwd : "-", bwd[0] != '\0' ? bwd : "-") >= 0)
			n++;
		else
			line[n] = NULL;
	}
	qsort(line, n, sizeof *line, by_bytes);
	return line;
}

gm_status digests_write(const digests *d, const char *path, gm_error *error)
{
	char *text = NULL, **line = sorted_lines(d);
	size_t bytes = 0, lines = 0;
	FILE *stream = !line ? NULL : open_memstream(&text, &bytes);
	if (stream)
		fprintf(stream, "# gatemark digests %s, fixtures %s\n# sleef %s\n", CANON, d->fixtures, d->sleef);
	for (; line && line[lines]; lines++) {
		if (stream)
			fputs(line[lines], stream);
		free(line[lines]);
	}
	free(line);
	int whole = stream && lines == json_object_size(d->rows);
	if (stream && fclose(stream) != 0)
		whole = 0;
	gm_status status = whole ? output_write(path, text, bytes, error)
	                         : gm_fail(error, GM_NO_MEMORY, "no memory for the digests of %s", path);
	free(text);
	return status;
}

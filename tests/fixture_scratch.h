/* SPDX-License-Identifier: MIT */
/* fixture_scratch.h - a folder of its own for a test of fixtures, filled by the program broken_fixtures, and what
 * every such test wants to know afterwards: no process and no file is left.  Include after cmocka. */
#ifndef TESTS_FIXTURE_SCRATCH_H
#define TESTS_FIXTURE_SCRATCH_H

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "sha256.h"

static char scratch[] = "/tmp/gatemark_fixture_XXXXXX";

/* Static storage: the next but three calls reuse it. */
static inline const char *scratch_path(const char *name)
{
	static char path[4][512];
	static unsigned next;

	next = (next + 1) % 4;
	snprintf(path[next], sizeof path[next], "%s/%s", scratch, name);
	return path[next];
}

static inline void scratch_write(const char *name, const void *bytes, size_t count)
{
	FILE *file = fopen(scratch_path(name), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, count, file), count);
	assert_int_equal(fclose(file), 0);
}

static inline unsigned char *scratch_read(const char *name, size_t *count)
{
	struct stat info;
	FILE *file = fopen(scratch_path(name), "rb");
	unsigned char *bytes;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &info), 0);
	*count = (size_t)info.st_size;
	bytes = malloc(*count + 1);
	assert_int_equal(fread(bytes, 1, *count, file), *count);
	fclose(file);
	return bytes;
}

/* "<hash>  <name>\n" of these bytes. */
static inline void manifest_text(char line[160], const char *name, const void *bytes, size_t count)
{
	unsigned char digest[32];
	char hex[65];

	assert_true(sha256_of(bytes, count, digest));
	sha256_text(digest, hex);
	snprintf(line, 160, "%s  %s\n", hex, name);
}

/* Removes files named so, or all with NULL. */
static inline size_t scratch_entries(int remove_all)
{
	DIR *folder = opendir(scratch);
	const struct dirent *item;
	size_t count = 0;

	assert_non_null(folder);
	while ((item = readdir(folder))) {
		if (item->d_name[0] == '.')
			continue;
		count++;
		if (remove_all)
			remove(scratch_path(item->d_name));
	}
	closedir(folder);
	return count;
}

static inline int scratch_make(void **state)
{
	const char *bin = getenv("GM_BIN");
	char program[4096];
	int status = 0;
	pid_t child;

	(void)state;
	if (!bin || !mkdtemp(scratch) || chdir(scratch) != 0) {
		fprintf(stderr, "GM_BIN is not set, or no folder %s\n", scratch);
		return -1;
	}
	snprintf(program, sizeof program, "%s/broken_fixtures", bin);
	child = fork();
	if (child == 0) {
		execl(program, program, scratch, (char *)NULL);
		_exit(127);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0 ? 0 : -1;
}

static inline int scratch_remove(void **state)
{
	(void)state;
	scratch_entries(1);
	return chdir("/") == 0 && rmdir(scratch) == 0 ? 0 : -1;
}

static inline void expect_no_child(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* path must be refused with a sentence of printable ASCII that begins with `begins` and holds `word`. */
static inline void expect_refusal(const char *path, int allow_unlisted, const char *begins, const char *word)
{
	const fixture_options options = {.allow_unlisted = allow_unlisted, .seconds = 20};
	fixture_set *set = NULL;
	gm_error error = {0};
	gm_status status = fixture_load(path, &options, &set, &error);

	if (status != GM_BAD_FIXTURE)
		fail_msg("%s: \"%s\" expected, status %s found: %s", path, word, gm_status_name(status), error.message);
	assert_null(set);
	if (strncmp(error.message, begins, strlen(begins)) != 0 || !strstr(error.message, word))
		fail_msg("\"%s...%s\" expected, \"%s\" found", begins, word, error.message);
	for (const char *c = error.message; *c; c++)
		assert_in_range(*c, ' ', '~');
	expect_no_child();
}

#endif

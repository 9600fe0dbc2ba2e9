/* SPDX-License-Identifier: MIT */
/* output.c - complete files or none.  Order of a replacement: write the temporary, sync it, rename it, sync the
 * folder; a failure at any step removes the temporary and leaves the old file alone. */
#define _GNU_SOURCE
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"

#define FIFO_SECONDS 5.0 /* for somebody to read */

gm_status output_all(int fd, const void *bytes, size_t count, const char *what, gm_error *error)
{
	return process_send(fd, bytes, count) ? GM_OK : gm_fail(error, GM_IO, "cannot write %s: %s", what, strerror(errno));
}

/* A rename is only safe from a power cut once its folder is on the disk too. */
static void sync_folder(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	free(copy);
	if (fd < 0)
		return;
	fsync(fd); // a file system that cannot sync folders has nothing more to offer
	close(fd);
}

int output_is_file(int fd, const char *path)
{
	struct stat open, named;
	return fstat(fd, &open) == 0 && lstat(path, &named) == 0 && open.st_dev == named.st_dev &&
	       open.st_ino == named.st_ino;
}

gm_status output_commit(int fd, const char *temporary, const char *path, gm_error *error)
{
	if (!output_is_file(fd, temporary)) // somebody else's: not ours to rename or remove
		return gm_fail(error, GM_IO, "cannot write %s: %s was replaced meanwhile", path, temporary);
	if (fsync(fd) == 0 && rename(temporary, path) == 0) {
		sync_folder(path);
		return GM_OK;
	}
	int cause = errno;
	unlink(temporary);
	return gm_fail(error, GM_IO, "cannot write %s: %s", path, strerror(cause));
}

gm_status output_open_direct(const char *path, int *fd, gm_error *error)
{
	const int out = strcmp(path, "-") == 0;
	const double end = clock_now() + FIFO_SECONDS;
	if (out)
		fflush(stdout);
	for (;;) { // ENXIO: a FIFO without a reader, which an open that blocks would wait for without end
		*fd = out ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (*fd >= 0 || errno != ENXIO || clock_now() >= end)
			break;
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	}
	if (*fd < 0 && errno == ENXIO)
		return gm_fail(error, GM_IO, "cannot write %s: nobody has read from it for %g s", path, FIFO_SECONDS);
	if (*fd < 0)
		return gm_fail(error, GM_IO, "cannot write %s: %s", out ? "standard output" : path, strerror(errno));
	if (!out)
		fcntl(*fd, F_SETFL, fcntl(*fd, F_GETFL) & ~O_NONBLOCK); // a slow reader is waited for
	return GM_OK;
}

static gm_status write_directly(const char *path, const void *bytes, size_t count, gm_error *error)
{
	int fd;
	GM_TRY(output_open_direct(path, &fd, error));
	gm_status status = output_all(fd, bytes, count, strcmp(path, "-") == 0 ? "standard output" : path, error);
	close(fd);
	return status;
}

void output_forget(const char *path)
{
	if (!output_is_direct(path))
		unlink(path);
}

int output_is_direct(const char *path)
{
	struct stat st;
	return strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
}

gm_status output_write(const char *path, const void *bytes, size_t count, gm_error *error)
{
	if (output_is_direct(path))
		return write_directly(path, bytes, count, error);
	char *temporary;
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return gm_fail(error, GM_NO_MEMORY, "no memory for the name %s", path);
	int fd = mkstemp(temporary);
	gm_status status = fd < 0 ? gm_fail(error, GM_IO, "cannot write %s: %s", path, strerror(errno))
	                          : output_all(fd, bytes, count, path, error);
	if (status == GM_OK) {
		mode_t mask = umask(0);
		umask(mask);
		fchmod(fd, 0666 & ~mask); // mkstemp makes it private; a report is for others too
		status = output_commit(fd, temporary, path, error);
	} else if (fd >= 0) {
		unlink(temporary);
	}
	if (fd >= 0)
		close(fd);
	free(temporary);
	return status;
}

gm_status output_print(const char *path, output_printer *print, const void *context, gm_error *error)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	gm_status status = out ? print(out, context, error) : GM_OK;
	if (!out || fclose(out) != 0)
		status = gm_fail(error, GM_NO_MEMORY, "no memory for the text of %s", path);
	if (status == GM_OK)
		status = output_write(path, text, bytes, error);
	free(text);
	return status;
}

gm_status output_folder(const char *path, gm_error *error)
{
	char *copy = strdup(path);
	if (!copy)
		return gm_fail(error, GM_NO_MEMORY, "no memory for the name %s", path);
	for (char *p = copy + 1; *copy != '\0' && *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			mkdir(copy, 0777); // what is missing shows below
			*p = '/';
		}
	struct stat st;
	int made = mkdir(copy, 0777);
	int cause = made == 0 || errno == EEXIST ? ENOTDIR : errno;
	int there = stat(copy, &st) == 0 && S_ISDIR(st.st_mode);
	free(copy);
	return there ? GM_OK : gm_fail(error, GM_IO, "cannot make the folder %s: %s", path, strerror(cause));
}

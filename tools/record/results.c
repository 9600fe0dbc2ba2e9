/* SPDX-License-Identifier: MIT */
/* results.c - the writer and the reader of result files.  A record becomes one line and one write(2), so that a
 * reader at any moment, or after a kill, sees whole records and at most one torn last line. */
#define _GNU_SOURCE
#include "results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/plain.h"
#include "output.h"

struct results {
	int fd;
	int direct; /* no rename at the end */
	char *path, *partial;
	int cause;       /* errno of the first write that failed; 0 = none */
	gm_error failed; /* its sentence */
};

const char *results_run_id(void)
{
	static char id[17];
	uint64_t bits = 0;
	if (id[0] == '\0') {
		if (getrandom(&bits, sizeof bits, 0) != (ssize_t)sizeof bits) {
			struct timespec now;
			clock_gettime(CLOCK_REALTIME, &now);
			bits = (uint64_t)now.tv_sec * 1000000007u + (uint64_t)now.tv_nsec * 31u + (uint64_t)getpid();
		}
		snprintf(id, sizeof id, "%016llx", (unsigned long long)bits);
	}
	return id;
}

/* What lies there may be a link into somebody else's file: that is not emptied. */
static gm_status open_own(results *r, gm_error *error)
{
	struct stat st;
	r->fd = open(r->partial, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
	const int cause = errno;
	if (r->fd >= 0 && fstat(r->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink <= 1)
		return GM_OK;
	if (r->fd >= 0 || cause == ELOOP || cause == ENXIO)
		return gm_fail(error, GM_IO, "cannot write %s: %s is a link, or no regular file", r->path, r->partial);
	return gm_fail(error, GM_IO, "cannot write %s: %s", r->path, strerror(cause));
}

/* Between open and lock the name may have become another file: the one locked has then been renamed by whoever had the
 * lock, and holds his results. */
static gm_status open_partial(results *r, gm_error *error)
{
	struct stat st;
	if (stat(r->path, &st) == 0 && S_ISDIR(st.st_mode))
		return gm_fail(error, GM_IO, "cannot write %s: it is a folder", r->path);
	for (;;) {
		GM_TRY(open_own(r, error));
		if (flock(r->fd, LOCK_EX | LOCK_NB) != 0)
			return gm_fail(error, GM_IO, "another process writes %s", r->path);
		if (output_is_file(r->fd, r->partial))
			break;
		close(r->fd);
	}
	if (ftruncate(r->fd, 0) != 0)
		return gm_fail(error, GM_IO, "cannot write %s: %s", r->partial, strerror(errno));
	return GM_OK;
}

static void release(results *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	free(r->path);
	free(r->partial);
	free(r);
}

gm_status results_open(const char *path, results **out, gm_error *error)
{
	results *r = calloc(1, sizeof *r);
	if (r) {
		r->fd = -1;
		r->path = strdup(path);
		r->partial = asprintf(&r->partial, "%s.partial", path) < 0 ? NULL : r->partial;
	}
	if (!r || !r->path || !r->partial) {
		release(r);
		return gm_fail(error, GM_NO_MEMORY, "no memory to write %s", path);
	}
	r->direct = output_is_direct(path);
	gm_status status = r->direct ? output_open_direct(path, &r->fd, error) : open_partial(r, error);
	if (status == GM_OK)
		*out = r;
	else
		release(r);
	return status;
}

/* json with an end of line in place of its terminator; *length counts it.  NULL without memory. */
static char *text_of(const json_t *json, size_t flags, size_t *length)
{
	char *text = json_dumps(json, flags);
	*length = text ? strlen(text) + 1 : 0;
	if (text)
		text[*length - 1] = '\n';
	return text;
}

void results_put(results *r, record_kind kind, const void *value)
{
	if (!r || r->cause != 0)
		return;
	size_t length;
	const record_type *type = record_type_of(kind);
	json_t *record = json_pack("{s:i, s:s}", "schema", RECORD_SCHEMA, "kind", type->name);
	json_t *members = record_to_json(type, value);
	int failed = json_object_update(record, members) != 0;
	if (results_text(record, "run")[0] == '\0')
		failed |= json_object_set_new(record, "run", json_string(results_run_id())) != 0;
	char *line = failed ? NULL : text_of(record, JSON_COMPACT | JSON_REAL_PRECISION(17), &length);
	if (!line) {
		r->cause = ENOMEM;
		gm_fail(&r->failed, GM_IO, "cannot write %s: no memory for a record", r->path);
	} else if (output_all(r->fd, line, length, r->direct ? "records" : r->path, &r->failed) != GM_OK) {
		r->cause = errno == 0 ? EIO : errno;
	}
	free(line);
	json_decref(members);
	json_decref(record);
}

int results_broken(const results *r) { return r && r->cause != 0; }

gm_status results_close(results *r, int *broken_pipe, gm_error *error)
{
	gm_status status = GM_OK;
	if (broken_pipe)
		*broken_pipe = r && r->cause == EPIPE;
	if (results_broken(r)) {
		status = gm_fail(error, GM_IO, "%s", r->failed.message);
		if (!r->direct && output_is_file(r->fd, r->partial))
			unlink(r->partial);
	} else if (r && !r->direct) {
		status = output_commit(r->fd, r->partial, r->path, error);
	}
	release(r);
	return status;
}

void results_abandon(results *r)
{
	if (r && !r->direct)
		unlink(r->partial);
	release(r);
}

gm_status results_document(const char *path, const json_t *json, size_t flags, gm_error *error)
{
	size_t length;
	char *text = text_of(json, flags, &length);
	if (!text)
		return gm_fail(error, GM_NO_MEMORY, "no memory to write %s", path);
	gm_status status = output_write(path, text, length, error);
	free(text);
	return status;
}

/* ---- reading ---- */

const char *results_text(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));
	return !text ? "" : text;
}

/* The message goes on behind the line's number. */
static gm_status take_line(const json_t *json, evidence *e, gm_error *error)
{
	gm_error inner;
	int kind = 0;
	const char *name = results_text(json, "kind");
	const double schema = json_number_value(json_object_get(json, "schema"));
	if (name[0] == '\0')
		return gm_fail(error, GM_BAD_FIXTURE, " is no record: an object with a kind is expected");
	if (schema != RECORD_SCHEMA)
		return gm_fail(error, GM_BAD_FIXTURE, " has schema %g; this program reads %d", schema, RECORD_SCHEMA);
	while (kind < RECORD_KINDS && strcmp(evidence_type.field[kind].of->name, name) != 0)
		kind++;
	if (kind == RECORD_KINDS) {
		e->unknown++;
		return GM_OK;
	}
	void *last = record_add(&evidence_type.field[kind], e);
	gm_status status = last ? record_from_json(evidence_type.field[kind].of, json, last, &inner)
	                        : gm_fail(&inner, GM_NO_MEMORY, "no memory");
	return status == GM_OK ? GM_OK : gm_fail(error, status, ": %s: %s", name, inner.message);
}

static gm_status open_lines(const char *path, FILE **file, gm_error *error)
{
	if (strcmp(path, "-") == 0) {
		*file = stdin;
		return GM_OK;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a FIFO without a writer must not hang us
	struct stat st = {0};
	if (fd < 0)
		return gm_fail(error, GM_BAD_FIXTURE, "cannot read %s: %s", path, strerror(errno));
	*file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? fdopen(fd, "r") : NULL;
	if (*file)
		return GM_OK;
	close(fd);
	return S_ISREG(st.st_mode) ? gm_fail(error, GM_NO_MEMORY, "no memory to read %s", path)
	                           : gm_fail(error, GM_BAD_FIXTURE, "cannot read %s: it is no regular file", path);
}

static gm_status read_lines(FILE *file, const char *path, evidence *e, gm_error *error)
{
	gm_error inner;
	char *line = NULL;
	size_t capacity = 0, number = 0;
	ssize_t length;
	gm_status status = GM_OK;
	while (status == GM_OK && (length = getline(&line, &capacity, file)) > 0) {
		json_error_t wrong;
		json_t *json = json_loadb(line, (size_t)length, JSON_REJECT_DUPLICATES, &wrong);
		number++;
		if (json)
			status = take_line(json, e, &inner);
		else if (line[length - 1] == '\n')
			status = gm_fail(&inner, GM_BAD_FIXTURE, " is no JSON: %s", wrong.text);
		else
			e->torn++; // only a last line has no end, and no part of an object is JSON
		json_decref(json);
	}
	free(line);
	if (status != GM_OK)
		return gm_fail(error, status, "%s:%zu%.400s", path, number, plain(inner.message));
	if (ferror(file))
		return gm_fail(error, GM_BAD_FIXTURE, "cannot read %s: %s", path, strerror(errno));
	return number > 0 ? GM_OK : gm_fail(error, GM_BAD_FIXTURE, "%s has no record in it", path);
}

gm_status results_read(const char *path, evidence *e, gm_error *error)
{
	FILE *file;
	GM_TRY(open_lines(path, &file, error));
	gm_status status = read_lines(file, path, e, error);
	e->files++;
	if (file != stdin)
		fclose(file);
	return status;
}

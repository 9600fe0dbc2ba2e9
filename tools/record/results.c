/* SPDX-License-Identifier: MIT */
/* results.c - the writer and the reader of result files.  A record becomes one line and one write(2), so that a
 * reader at any moment, or after a kill, sees whole records and at most one torn last line. */
#define _GNU_SOURCE
#include "results.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

static gm_status open_partial(results *r, gm_error *error)
{
	struct stat st;
	if (stat(r->path, &st) == 0 && S_ISDIR(st.st_mode))
		return gm_fail(error, GM_IO, "cannot write %s: it is a folder", r->path);
	r->fd = open(r->partial, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (r->fd < 0)
		return gm_fail(error, GM_IO, "cannot write %s: %s", r->path, strerror(errno));
	if (flock(r->fd, LOCK_EX | LOCK_NB) != 0)
		return gm_fail(error, GM_IO, "another process writes %s", r->path);
	if (ftruncate(r->fd, 0) != 0)
		return gm_fail(error, GM_IO, "cannot write %s: %s", r->partial, strerror(errno));
	return GM_OK;
}

static gm_status open_direct(results *r, gm_error *error)
{
	int out = strcmp(r->path, "-") == 0;
	r->fd = out ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) : open(r->path, O_WRONLY | O_CLOEXEC);
	if (r->fd < 0)
		return gm_fail(error, GM_IO, "cannot write %s: %s", out ? "standard output" : r->path, strerror(errno));
	return GM_OK;
}

static void release(results *r)
{
	if (r->fd >= 0)
		close(r->fd);
	free(r->path);
	free(r->partial);
	free(r);
}

gm_status results_open(const char *path, results **out, gm_error *error)
{
	results *r = calloc(1, sizeof *r);
	size_t length = strlen(path) + sizeof ".partial";
	if (r) {
		r->fd = -1;
		r->path = strdup(path);
		r->partial = malloc(length);
	}
	if (!r || !r->path || !r->partial) {
		if (r)
			release(r);
		return gm_fail(error, GM_NO_MEMORY, "no memory to write %s", path);
	}
	snprintf(r->partial, length, "%s.partial", path);
	r->direct = output_is_direct(path);
	gm_status status = r->direct ? open_direct(r, error) : open_partial(r, error);
	if (status == GM_OK)
		*out = r;
	else
		release(r);
	return status;
}

static void fail_without_memory(results *r)
{
	r->cause = ENOMEM;
	gm_fail(&r->failed, GM_IO, "cannot write %s: no memory for a record", r->path);
}

/* Steals record. */
static void put_json(results *r, json_t *record)
{
	char *line = NULL;
	if (!r || !record || r->cause != 0)
		goto done;
	json_object_set_new(record, "schema", json_integer(RECORD_SCHEMA));
	if (results_text(record, "run")[0] == '\0')
		json_object_set_new(record, "run", json_string(results_run_id()));
	line = json_dumps(record, JSON_COMPACT | JSON_REAL_PRECISION(17));
	size_t length = !line ? 0 : strlen(line);
	if (!line) {
		fail_without_memory(r);
		goto done;
	}
	line[length] = '\n'; // in place of the terminator: line and end of line are one write
	if (output_all(r->fd, line, length + 1, r->direct ? "records" : r->path, &r->failed) != GM_OK)
		r->cause = errno == 0 ? EIO : errno;
done:
	free(line);
	json_decref(record);
}

void results_put(results *r, record_kind kind, const void *value)
{
	const record_type *type = record_type_of(kind);
	json_t *record = !r ? NULL : json_pack("{s:i, s:s}", "schema", RECORD_SCHEMA, "kind", type->name);
	json_t *members = !record ? NULL : record_to_json(type, value);
	if (members && json_object_update(record, members) == 0)
		put_json(r, json_incref(record));
	else if (r && r->cause == 0)
		fail_without_memory(r);
	json_decref(members);
	json_decref(record);
}

int results_broken(const results *r) { return r && r->cause != 0; }

gm_status results_close(results *r, int *broken_pipe, gm_error *error)
{
	if (broken_pipe)
		*broken_pipe = 0;
	if (!r)
		return GM_OK;
	gm_status status = GM_OK;
	if (r->cause != 0) {
		if (broken_pipe)
			*broken_pipe = r->cause == EPIPE;
		status = gm_fail(error, GM_IO, "%s", r->failed.message);
		if (!r->direct)
			unlink(r->partial);
	} else if (!r->direct) {
		status = output_commit(r->fd, r->partial, r->path, error);
	}
	release(r);
	return status;
}

gm_status results_document(const char *path, const json_t *document, gm_error *error)
{
	char *text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
	size_t length = !text ? 0 : strlen(text);
	if (!text)
		return gm_fail(error, GM_NO_MEMORY, "no memory to write %s", path);
	text[length] = '\n';
	gm_status status = output_write(path, text, length + 1, error);
	free(text);
	return status;
}

double results_real(const json_t *value, double fallback)
{
	double real;
	return record_real(value, &real) ? real : fallback;
}

const char *results_text(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));
	return !text ? "" : text;
}

double results_get(const json_t *record, const char *key, double fallback)
{
	return results_real(json_object_get(record, key), fallback);
}

/* 1: taken; 0: the visitor has enough; -1: no record, *error says why. */
static int take_line(const char *path, size_t number, const char *line, size_t length, results_visit *visit,
                     void *context, gm_error *error)
{
	json_error_t wrong;
	json_t *record = json_loadb(line, length, JSON_REJECT_DUPLICATES, &wrong);
	int taken = -1;
	if (!record)
		gm_fail(error, GM_BAD_FIXTURE, "%s:%zu is no JSON: %s", path, number, wrong.text);
	else if (!json_is_object(record) || results_text(record, "kind")[0] == '\0')
		gm_fail(error, GM_BAD_FIXTURE, "%s:%zu is no record: an object with a kind is expected", path, number);
	else if (results_get(record, "schema", 0) != RECORD_SCHEMA)
		gm_fail(error, GM_BAD_FIXTURE, "%s:%zu has schema %g; this program reads %d", path, number,
		        results_get(record, "schema", 0), RECORD_SCHEMA);
	else
		taken = visit(record, context) == 0;
	json_decref(record);
	return taken;
}

static FILE *open_lines(const char *path, gm_error *error)
{
	if (strcmp(path, "-") == 0)
		return stdin;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a FIFO without a writer must not hang us
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		gm_fail(error, GM_BAD_FIXTURE, "cannot read %s: %s", path, fd < 0 ? strerror(errno) : "it is no regular file");
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	FILE *file = fdopen(fd, "r");
	if (!file) {
		gm_fail(error, GM_NO_MEMORY, "no memory to read %s", path);
		close(fd);
	}
	return file;
}

/* *last: number of the last line that was read. */
static gm_status load_lines(const char *path, results_visit *visit, void *context, int *torn, size_t *last,
                            gm_error *error)
{
	gm_error local = {.status = GM_OK};
	char *line = NULL;
	size_t capacity = 0, number = 0;
	ssize_t length;
	int dropped = 0, taken = 1;
	FILE *file = open_lines(path, &local);
	while (file && taken == 1 && (length = getline(&line, &capacity, file)) > 0) {
		number++;
		int whole = line[length - 1] == '\n';
		taken = take_line(path, number, line, (size_t)length, visit, context, &local);
		dropped = taken < 0 && !whole; // only a last line has no end
	}
	if (file && taken >= 0 && ferror(file))
		gm_fail(&local, GM_BAD_FIXTURE, "cannot read %s: %s", path, strerror(errno));
	else if (file && number == 0)
		gm_fail(&local, GM_BAD_FIXTURE, "%s has no record in it", path);
	free(line);
	if (file && file != stdin)
		fclose(file);
	if (torn)
		*torn = dropped;
	*last = number;
	if (dropped || local.status == GM_OK)
		return GM_OK;
	return gm_fail(error, local.status, "%s", local.message);
}

gm_status results_load(const char *path, results_visit *visit, void *context, int *torn, gm_error *error)
{
	size_t last;
	return load_lines(path, visit, context, torn, &last, error);
}

/* ---- records as types ---- */

typedef struct reading {
	record_visit *visit;
	void *context;
	gm_error trouble;
} reading;

static int visit_typed(json_t *json, void *context)
{
	reading *in = context;
	gm_error error;
	record one = {.kind = RECORD_RUN};
	while (one.kind < RECORD_KINDS && strcmp(record_type_of(one.kind)->name, results_text(json, "kind")) != 0)
		one.kind++;
	if (one.kind == RECORD_KINDS)
		return 0;
	const record_type *type = record_type_of(one.kind);
	gm_status status = record_from_json(type, json, &one.as, &error);
	if (status != GM_OK) {
		gm_fail(&in->trouble, status, "%s: %s", type->name, error.message);
		return -1;
	}
	int enough = in->visit(&one, in->context);
	record_free(type, &one.as);
	return enough;
}

gm_status results_read(const char *path, record_visit *visit, void *context, int *torn, gm_error *error)
{
	reading in = {.visit = visit, .context = context};
	size_t line = 0;
	GM_TRY(load_lines(path, visit_typed, &in, torn, &line, error));
	if (in.trouble.status != GM_OK)
		return gm_fail(error, in.trouble.status, "%s:%zu: %.400s", path, line, in.trouble.message);
	return GM_OK;
}

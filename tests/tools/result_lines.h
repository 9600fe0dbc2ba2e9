/* SPDX-License-Identifier: MIT */
/* result_lines.h - small result files for the tests of choose and report: one line a call, into a file of its own in
 * a fresh folder under TMPDIR. */
#ifndef TESTS_RESULT_LINES_H
#define TESTS_RESULT_LINES_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gatemark/gatemark.h"

#define RUN_A "000000000000000a"
#define RUN_B "000000000000000b"

typedef struct lines {
	char folder[128], path[160];
	FILE *file;
} lines;

static inline void lines_open(lines *l)
{
	const char *root = getenv("TMPDIR");
	snprintf(l->folder, sizeof l->folder, "%.90s/gatemark-lines-XXXXXX", root ? root : "/tmp");
	if (!mkdtemp(l->folder))
		abort();
	snprintf(l->path, sizeof l->path, "%s/results.jsonl", l->folder);
	l->file = fopen(l->path, "w");
	if (!l->file)
		abort();
}

/* Path of another file in the folder; static storage, four at a time. */
static inline const char *lines_beside(const lines *l, const char *name)
{
	static char text[4][200];
	static int next;
	next = (next + 1) % 4;
	snprintf(text[next], sizeof text[next], "%s/%s", l->folder, name);
	return text[next];
}

static inline void lines_done(lines *l)
{
	if (l->file && fclose(l->file) != 0)
		abort();
	l->file = NULL;
}

/* Removes the folder and the files named, ended by NULL. */
static inline void lines_remove(lines *l, ...)
{
	va_list names;
	lines_done(l);
	unlink(l->path);
	va_start(names, l);
	for (const char *name; (name = va_arg(names, const char *)) != NULL;)
		unlink(lines_beside(l, name));
	va_end(names);
	rmdir(l->folder);
}

static inline void put_run(lines *l, const char *run, const char *machine, const char *time)
{
	fprintf(l->file,
	        "{\"schema\":1,\"kind\":\"run\",\"run\":\"%s\",\"verb\":\"run\",\"gatemark\":\"0.1.0\",\"commit\":\"abc\","
	        "\"compiler\":\"gcc\",\"versions\":{\"judge\":1},\"seed\":1,\"time\":\"%s\","
	        "\"arguments\":[\"gatemark\",\"run\",\"--cases\",\"a b*\"],\"machine\":{\"cpu\":\"CPU %s\","
	        "\"cpu_model\":\"family 1 model 2\",\"cpus\":2,\"isa\":[\"avx2\"],\"fingerprint\":\"%s\"}}\n",
	        run, time, machine, machine);
}

static inline void put_end(lines *l, const char *run)
{
	fprintf(l->file, "{\"schema\":1,\"kind\":\"end\",\"run\":\"%s\",\"exit_code\":0}\n", run);
}

static inline void put_check(lines *l, const char *run, const char *variant, const char *status, const char *class_name)
{
	fprintf(l->file,
	        "{\"schema\":1,\"kind\":\"check\",\"run\":\"%s\",\"case\":\"lstm_T3_N1_I2_H4.init\","
	        "\"problem\":\"lstm_T3_N1_I2_H4\",\"variant\":\"%s\",\"pass\":\"fwd\",\"status\":\"%s\","
	        "\"reason\":\"because\",\"class\":\"%s\",\"executor\":\"native\",\"used\":%s,"
	        "\"where\":\"output\",\"torch_used\":0.3,\"tensors\":[]}\n",
	        run, variant, status, class_name, strcmp(status, "fail") == 0 ? "40.0" : "0.25");
}

/* A timed record with an interval of +-1 %; no paired ratio. */
static inline void put_time(lines *l, const char *run, const char *problem, const char *variant, double p50)
{
	fprintf(
		l->file,
		"{\"schema\":1,\"kind\":\"bench\",\"run\":\"%s\",\"problem\":\"%s\",\"variant\":\"%s\",\"status\":\"timed\","
		"\"judged\":\"budget\",\"threads\":1,\"samples\":20,\"tainted\":1,\"p50_ns\":%.6f,\"p99_ns\":%.6f,"
		"\"low_ns\":%.6f,\"high_ns\":%.6f}\n",
		run, problem, variant, p50, 1.1 * p50, 0.99 * p50, 1.01 * p50);
}

/* The same with the ratio to the fastest of its run. */
static inline void put_paired(lines *l, const char *run, const char *problem, const char *variant, double p50,
                              double ratio, double low, double high)
{
	fprintf(
		l->file,
		"{\"schema\":1,\"kind\":\"bench\",\"run\":\"%s\",\"problem\":\"%s\",\"variant\":\"%s\",\"status\":\"timed\","
		"\"judged\":\"budget\",\"p50_ns\":%.6f,\"p99_ns\":%.6f,\"low_ns\":%.6f,\"high_ns\":%.6f,\"ratio\":%.6f,"
		"\"ratio_low\":%.6f,\"ratio_high\":%.6f}\n",
		run, problem, variant, p50, 1.1 * p50, 0.9 * p50, 1.1 * p50, ratio, low, high);
}

/* As put_paired, with one more member. */
static inline void put_marked(lines *l, const char *run, const char *problem, const char *variant, double ratio,
                              const char *member)
{
	fprintf(
		l->file,
		"{\"schema\":1,\"kind\":\"bench\",\"run\":\"%s\",\"problem\":\"%s\",\"variant\":\"%s\",\"status\":\"timed\","
		"\"judged\":\"budget\",\"class\":\"f32\",\"p50_ns\":%.6f,\"ratio\":%.6f,\"ratio_low\":%.6f,"
		"\"ratio_high\":%.6f,%s}\n",
		run, problem, variant, 100 * ratio, ratio, 0.999 * ratio, 1.001 * ratio, member);
}

/* As put_time, by a variant of no table: the record itself says its class. */
static inline void put_foreign(lines *l, const char *run, const char *problem, const char *class_name, double p50)
{
	fprintf(
		l->file,
		"{\"schema\":1,\"kind\":\"bench\",\"run\":\"%s\",\"problem\":\"%s\",\"variant\":\"foreign\",\"class\":\"%s\","
		"\"status\":\"timed\",\"judged\":\"budget\",\"p50_ns\":%.6f}\n",
		run, problem, class_name, p50);
}

static inline void put_skipped(lines *l, const char *run, const char *problem, const char *variant, const char *code)
{
	fprintf(
		l->file,
		"{\"schema\":1,\"kind\":\"bench\",\"run\":\"%s\",\"problem\":\"%s\",\"variant\":\"%s\",\"status\":\"skipped\","
		"\"code\":\"%s\",\"reason\":\"because\"}\n",
		run, problem, variant, code);
}

static inline void put_status(lines *l, const char *run, const char *problem, const char *variant, const char *status)
{
	fprintf(l->file,
	        "{\"schema\":1,\"kind\":\"bench\",\"run\":\"%s\",\"problem\":\"%s\",\"variant\":\"%s\",\"status\":\"%s\","
	        "\"reason\":\"because\"}\n",
	        run, problem, variant, status);
}

#endif

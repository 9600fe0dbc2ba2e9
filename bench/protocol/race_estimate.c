/* SPDX-License-Identifier: MIT */
/* race_estimate.c - what a problem would take, told before it is begun: bytes of its tensors, for the host and for
 * every contestant, and the time of a call by the pace of the plain kernel. */
#include "race_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cgroup.h"
#include "base/plural.h"

#define FASTER    64.0 /* times as fast as the plain kernel the fastest may be, with room */
#define WARM_RUNS 4.0  /* of a contestant in each process: once to be judged, some to warm up */

/* Of all tensors together. */
static double bytes_of(const gm_tensors *tensors)
{
	double bytes = 0;
	for (size_t k = 0; k < tensors->count; k++)
		bytes += (double)tensors->row[k].count * (double)gm_dtype_bytes(tensors->row[k].dtype);
	return bytes;
}

static size_t runnable(const race *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->options.contestant_count; i++)
		n += r->options.contestants[i]->runnable != 0;
	return n;
}

static void time_text(double seconds, char text[32])
{
	if (seconds < 120)
		snprintf(text, 32, seconds < 10 ? "%.2g s" : "%.0f s", seconds);
	else if (seconds < 7200)
		snprintf(text, 32, "%.0f min", seconds / 60);
	else
		snprintf(text, 32, "%.3g h", seconds / 3600);
}

/* By the plain kernel; 0: its pace is not known. */
static double call_seconds(const race *r)
{
	return r->source.plain_flops > 0 ? gm_spec_flops(r->given.spec) / r->source.plain_flops : 0;
}

double race_least_call(const race *r, const contestant *c)
{
	return call_seconds(r) / (strcmp(c->info.name, "scalar-plain") == 0 ? 1 : FASTER);
}

int race_too_large(const race *r, const gm_tensors *tensors, reason_code *code, char why[RACE_REASON])
{
	const size_t n = runnable(r);
	const double bytes = bytes_of(tensors) * (double)(n + 1), most = memory_limit();
	const double fastest = call_seconds(r) / FASTER;
	const double limit = r->options.timeout > 0 ? r->options.timeout : WORKER_MOST_SECONDS;
	char takes[32], may[32];
	if (bytes > most) {
		*code = CODE_NO_MEMORY;
		snprintf(why, RACE_REASON, "its tensors take about %.1f GiB for %zu %s and the judge, of %.1f GiB of memory",
		         bytes / 0x1p30, n, plural((double)n, "contestant", "contestants"), most / 0x1p30);
		return 1;
	}
	if (fastest > limit) {
		time_text(fastest, takes);
		time_text(limit, may);
		*code = CODE_BUDGET_SPENT;
		snprintf(why, RACE_REASON, "a call takes about %s at best, and may take %s%s", takes, may,
		         r->options.timeout > 0 ? " (--timeout)" : "");
		return 1;
	}
	return 0;
}

void race_estimate(const race *r, char text[64])
{
	const double n = (double)runnable(r), calls = RACE_PROCESSES * (WARM_RUNS + n);
	char takes[32];
	time_text(n * calls * call_seconds(r), takes);
	snprintf(text, 64, n * calls * call_seconds(r) > 120 ? "judging, up to %s in all" : "judging", takes);
}

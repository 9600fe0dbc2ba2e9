/* SPDX-License-Identifier: MIT */
/* pace.c - how long a contestant is waited for, by what the plain kernel takes on this machine, in this emulator, under
 * these sanitizers: one that is a hundred times slower is slow, not hung. */
#include <math.h>

#include "base/clock.h"
#include "judged_run.h"

#define PROBE "lstm_T4_N4_I32_H32/train"
#define RUNS  3 /* the fastest counts */

/* Its fastest run on inputs that are all zero; 0: it cannot be run. */
static double probe(worker *w, const gm_spec *spec)
{
	const gm_plan_opts opts = run_options(spec, GM_MODE_TRAIN);
	double best = INFINITY;
	gm_tensors *tensors;

	if (gm_tensors_create(spec, &tensors, NULL) != GM_OK)
		return 0;
	gm_status status = worker_plan(w, "scalar-plain", spec, tensors, NULL, &opts, NULL);
	for (int k = 0; k < RUNS && status == GM_OK; k++) {
		const double begun = clock_now();
		status = worker_run(w, GM_PASS_TRAIN, NULL);
		best = fmin(best, clock_now() - begun);
	}
	gm_tensors_destroy(tensors);
	return status == GM_OK ? best : 0;
}

double run_slowest(const worker_launch *like)
{
	const worker_launch launch = {.program = like->program, .executor = like->executor, .in_place = like->in_place};
	worker *w = NULL;
	gm_spec spec;

	if (gm_spec_parse(PROBE, &spec, NULL) != GM_OK || worker_start(&launch, &w, NULL) != GM_OK)
		return 0;
	const double seconds = probe(w, &spec);
	worker_stop(w);
	return seconds > 0 ? gm_spec_flops(&spec) / (RUN_PATIENT * seconds) : 0;
}

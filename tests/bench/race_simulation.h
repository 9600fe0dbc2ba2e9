/* SPDX-License-Identifier: MIT */
/* race_simulation.h - a race without kernels or clocks: a source that makes times up (true time, spread between
 * processes, noise, drift, losses, crashes) and writes down every call, and a judge with prescribed verdicts.  Include
 * after cmocka.h. */
#ifndef TESTS_RACE_SIMULATION_H
#define TESTS_RACE_SIMULATION_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "protocol/race_internal.h"
#include "protocol/stats.h"

enum { SIM_MOST = 8, SIM_EVENTS = 20000 };
typedef enum sim_kind { SIM_OPEN, SIM_JUDGE, SIM_BLOCK, SIM_TIME, SIM_CALL, SIM_CLOSE, SIM_FORGET } sim_kind;
typedef struct sim_event {
	sim_kind kind;
	size_t index, process, samples;
	uint64_t calls;
} sim_event;

typedef struct simulation {
	double true_ns[SIM_MOST];
	double process_spread, noise, drift; /* relative; drift: swing of a slow wave over all contestants */
	double swing;                        /* of every second process, the other way for every second contestant */
	size_t lose_every;                   /* each n-th message takes five times as long and says so; 0 = none */
	size_t lose_block_every;             /* the same of each n-th block */
	int steal_unknown;
	gm_status open_status[SIM_MOST];
	race_status verdict[SIM_MOST];
	size_t crash_one, crash_process; /* crashes when timed in that process (1-based; 0 = never) */
	double judge_seconds;            /* what judging a contestant really takes */
	double judge_seconds_a_step;     /* the same, for each of T */
	size_t stop_after;               /* blocks until *stop is set; 0 = never */
	size_t wrong_from;               /* block from which on the calls of contestant 1 are judged wrong; 0 = never */
	volatile sig_atomic_t stop;
	uint64_t seed, stream;
	double plain_flops;    /* of the source; 0 = unknown */
	double limit;          /* flops a second that the CPU can do; INFINITY by default */
	size_t limit_from;     /* the probe that first sees it */
	size_t limits, blocks; /* probes and blocks so far */
	size_t opens[SIM_MOST], times;
	double layout[SIM_MOST]; /* of the present process */
	sim_event event[SIM_EVENTS];
	size_t events;
	bench_result result[64 * SIM_MOST]; /* copies; the pointers in them are of copies too */
	size_t results, reports;
} simulation;

static void sim_note(simulation *s, sim_kind kind, size_t index, uint64_t calls, size_t samples)
{
	if (s->events < SIM_EVENTS)
		s->event[s->events++] = (sim_event){kind, index, index < SIM_MOST ? s->opens[index] : 0, samples, calls};
}

static gm_status sim_open(void *context, size_t index, const contestant *contestant, const judge_problem *problem,
                          race_outputs *outputs, gm_error *error)
{
	simulation *s = context;
	(void)problem;
	s->opens[index]++;
	sim_note(s, SIM_OPEN, index, 0, 0);
	s->layout[index] = exp(s->process_spread * stats_normal(&s->stream) +
	                       ((index + s->opens[index]) % 2 ? s->swing : -s->swing));
	if (s->open_status[index] != GM_OK)
		return gm_fail(error, s->open_status[index], "%s says no", contestant->info.name);
	outputs->info.plan_bytes = 1000 + index;
	outputs->info.tape_bytes = 2000 + index;
	snprintf(outputs->info.engine, sizeof outputs->info.engine, "simulated");
	return GM_OK;
}

static void sim_outputs(void *context, size_t index, race_outputs *outputs)
{
	(void)context, (void)index, (void)outputs;
}

static void sim_restore(void *context, size_t index)
{
	simulation *s = context;
	s->blocks++;
	sim_note(s, SIM_BLOCK, index, 0, 0);
	if (s->stop_after && s->blocks >= s->stop_after)
		s->stop = 1;
}

static gm_status sim_time(void *context, size_t index, const worker_timing *what, double *sample_ns, double *lost,
                          gm_error *error)
{
	simulation *s = context;
	const uint64_t calls = what->calls;
	const size_t samples = what->samples;
	s->times++;
	sim_note(s, SIM_TIME, index, calls, samples);
	if (s->crash_process && index == s->crash_one && s->opens[index] == s->crash_process)
		return gm_fail(error, GM_CRASHED, "SIGSEGV in forward");
	const int loses = (s->lose_every && s->times % s->lose_every == 0) ||
	                  (s->lose_block_every && s->blocks % s->lose_block_every == 0);
	const double wave = 1 + s->drift * sin((double)s->times / 50);
	const double base = s->true_ns[index] * s->layout[index] * wave * (loses ? 5 : 1);
	for (size_t i = 0; i < samples; i++)
		sample_ns[i] = base * exp(s->noise * stats_normal(&s->stream));
	*lost = s->steal_unknown ? -1 : loses ? 0.8 : 0.0;
	return GM_OK;
}

static void sim_limit(void *context, double seconds, peak *best)
{
	simulation *s = context;
	(void)seconds;
	s->limits++;
	*best = (peak){.flops = s->limits < s->limit_from ? 1 : s->limit, .isa = "simulated", .chains = 8};
}

static void sim_close(void *context, size_t index) { sim_note(context, SIM_CLOSE, index, 0, 0); }

static race_status sim_judge(void *context, const judge_problem *problem, const contestant *contestant,
                             const race_outputs *outputs, judged_how *judged, char reason[RACE_REASON])
{
	simulation *s = context;
	if (!contestant) {
		sim_note(s, SIM_FORGET, SIM_MOST, 0, 0);
		return RACE_TIMED;
	}
	if (outputs->call) {
		const size_t called = (size_t)(contestant->info.name[1] - '0');
		sim_note(s, SIM_CALL, called, outputs->call->calls, 1);
		if (!s->wrong_from || called != 1 || s->blocks < s->wrong_from)
			return RACE_TIMED;
		snprintf(reason, RACE_REASON, "wrong when timed");
		return RACE_REJECTED;
	}
	const double seconds = s->judge_seconds + s->judge_seconds_a_step * (double)problem->spec->T;
	nanosleep(&(struct timespec){(time_t)seconds, (long)(1e9 * (seconds - floor(seconds)))}, NULL);
	const size_t index = (size_t)(contestant->info.name[1] - '0');
	sim_note(s, SIM_JUDGE, index, 0, 0);
	*judged = JUDGED_BUDGET;
	if (s->verdict[index] != RACE_TIMED)
		snprintf(reason, RACE_REASON, "output[3] is wrong");
	return s->verdict[index];
}

static void sim_report(void *context, const bench_result *results, size_t count)
{
	simulation *s = context;
	s->reports++;
	for (size_t i = 0; i < count && s->results < sizeof s->result / sizeof *s->result; i++) {
		bench_result *x = s->result;
		while (x < s->result + s->results && (x->place != results[i].place || strcmp(x->variant, results[i].variant)))
			x++;
		if (x == s->result + s->results)
			s->results++;
		else
			free(x->blocks_ns); // it was measured longer
		const size_t blocks = results[i].blocks_ns_rows * results[i].blocks_ns_columns;
		*x = results[i];
		if (!x->blocks_ns)
			continue;
		double *ns = malloc(blocks * sizeof *ns);
		memcpy(ns, results[i].blocks_ns, blocks * sizeof *ns);
		x->blocks_ns = ns;
	}
}

static void sim_free(simulation *s)
{
	for (size_t i = 0; i < s->results; i++)
		free(s->result[i].blocks_ns);
	free(s);
}

static simulation *sim_create(uint64_t seed, size_t contestants, const double *true_ns)
{
	simulation *s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->seed = s->stream = seed;
	memcpy(s->true_ns, true_ns, contestants * sizeof *true_ns);
	s->limit = INFINITY;
	return s;
}

#define SIM(number) \
	&(const contestant) { .info.name = "v" #number, .runnable = 1 }
static const contestant *const sim_candidates[SIM_MOST] = {SIM(0), SIM(1), SIM(2), SIM(3),
                                                           SIM(4), SIM(5), SIM(6), SIM(7)};

/* Options of a race of the first `contestants` on specs, all from s; source must live as long. */
static race_options sim_options(simulation *s, race_source *source, const gm_spec *specs, size_t spec_count,
                                size_t contestants)
{
	*source = (race_source){s,         sim_open,  sim_outputs, sim_restore,   sim_time,
	                        sim_close, sim_limit, NULL,        s->plain_flops};
	return (race_options){.specs = specs,
	                      .spec_count = spec_count,
	                      .contestants = sim_candidates,
	                      .contestant_count = contestants,
	                      .judge = sim_judge,
	                      .judge_context = s,
	                      .report = sim_report,
	                      .report_context = s,
	                      .quick = 1,
	                      .seed = s->seed,
	                      .stop = &s->stop,
	                      .source = source};
}

static inline gm_spec spec_of(const char *text)
{
	gm_spec spec;
	gm_error error = {0};
	if (gm_spec_parse(text, &spec, &error) != GM_OK)
		fail_msg("%s", error.message);
	return spec;
}

static inline race_summary run(const race_options *options)
{
	race_summary summary;
	gm_error error = {0};
	const gm_status status = race_run(options, &summary, &error);
	if (status != GM_OK)
		fail_msg("race: %s %s", gm_status_name(status), error.message);
	return summary;
}

#endif

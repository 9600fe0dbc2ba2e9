/* SPDX-License-Identifier: MIT */
/* race.c - the course of a race: problems one after another; on each, open and judge every contestant, choose sizes,
 * measure in fresh processes, report.  Order inside: race_internal.h. */
#include "race_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fill.h"
#include "stats.h"
#include "base/clock.h"

int race_stopped(const race *r) { return r->filled.stop && *r->filled.stop; }

void race_drop(race_runner *runner, race_status status, const char *reason)
{
	runner->alive = 0;
	runner->result.status = status;
	runner->result.code = status == RACE_REJECTED ? CODE_WRONG : CODE_BROKEN;
	snprintf(runner->result.reason, sizeof runner->result.reason, "%.255s", reason);
}

void race_skip(race_runner *runner, reason_code code, const char *reason)
{
	race_drop(runner, RACE_SKIPPED, reason);
	runner->result.code = code;
}

void race_drop_error(race *r, size_t index, const char *when, const gm_error *error)
{
	const race_status status = error->status == GM_UNSUPPORTED ? RACE_UNSUPPORTED
	                         : error->status == GM_NO_CPU      ? RACE_SKIPPED
	                                                           : RACE_FAILED;
	char reason[RACE_REASON];
	if (status == RACE_FAILED)
		snprintf(reason, sizeof reason, "%s while %s: %.200s", gm_status_name(error->status), when, error->message);
	else
		snprintf(reason, sizeof reason, "%.250s", error->message);
	race_drop(&r->runner[index], status, reason);
	r->runner[index].result.code = reason_of(error->status);
}

size_t race_alive(const race *r, size_t indices[RACE_MAX_CONTESTANTS])
{
	size_t n = 0;
	for (size_t i = 0; i < r->filled.contestant_count; i++)
		if (r->runner[i].alive)
			indices[n++] = i;
	return n;
}

static void progress(const race *r, const char *what, double part)
{
	if (!r->filled.progress)
		return;
	char problem[GM_SPEC_TEXT], text[GM_SPEC_TEXT + 64];
	gm_spec_format(r->spec, problem);
	snprintf(text, sizeof text, "%s %s", problem, what);
	r->filled.progress(r->filled.progress_context, text,
	                   ((double)r->begun_problems + part) / (double)r->filled.spec_count);
}

/* ---- opening and judging ---- */

static void open_runner(race *r, size_t index)
{
	race_runner *runner = &r->runner[index];
	race_opened opened = {0};
	gm_error error = {0};
	const double begun = clock_now();

	const gm_status status = r->source.open(r->source.context, index, r->filled.contestants[index], &r->given, &opened,
	                                        &error);
	runner->open_seconds = clock_now() - begun;
	if (status != GM_OK) {
		error.status = status;
		race_drop_error(r, index, "started", &error);
		return;
	}
	runner->alive = 1;
	runner->result.plan_bytes = opened.plan_bytes;
	runner->result.tape_bytes = opened.tape_bytes;
	snprintf(runner->result.engine, sizeof runner->result.engine, "%s", opened.engine);
}

static gm_status judge_runner(race *r, size_t index, gm_error *error)
{
	const size_t count = r->given.tensors->count;
	race_runner *runner = &r->runner[index];
	race_outputs outputs = {calloc(count, sizeof *outputs.got), calloc(count, sizeof *outputs.effective)};
	char reason[RACE_REASON] = "";
	gm_status status = GM_OK;
	race_status verdict = RACE_TIMED;
	if (outputs.got && outputs.effective) {
		r->source.outputs(r->source.context, index, &outputs);
		verdict = r->filled.judge(r->filled.judge_context, &r->given, r->filled.contestants[index], &outputs,
		                          &runner->result.judged, reason);
	} else {
		status = gm_fail(error, GM_NO_MEMORY, "no memory for %zu tensors", count);
	}
	if (verdict != RACE_TIMED)
		race_drop(runner, verdict, reason[0] ? reason : "judged wrong");
	free(outputs.got);
	free(outputs.effective);
	return status;
}

static void close_lanes(race *r)
{
	for (size_t i = 0; i < r->filled.contestant_count; i++)
		r->source.close(r->source.context, i);
}

static gm_status open_and_judge(race *r, gm_error *error)
{
	gm_status status = GM_OK;
	judged_how judged;
	char reason[RACE_REASON] = "";

	for (size_t i = 0; status == GM_OK && i < r->filled.contestant_count; i++) {
		const contestant *c = r->filled.contestants[i];
		if (!c->runnable || race_stopped(r)) {
			race_skip(&r->runner[i], c->runnable ? CODE_INTERRUPTED : c->code, c->runnable ? "interrupted" : c->why);
			continue;
		}
		progress(r, "judging", 0.5 * (double)i / (double)r->filled.contestant_count);
		open_runner(r, i);
		if (r->runner[i].alive)
			status = judge_runner(r, i, error);
		if (!r->runner[i].alive)
			r->source.close(r->source.context, i);
	}
	r->filled.judge(r->filled.judge_context, &r->given, NULL, NULL, &judged, reason);
	return status;
}

/* ---- measuring ---- */

static void reopen(race *r)
{
	size_t indices[RACE_MAX_CONTESTANTS];
	const size_t n = race_alive(r, indices);
	close_lanes(r);
	for (size_t i = 0; i < n; i++) {
		r->runner[indices[i]].alive = 0;
		open_runner(r, indices[i]);
	}
}

static gm_status measure(race *r, gm_error *error)
{
	size_t indices[RACE_MAX_CONTESTANTS];
	char text[64];

	race_warm(r);
	if (race_alive(r, indices) == 0 || race_stopped(r))
		return GM_OK;
	race_choose_size(r);
	GM_TRY(race_blocks_create(r, error));
	const double begun = clock_now();
	for (r->process = 0; r->process < r->size.processes && !race_stopped(r); r->process++) {
		snprintf(text, sizeof text, "process %zu/%zu", r->process + 1, r->size.processes);
		progress(r, text, 0.5 + 0.5 * (double)r->process / (double)r->size.processes);
		if (r->process > 0) {
			reopen(r);
			race_warm(r);
		}
		if (race_alive(r, indices) > 0)
			GM_TRY(race_time_process(r, error));
	}
	/* A machine with other work takes longer than the estimates say: later problems are planned by that. */
	if (r->predicted > 0)
		r->slowness = fmax(1, 0.5 * (r->slowness + (clock_now() - begun) / r->predicted));
	return race_figures(r, error);
}

/* ---- one problem ---- */

static void begin_results(race *r)
{
	memset(r->runner, 0, r->filled.contestant_count * sizeof *r->runner);
	for (size_t i = 0; i < r->filled.contestant_count; i++) {
		const contestant *c = r->filled.contestants[i];
		bench_result *x = &r->runner[i].result;
		bench_result_init(x);
		x->status = RACE_TIMED; // unless something comes up
		gm_spec_format(r->spec, x->problem);
		snprintf(x->variant, sizeof x->variant, "%s", c->info.name);
		x->accuracy_class = (class_name)c->info.accuracy_class;
		judged_bit_class(&c->info, x->bit_class);
		x->plugin = (char *)(uintptr_t)c->plugin; // lent
		x->place = r->problem;
		x->threads = r->filled.threads;
	}
}

static void report(race *r)
{
	race_summary *s = r->summary;
	size_t *const counter[] = {&s->timed, &s->rejected, &s->unsupported, &s->skipped, &s->failed};
	for (size_t i = 0; i < r->filled.contestant_count; i++) {
		race_runner *runner = &r->runner[i];
		if (runner->alive && !runner->result.blocks_ns)
			race_skip(runner, CODE_INTERRUPTED, "interrupted");
		r->row[i] = runner->result;
		++*counter[runner->result.status];
		if (runner->result.status != RACE_TIMED)
			continue;
		s->tainted += runner->result.tainted;
		for (size_t b = 0; b < r->size.processes * r->size.blocks; b++)
			s->blocks += isfinite(runner->block_ns[b]) != 0;
		if (runner->result.processes > s->processes)
			s->processes = runner->result.processes;
	}
	r->filled.report(r->filled.report_context, r->row, r->filled.contestant_count);
}

static void skip_problem(race *r, reason_code code, const char *why)
{
	begin_results(r);
	for (size_t i = 0; i < r->filled.contestant_count; i++)
		race_skip(&r->runner[i], code, why);
	report(r);
}

/* What has no room in memory is skipped; the others go on. */
static gm_status make_data(race *r, gm_tensors **tensors, fill_data *filled, int *skipped, gm_error *error)
{
	gm_status status = gm_tensors_create(r->spec, tensors, error);
	if (status == GM_OK)
		status = fill_create(r->spec, *tensors, r->filled.seed, filled, error);
	*skipped = status == GM_NO_MEMORY;
	if (!*skipped)
		return status;
	skip_problem(r, CODE_NO_MEMORY, error->message);
	return GM_OK;
}

static gm_status race_problem(race *r, gm_error *error)
{
	gm_tensors *tensors = NULL;
	fill_data filled = {0};
	gm_error local = {0}; // the caller may not want one, a reason needs it
	int skipped;
	gm_status status = make_data(r, &tensors, &filled, &skipped, &local);
	if (status == GM_OK && !skipped) {
		r->given = (judge_problem){.spec = r->spec, .tensors = tensors, .data = filled.data};
		begin_results(r);
		status = open_and_judge(r, &local);
		if (status == GM_OK)
			status = measure(r, &local);
		close_lanes(r);
		if (status == GM_OK)
			report(r);
	}
	race_blocks_free(r);
	fill_free(&filled);
	gm_tensors_destroy(tensors);
	return status == GM_OK ? GM_OK : gm_fail(error, status, "%s", local.message);
}

static gm_status next_problem(race *r, size_t index, gm_error *error)
{
	gm_spec spec = r->filled.specs[index];
	if (spec.pass == GM_PASS_NONE)
		spec.pass = GM_PASS_FWD;
	r->problem = index;
	r->spec = &spec;
	const double limit = r->filled.budget_seconds;
	if (race_stopped(r)) {
		r->summary->interrupted = 1;
		skip_problem(r, CODE_INTERRUPTED, "interrupted");
	} else if (limit > 0 && clock_now() - r->begun > limit) {
		char why[64];
		snprintf(why, sizeof why, "time budget of %.0f s spent", limit);
		r->summary->budget_spent = 1;
		skip_problem(r, CODE_BUDGET_SPENT, why);
	} else {
		progress(r, "", 0);
		GM_TRY(race_problem(r, error));
		r->summary->problems++;
	}
	return GM_OK;
}

static gm_status all_problems(race *r, gm_error *error)
{
	const race_options *o = &r->filled;
	size_t *order = calloc(o->spec_count, sizeof *order);
	gm_status status = order ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for %zu problems", o->spec_count);
	for (size_t i = 0; order && i < o->spec_count; i++)
		order[i] = i;
	if (order && o->budget_seconds > 0)
		race_take_turns(o->specs, o->spec_count, order);
	for (; status == GM_OK && r->begun_problems < o->spec_count; r->begun_problems++)
		status = next_problem(r, order[r->begun_problems], error);
	r->summary->interrupted = race_stopped(r);
	free(order);
	return status;
}

/* ---- the whole ---- */

static gm_status check_options(const race_options *o, gm_error *error)
{
	if (!o->judge || !o->report)
		return gm_fail(error, GM_BAD_ARGUMENT, "a race needs a judge and a report: nothing is timed unjudged");
	if (!o->specs || o->spec_count == 0 || !o->contestants || o->contestant_count == 0)
		return gm_fail(error, GM_BAD_ARGUMENT, "%zu problems and %zu contestants: nothing to race", o->spec_count,
		               o->contestant_count);
	if (o->contestant_count > RACE_MAX_CONTESTANTS || o->processes > RACE_MAX_PROCESSES || o->blocks > 10000)
		return gm_fail(error, GM_BAD_ARGUMENT, "%zu contestants (at most %d), %zu processes (%d), %zu blocks (10000)",
		               o->contestant_count, RACE_MAX_CONTESTANTS, o->processes, RACE_MAX_PROCESSES, o->blocks);
	return GM_OK;
}

static race_options with_defaults(const race_options *o)
{
	race_options filled = *o;
	if (!filled.threads)
		filled.threads = 1;
	if (!filled.processes)
		filled.processes = 5;
	if (!filled.blocks)
		filled.blocks = filled.quick ? 6 : 12;
	if (filled.quick && filled.budget_seconds <= 0)
		filled.budget_seconds = 75;
	return filled;
}

static void conclude(race *r, const struct race_worker *worker)
{
	race_summary *s = r->summary;
	s->seconds = clock_now() - r->begun;
	s->noise = r->noises ? stats_median(r->noise, r->noises) : 0;
	if (worker)
		race_worker_notes(worker, s->notes);
	const size_t used = strlen(s->notes);
	if (r->steal_unknown)
		snprintf(s->notes + used, sizeof s->notes - used,
		         "%stime lost to others cannot be read here: no block is tainted", used ? "\n" : "");
}

static gm_status race_with_memory(race *r, gm_error *error)
{
	struct race_worker *worker = NULL;
	const race_options *o = &r->filled;
	gm_status status = GM_OK;

	if (!r->runner || !r->row || !r->sample_ns || !r->chunk_ns || !r->noise)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu problems", o->spec_count);
	GM_TRY(gbench_create(o->flags, o->flag_count, &r->bench, error));
	if (o->source)
		r->source = *o->source;
	else
		status = race_worker_create(o, &worker, &r->source, error);
	if (status == GM_OK)
		status = all_problems(r, error);
	conclude(r, worker);
	race_worker_destroy(worker);
	const gm_status closed = gbench_destroy(r->bench, status == GM_OK ? error : NULL);
	return status == GM_OK ? closed : status;
}

gm_status race_run(const race_options *options, race_summary *summary, gm_error *error)
{
	GM_TRY(check_options(options, error));
	const size_t n = options->contestant_count;
	race r = {.filled = with_defaults(options), .summary = summary, .begun = clock_now(), .slowness = 1};

	memset(summary, 0, sizeof *summary);
	r.runner = calloc(n, sizeof *r.runner);
	r.row = calloc(n, sizeof *r.row);
	r.sample_ns = calloc(RACE_MOST_SAMPLES, sizeof *r.sample_ns);
	r.chunk_ns = calloc(RACE_MOST_SAMPLES, sizeof *r.chunk_ns);
	r.noise = calloc(n * options->spec_count, sizeof *r.noise);
	const gm_status status = race_with_memory(&r, error);
	free(r.runner);
	free(r.row);
	free(r.sample_ns);
	free(r.chunk_ns);
	free(r.noise);
	return status;
}

/* SPDX-License-Identifier: MIT */
/* race.c - the course of a race: problems one after another; on each, open and judge every contestant, choose sizes,
 * measure in fresh processes, report.  Order inside: race_internal.h. */
#include "race_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "fill.h"
#include "stats.h"
#include "base/clock.h"

#define QUICK_SECONDS 75 /* of a budget */

int race_stopped(const race *r) { return r->options.stop && *r->options.stop; }

void race_note(race_summary *summary, const char *note)
{
	const size_t used = strlen(summary->notes);
	if (!strstr(summary->notes, note))
		snprintf(summary->notes + used, sizeof summary->notes - used, "%s%s", used ? "\n" : "", note);
}

void race_drop(race_runner *runner, race_status status, reason_code code, const char *reason)
{
	runner->alive = 0;
	runner->result->status = status;
	runner->result->code = code;
	snprintf(runner->result->reason, sizeof runner->result->reason, "%.255s", reason);
}

void race_drop_error(race_runner *runner, gm_status status, const char *when, const gm_error *error)
{
	const race_status what = status == GM_UNSUPPORTED ? RACE_UNSUPPORTED
	                       : status == GM_NO_CPU      ? RACE_SKIPPED
	                                                  : RACE_FAILED;
	char failed[RACE_REASON];
	snprintf(failed, sizeof failed, "%s while %s: %.200s", gm_status_name(status), when, error->message);
	race_drop(runner, what, reason_of(status), what == RACE_FAILED ? failed : error->message);
}

size_t race_alive(const race *r, size_t indices[RACE_MAX_CONTESTANTS])
{
	size_t n = 0;
	for (size_t i = 0; i < r->options.contestant_count; i++)
		if (r->runner[i].alive)
			indices[n++] = i;
	return n;
}

static void progress(const race *r, const char *what, double part)
{
	if (!r->options.progress)
		return;
	char text[GM_SPEC_TEXT + 64];
	snprintf(text, sizeof text, "%s %s", r->result[0].problem, what);
	r->options.progress(r->options.progress_context, text,
	                    ((double)r->begun_problems + part) / (double)r->options.spec_count);
}

/* ---- opening and judging ---- */

static void open_runner(race *r, size_t index)
{
	race_runner *runner = &r->runner[index];
	gm_error error = {0};
	const double begun = clock_now();
	const gm_status status = r->source.open(r->source.context, index, r->options.contestants[index], &r->given,
	                                        &r->outputs, &error);
	runner->open_seconds = clock_now() - begun;
	runner->alive = 1;
	memcpy(runner->result->sandbox, r->outputs.info.sandbox, sizeof runner->result->sandbox);
	if (status != GM_OK) {
		race_drop_error(runner, status, "started", &error);
		return;
	}
	runner->result->plan_bytes = r->outputs.info.plan_bytes;
	runner->result->tape_bytes = r->outputs.info.tape_bytes;
	memcpy(runner->result->engine, r->outputs.info.engine, sizeof runner->result->engine);
}

int race_judge_outputs(race *r, size_t index, const timed_call *call)
{
	race_runner *runner = &r->runner[index];
	char reason[RACE_REASON] = "judged wrong";
	judged_how judged = JUDGED_BUDGET;
	const double begun = clock_now();
	r->source.outputs(r->source.context, index, &r->outputs);
	r->outputs.call = call;
	const race_status verdict = r->options.judge(r->options.judge_context, &r->given, r->options.contestants[index],
	                                             &r->outputs, &judged, reason);
	const double took = clock_now() - begun;
	r->summary->judging_seconds += took;
	r->summary->timed_judging_seconds += call ? took : 0;
	if (verdict != RACE_TIMED)
		race_drop(runner, verdict, verdict == RACE_REJECTED ? CODE_WRONG : CODE_BROKEN, reason);
	else if (!call)
		runner->result->judged = judged;
	return verdict == RACE_TIMED;
}

static void open_and_judge(race *r)
{
	for (size_t i = 0; i < r->options.contestant_count; i++) {
		const contestant *c = r->options.contestants[i];
		race_runner *runner = &r->runner[i];
		if (!c->runnable || race_stopped(r)) {
			race_drop(runner, RACE_SKIPPED, c->runnable ? CODE_INTERRUPTED : c->code,
			          c->runnable ? "interrupted" : c->why);
			continue;
		}
		if (r->late[i] >= RUN_TIMEOUTS) {
			race_drop(runner, RACE_FAILED, CODE_GIVEN_UP, RUN_GIVEN_UP);
			continue;
		}
		progress(r, "judging", 0.5 * (double)i / (double)r->options.contestant_count);
		open_runner(r, i);
		if (!runner->alive || !race_judge_outputs(r, i, NULL))
			r->source.close(r->source.context, i);
	}
}

/* ---- measuring ---- */

static void close_all(race *r)
{
	for (size_t i = 0; i < r->options.contestant_count; i++)
		r->source.close(r->source.context, i);
}

static gm_status measure(race *r, gm_error *error)
{
	size_t indices[RACE_MAX_CONTESTANTS];
	char text[64];

	race_warm(r);
	if (race_alive(r, indices) == 0 || race_stopped(r))
		return GM_OK;
	const double predicted = race_choose_size(r);
	GM_TRY(race_blocks_create(r, error));
	const double begun = clock_now();
	for (r->process = 0; r->process < r->size.processes && !race_stopped(r); r->process++) {
		snprintf(text, sizeof text, "process %zu/%zu", r->process + 1, r->size.processes);
		progress(r, text, 0.5 + 0.5 * (double)r->process / (double)r->size.processes);
		if (r->process > 0) {
			close_all(r);
			for (size_t i = 0; i < r->options.contestant_count; i++)
				if (r->runner[i].alive)
					open_runner(r, i);
			race_warm(r);
		}
		if (race_alive(r, indices) > 0)
			GM_TRY(race_time_process(r, error));
	}
	/* A machine with other work takes longer than the estimates say: later problems are planned by that. */
	if (predicted > 0)
		r->slowness = fmax(1, 0.5 * (r->slowness + (clock_now() - begun) / predicted));
	return race_figures(r, error);
}

/* ---- one problem ---- */

static void begin_results(race *r)
{
	memset(r->runner, 0, sizeof r->runner);
	for (size_t i = 0; i < r->options.contestant_count; i++) {
		const contestant *c = r->options.contestants[i];
		bench_result *x = r->runner[i].result = &r->result[i];
		char *name = r->runner[i].name;
		size_t same = 1;
		for (size_t k = 0; k < i; k++)
			same += strcmp(r->result[k].variant, c->info.name) == 0;
		bench_result_init(x);
		x->status = RACE_TIMED; // unless something comes up
		gm_spec_format(r->given.spec, x->problem);
		memcpy(x->variant, c->info.name, sizeof x->variant);
		x->accuracy_class = (class_name)c->info.accuracy_class;
		judged_bit_class(&c->info, x->bit_class);
		x->plugin = (char *)(uintptr_t)c->plugin; // lent
		x->place = r->problem;
		x->threads = 1;
		const int length = snprintf(name, RACE_NAME, "%s/%s", x->problem, x->variant);
		if (same > 1)
			snprintf(name + length, RACE_NAME - (size_t)length, "#%zu", same);
	}
}

static void report(race *r)
{
	race_summary *s = r->summary;
	size_t *const counter[] = {&s->timed, &s->rejected, &s->unsupported, &s->skipped, &s->failed};
	for (size_t i = 0; i < r->options.contestant_count; i++) {
		race_runner *runner = &r->runner[i];
		const bench_result *x = runner->result;
		if (runner->alive && !x->blocks_ns)
			race_drop(runner, RACE_SKIPPED, CODE_INTERRUPTED, "interrupted");
		++*counter[x->status];
		r->late[i] += x->code == CODE_TIMED_OUT;
		if (x->status != RACE_TIMED)
			continue;
		s->tainted += x->tainted;
		for (size_t b = 0; b < r->size.processes * r->size.blocks; b++)
			s->blocks += isfinite(runner->block_ns[b]) != 0;
		if (x->processes > s->processes)
			s->processes = x->processes;
	}
	r->options.report(r->options.report_context, r->result, r->options.contestant_count);
}

/* All that nothing else came up for. */
static void skip_problem(race *r, reason_code code, const char *why)
{
	for (size_t i = 0; i < r->options.contestant_count; i++)
		if (r->result[i].status == RACE_TIMED)
			race_drop(&r->runner[i], RACE_SKIPPED, code, why);
	report(r);
}

static gm_status make_data(race *r, gm_tensors **tensors, fill_data *filled, gm_error *error)
{
	GM_TRY(gm_tensors_create(r->given.spec, tensors, error));
	GM_TRY(fill_create(r->given.spec, *tensors, r->options.seed, filled, error));
	r->given.tensors = *tensors;
	r->given.data = filled->data;
	r->outputs.got = calloc((*tensors)->count, sizeof *r->outputs.got);
	r->outputs.effective = calloc((*tensors)->count, sizeof *r->outputs.effective);
	if (!r->outputs.got || !r->outputs.effective)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu tensors", (*tensors)->count);
	return GM_OK;
}

/* One that has no room in memory is skipped; the others go on. */
static gm_status race_problem(race *r, gm_error *error)
{
	gm_tensors *tensors = NULL;
	fill_data filled = {0};
	gm_error why = {0}; // the caller may not want one, a reason needs it
	gm_status status = make_data(r, &tensors, &filled, &why);
	if (status == GM_OK) {
		r->vary = (vary){.spec = r->given.spec, .tensors = tensors, .given = filled.data};
		open_and_judge(r);
		status = measure(r, &why);
		close_all(r);
		r->options.judge(r->options.judge_context, &r->given, NULL, NULL, NULL, NULL);
	}
	if (status == GM_OK)
		report(r);
	else if (status == GM_NO_MEMORY)
		skip_problem(r, CODE_NO_MEMORY, why.message);
	race_blocks_free(r);
	free(r->outputs.got);
	free(r->outputs.effective);
	fill_free(&filled);
	gm_tensors_destroy(tensors);
	r->outputs = (race_outputs){0};
	return status == GM_OK || status == GM_NO_MEMORY ? GM_OK : gm_fail(error, status, "%s", why.message);
}

static gm_status next_problem(race *r, size_t index, gm_error *error)
{
	const double limit = r->options.budget_seconds;
	r->problem = index;
	r->given = (judge_problem){.spec = &r->options.specs[index]};
	begin_results(r);
	if (race_stopped(r)) {
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
	const race_options *o = &r->options;
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

gm_status race_run(const race_options *options, race_summary *summary, gm_error *error)
{
	if (!options->judge || !options->report)
		return gm_fail(error, GM_BAD_ARGUMENT, "a race needs a judge and a report: nothing is timed unjudged");
	if (options->contestant_count > RACE_MAX_CONTESTANTS)
		return gm_fail(error, GM_BAD_ARGUMENT, "%zu contestants, at most %d", options->contestant_count,
		               RACE_MAX_CONTESTANTS);
	race *r = calloc(1, sizeof *r);
	double *noise = calloc(options->contestant_count * options->spec_count, sizeof *noise);
	if (!r || !noise) {
		free(r);
		free(noise);
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu problems", options->spec_count);
	}
	*summary = (race_summary){0};
	*r = (race){.options = *options, .summary = summary, .begun = clock_now(), .slowness = 1, .noise = noise};
	if (getrandom(&r->hidden, sizeof r->hidden, 0) != sizeof r->hidden)
		r->hidden = (uint64_t)(uintptr_t)r ^ (uint64_t)(clock_now() * 1e9);
	if (options->quick && options->budget_seconds <= 0)
		r->options.budget_seconds = QUICK_SECONDS;
	gm_status status = gbench_create(options->flags, options->flag_count, &r->bench, error);
	if (status == GM_OK && options->source)
		r->source = *options->source;
	else if (status == GM_OK)
		status = race_worker_create(&r->options, summary, &r->source, error);
	if (status == GM_OK)
		status = all_problems(r, error);
	summary->seconds = clock_now() - r->begun;
	summary->noise = r->noises ? stats_median(noise, r->noises) : 0;
	if (r->source.destroy)
		r->source.destroy(r->source.context);
	const gm_status closed = gbench_destroy(r->bench, status == GM_OK ? error : NULL);
	free(noise);
	free(r);
	return status == GM_OK ? closed : status;
}

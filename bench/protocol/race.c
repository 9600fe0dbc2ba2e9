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
	bench_result *x = runner->result;
	runner->alive = 0;
	x->status = status;
	x->code = code;
	snprintf(x->reason, sizeof x->reason, "%.255s", reason);
	for (const record_field *f = bench_result_type.field; f < bench_result_type.field + bench_result_type.count; f++)
		if (f->how == HOW_FIG) // what it had so far are no figures
			RECORD_AT(x, f->offset, double) = -1;
	x->comparison = comparison_none;
	x->disturbed = 0;
	x->blocks_ns = NULL;
	x->blocks_ns_rows = x->blocks_ns_columns = x->processes = x->samples = x->tainted = 0;
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

size_t race_running(const race *r, size_t indices[RACE_MAX_CONTESTANTS])
{
	size_t n = 0;
	for (size_t i = 0; i < r->options.contestant_count; i++)
		if (r->runner[i].alive && !r->runner[i].resting)
			indices[n++] = i;
	return n;
}

/* part: of the present problem.  Once all had their turn, time tells how much is left. */
void race_say(const race *r, const char *what, double part)
{
	const double all = (double)r->options.spec_count, limit = r->options.budget_seconds;
	const int longer = r->begun_problems == r->options.spec_count && limit > 0;
	char text[GM_SPEC_TEXT + 64];
	if (!r->options.progress)
		return;
	snprintf(text, sizeof text, "%s %s", r->result[0].problem, what);
	r->options.progress(r->options.progress_context, text,
	                    longer ? fmin(1, (clock_now() - r->begun) / limit) : ((double)r->begun_problems + part) / all);
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
	double opening = 0, judging = r->summary->judging_seconds;
	char why[RACE_REASON], text[64];
	size_t opened = 0;
	race_estimate(r, text);
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
		if (opened++ > 0 && race_is_late(r, 0, "judging", why)) {
			race_drop(runner, RACE_SKIPPED, CODE_BUDGET_SPENT, why);
			continue;
		}
		race_say(r, text, 0.5 * (double)i / (double)r->options.contestant_count);
		open_runner(r, i);
		opening += runner->open_seconds;
		if (!runner->alive || !race_judge_outputs(r, i, NULL))
			r->source.close(r->source.context, i);
	}
	if (!race_stopped(r))
		race_learn(r, opening, r->summary->judging_seconds - judging);
}

/* ---- measuring ---- */

static void close_all(race *r)
{
	for (size_t i = 0; i < r->options.contestant_count; i++)
		r->source.close(r->source.context, i);
}

static void open_running(race *r)
{
	size_t indices[RACE_MAX_CONTESTANTS];
	const size_t n = race_running(r, indices);
	for (size_t i = 0; i < n; i++)
		open_runner(r, indices[i]);
}

/* The processes from that one on; the first one is open and warm. */
static gm_status run_processes(race *r, size_t from, gm_error *error)
{
	size_t indices[RACE_MAX_CONTESTANTS];
	char text[64];
	for (r->process = from; r->process < r->size->processes && !race_stopped(r); r->process++) {
		snprintf(text, sizeof text, "process %zu/%zu", r->process + 1, r->size->processes);
		race_say(r, text, 0.5 + 0.5 * (double)r->process / (double)r->size->processes);
		if (r->process > 0) {
			close_all(r);
			open_running(r);
			race_warm(r);
		}
		if (race_running(r, indices) > 0)
			GM_TRY(race_time_process(r, error));
	}
	return race_figures(r, error);
}

void race_drop_all(race *r, reason_code code, const char *why)
{
	for (size_t i = 0; i < r->options.contestant_count; i++)
		if (r->result[i].status == RACE_TIMED)
			race_drop(&r->runner[i], RACE_SKIPPED, code, why);
}

static gm_status measure(race *r, gm_error *error)
{
	size_t indices[RACE_MAX_CONTESTANTS];
	char why[RACE_REASON];
	race_warm(r);
	if (race_alive(r, indices) == 0 || race_stopped(r))
		return GM_OK;
	const double predicted = race_choose_size(r), begun = clock_now();
	if (race_is_late(r, predicted * r->slowness, "timing", why)) {
		race_drop_all(r, CODE_BUDGET_SPENT, why);
		return GM_OK;
	}
	GM_TRY(race_blocks_create(r, r->size->processes, error));
	GM_TRY(run_processes(r, 0, error));
	/* A machine with other work takes longer than the estimates say: later problems are planned by that. */
	if (predicted > 0)
		r->slowness = fmax(1, 0.5 * (r->slowness + (clock_now() - begun) / predicted));
	return GM_OK;
}

/* ---- measuring longer ---- */

int race_may_go_on(const race *r) { return race_undecided(r) && r->size->processes < RACE_MOST && !race_stopped(r); }

/* As many processes again as there were, or as its share of the time allows.  Who is surely slower rests.  The interval
 * is looked at again only when all of them are done: looking after each would stop at a lucky moment. */
static gm_status measure_longer(race *r, gm_error *error)
{
	const size_t before = r->size->processes;
	size_t more = before < RACE_MOST - before ? before : RACE_MOST - before;
	for (size_t i = 0; i < r->options.contestant_count; i++)
		r->runner[i].resting = r->result[i].comparison == TIME_FASTER;
	while (more > 0 && race_predict(r, more) * r->slowness > r->until - clock_now())
		more--;
	if (more == 0)
		return GM_OK;
	GM_TRY(race_blocks_create(r, before + more, error));
	return run_processes(r, before, error);
}

/* Until it is decided or its share is spent.  Without memory it stays as it is. */
static gm_status go_on(race *r, gm_error *error)
{
	gm_status status = GM_OK;
	for (size_t before = 0; status == GM_OK && race_may_go_on(r) && r->size->processes > before;) {
		before = r->size->processes;
		status = measure_longer(r, error);
	}
	return status == GM_NO_MEMORY ? GM_OK : status;
}

/* ---- one problem ---- */

static gm_status make_data(race *r, const gm_tensors *tensors, fill_data *filled, gm_error *error)
{
	GM_TRY(fill_create(r->given.spec, tensors, r->options.seed, filled, error));
	r->given.tensors = tensors;
	r->given.data = filled->data;
	r->outputs.got = calloc(tensors->count, sizeof *r->outputs.got);
	r->outputs.effective = calloc(tensors->count, sizeof *r->outputs.effective);
	if (!r->outputs.got || !r->outputs.effective)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu tensors", tensors->count);
	return GM_OK;
}

/* Without a limit nothing is saved by waiting for the other problems. */
static gm_status first_time(race *r, gm_error *error)
{
	open_and_judge(r);
	GM_TRY(measure(r, error));
	return r->options.budget_seconds > 0 ? GM_OK : go_on(r, error);
}

gm_status race_problem(race *r, int longer, gm_error *error)
{
	gm_tensors *tensors = NULL;
	fill_data filled = {0};
	char why[RACE_REASON];
	reason_code code;
	gm_status status = gm_tensors_create(r->given.spec, &tensors, error);
	if (status == GM_OK && race_too_large(r, tensors, &code, why)) {
		race_drop_all(r, code, why);
		gm_tensors_destroy(tensors);
		return GM_OK;
	}
	if (status == GM_OK)
		status = make_data(r, tensors, &filled, error);
	if (status == GM_OK) {
		r->vary = (vary){.spec = r->given.spec, .tensors = tensors, .given = filled.data};
		r->until -= longer ? race_rejudging(r) : 0;
		status = longer ? go_on(r, error) : first_time(r, error);
		close_all(r);
		r->options.judge(r->options.judge_context, &r->given, NULL, NULL, NULL, NULL);
	}
	free(r->outputs.got);
	free(r->outputs.effective);
	fill_free(&filled);
	gm_tensors_destroy(tensors);
	r->outputs = (race_outputs){0};
	return status;
}

/* ---- the whole ---- */

/* The median of those that are there. */
static double noise_of(double *noise, size_t count)
{
	size_t known = 0;
	for (size_t i = 0; i < count; i++)
		if (!isnan(noise[i]))
			noise[known++] = noise[i];
	return known ? stats_median(noise, known) : 0;
}

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
	for (size_t i = 0; i < options->contestant_count * options->spec_count; i++)
		noise[i] = NAN;
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
		status = race_all_problems(r, error);
	summary->seconds = clock_now() - r->begun;
	summary->noise = noise_of(noise, options->contestant_count * options->spec_count);
	if (r->source.destroy)
		r->source.destroy(r->source.context);
	const gm_status closed = gbench_destroy(r->bench, status == GM_OK ? error : NULL);
	free(noise);
	free(r);
	return status == GM_OK ? closed : status;
}

/* SPDX-License-Identifier: MIT */
/* race_list.c - the list of problems: whose turn it is and what share of the time it has, the results that are handed
 * out, and the rounds in which those that are undecided are measured longer. */
#include "race_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- results ---- */

static void begin_results(race *r)
{
	memset(r->runner, 0, sizeof r->bout->runner);
	for (size_t i = 0; i < r->options.contestant_count; i++) {
		const contestant *c = r->options.contestants[i];
		bench_result *x = r->runner[i].result = &r->result[i];
		size_t same = 1;
		for (size_t k = 0; k < i; k++)
			same += strcmp(r->options.contestants[k]->info.name, c->info.name) == 0;
		bench_result_init(x);
		x->status = RACE_TIMED; // unless something comes up
		gm_spec_format(r->given.spec, x->problem);
		memcpy(x->variant, c->info.name, sizeof x->variant);
		if (same > 1) {
			memcpy(x->copy_of, c->info.name, sizeof x->copy_of);
			snprintf(x->variant, sizeof x->variant, "%.44s#%u", c->info.name, (unsigned)(same % 100));
		}
		x->accuracy_class = (class_name)c->info.accuracy_class;
		judged_bit_class(&c->info, x->bit_class);
		x->plugin = (char *)(uintptr_t)c->plugin; // lent
		x->place = r->problem;
		x->threads = 1;
		snprintf(r->runner[i].name, RACE_NAME, "%s/%s", x->problem, x->variant);
	}
}

/* Adds what there is of the problem to the summary, or takes it away. */
static void count(race *r, int taken_away)
{
	race_summary *s = r->summary;
	size_t *const counter[] = {&s->timed, &s->rejected, &s->unsupported, &s->skipped, &s->failed};
	const size_t one = taken_away ? (size_t)-1 : 1;
	for (size_t i = 0; i < r->options.contestant_count; i++) {
		const bench_result *x = &r->result[i];
		*counter[x->status] += one;
		if (x->status != RACE_TIMED)
			continue;
		s->tainted += one * x->tainted;
		s->counted += x->disturbed ? one * x->tainted : 0;
		for (size_t b = 0; b < r->size->processes * r->size->blocks; b++)
			s->blocks += isfinite(r->runner[i].block_ns[b]) ? one : 0;
		if (x->processes > s->processes)
			s->processes = x->processes;
	}
}

static void report(race *r)
{
	for (size_t i = 0; i < r->options.contestant_count; i++)
		if (r->runner[i].alive && !r->result[i].blocks_ns)
			race_drop(&r->runner[i], RACE_SKIPPED, CODE_INTERRUPTED, "interrupted");
	r->bout->reported = r->size->processes;
	r->options.report(r->options.report_context, r->result, r->options.contestant_count);
}

/* ---- turns ---- */

static void take_bout(race *r, race_bout *bout)
{
	r->bout = bout;
	r->runner = bout->runner;
	r->result = bout->result;
	r->size = &bout->size;
	r->problem = bout->problem;
	r->given = (judge_problem){.spec = &r->options.specs[bout->problem]};
}

/* One that has no room in memory is skipped; the others go on. */
static gm_status first_bout(race *r, gm_error *error)
{
	gm_error why = {0}; // the caller may not want one, a reason needs it
	char reason[RACE_REASON];
	gm_status status = GM_OK;
	begin_results(r);
	if (race_stopped(r)) {
		race_drop_all(r, CODE_INTERRUPTED, "interrupted");
	} else if (race_no_time(r, reason)) {
		race_drop_all(r, CODE_BUDGET_SPENT, reason);
	} else {
		race_say(r, "", 0);
		status = race_problem(r, 0, &why);
		r->summary->problems++;
	}
	if (status == GM_NO_MEMORY)
		race_drop_all(r, CODE_NO_MEMORY, why.message);
	if (status != GM_OK && status != GM_NO_MEMORY)
		return gm_fail(error, status, "%s", why.message);
	for (size_t i = 0; i < r->options.contestant_count; i++)
		r->late[i] += r->result[i].code == CODE_TIMED_OUT;
	report(r);
	count(r, 0);
	return GM_OK;
}

static void drop_bout(race_bout *bout)
{
	race_blocks_free(bout);
	free(bout);
}

/* What is left of the budget goes to those that are undecided, as much to each; those stay that it may still decide. */
static gm_status next_round(race *r, gm_error *error)
{
	const size_t opens = r->opens;
	gm_status status = GM_OK;
	r->opens = 0;
	for (size_t i = 0; i < opens; i++) {
		race_bout *bout = r->open[i];
		const size_t before = bout->size.processes;
		take_bout(r, bout);
		race_take_share(r, opens - i);
		if (status == GM_OK && !race_stopped(r)) {
			count(r, 1);
			status = race_problem(r, 1, error);
			count(r, 0);
		}
		if (status == GM_NO_MEMORY) // it stays as it is
			status = GM_OK;
		if (status == GM_OK && bout->size.processes > before && race_may_go_on(r)) {
			r->open[r->opens++] = bout;
			continue;
		}
		if (bout->size.processes > bout->reported)
			report(r);
		drop_bout(bout);
	}
	return status;
}

/* waits (NULL: it must not): set if it does, since judging it would cost the others their share. */
static gm_status next_problem(race *r, size_t index, int *waits, gm_error *error)
{
	race_bout *bout = calloc(1, sizeof *bout);
	if (!bout)
		return gm_fail(error, GM_NO_MEMORY, "no memory for problem %zu", index);
	bout->problem = index;
	take_bout(r, bout);
	race_take_share(r, r->options.spec_count - r->begun_problems);
	if (waits && (*waits = race_can_wait(r)) != 0) {
		drop_bout(bout);
		return GM_OK;
	}
	const gm_status status = first_bout(r, error);
	r->begun_problems++;
	if (status == GM_OK && race_may_go_on(r))
		r->open[r->opens++] = bout;
	else
		drop_bout(bout);
	return status;
}

/* All of them in turn, those last that would have taken more than their share. */
static gm_status first_round(race *r, size_t order[], gm_error *error)
{
	size_t waiting = 0;
	gm_status status = GM_OK;
	for (size_t i = 0; status == GM_OK && i < r->options.spec_count; i++) {
		int waits = 0;
		status = next_problem(r, order[i], &waits, error);
		if (waits)
			order[waiting++] = order[i];
	}
	for (size_t i = 0; status == GM_OK && i < waiting; i++)
		status = next_problem(r, order[i], NULL, error);
	return status;
}

gm_status race_all_problems(race *r, gm_error *error)
{
	const race_options *o = &r->options;
	size_t *order = calloc(o->spec_count, sizeof *order);
	r->open = calloc(o->spec_count, sizeof(race_bout *));
	gm_status status = order && r->open ? GM_OK
	                                    : gm_fail(error, GM_NO_MEMORY, "no memory for %zu problems", o->spec_count);
	for (size_t i = 0; order && i < o->spec_count; i++)
		order[i] = i;
	if (order && o->budget_seconds > 0)
		race_take_turns(o->specs, o->spec_count, order);
	if (status == GM_OK)
		status = first_round(r, order, error);
	while (status == GM_OK && r->opens > 0)
		status = next_round(r, error);
	r->summary->interrupted = race_stopped(r);
	for (size_t i = 0; i < r->opens; i++) // after an error
		drop_bout(r->open[i]);
	free(order);
	free(r->open);
	return status;
}

/* SPDX-License-Identifier: MIT */
/* check.c - the order of work: which cases are judged, what is repeated, in which order records leave.
 *
 * What came of a case is kept until all cases before are done. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "check_unit.h"

typedef struct work_list {
	check_work *work;
	size_t count;
} work_list;

typedef struct pool {
	const check_plan *plan;
	judging judging;
	work_list todo, late; /* cases; what timed out, to be repeated when all cases are done */
	size_t next;          /* of todo */
	case_results *out;    /* by case */
	unsigned char *ready; /* by case: done, and no repetition is due */
	size_t delivered;     /* cases before this one have been handed out */
	size_t asked, done;
	gm_error trouble; /* the first */
} pool;

static int add_work(work_list *list, const check_work *work)
{
	check_work *one = record_grow(&list->work, &list->count, sizeof *one);
	if (one)
		*one = *work;
	return one != NULL;
}

/* ---- results in ---- */

/* How many of a case's variants are to be repeated. */
static size_t add_repeats(pool *p, size_t case_index, const case_results *out)
{
	size_t repeats = 0;
	for (size_t v = 0; v < p->plan->variant_count; v++) {
		int late = 0;
		for (size_t k = 0; k < out->results_count; k++)
			late |= out->results[k].code == CODE_TIMED_OUT &&
			        strcmp(out->results[k].variant, p->plan->variant[v].info.name) == 0;
		const check_work again = {.case_index = case_index, .variant = (int)v, .alone = 1};
		repeats += late && add_work(&p->late, &again); // without memory the time-out stands as it is
	}
	return repeats;
}

/* Puts the results of a repetition in the place of the failures it repeats. */
static void replace(case_results *all, case_results *repeated)
{
	for (size_t k = 0; k < repeated->results_count; k++)
		for (size_t i = 0; i < all->results_count; i++) {
			check_result *new = &repeated->results[k], *old = &all->results[i];
			if (old->status != STATUS_FAIL || old->pass != new->pass || strcmp(old->variant, new->variant) != 0)
				continue;
			check_result_free(old);
			*old = *new;
			check_result_init(new);
			break;
		}
}

/* Hands out what comes next; in the end also what is not ready. */
static void deliver(pool *p, int incomplete)
{
	for (; p->delivered < p->plan->set->count && (incomplete || p->ready[p->delivered]); p->delivered++) {
		case_results *out = &p->out[p->delivered];
		for (size_t k = 0; p->plan->emit && k < out->results_count; k++)
			p->plan->emit(p->plan->context, &out->results[k]);
		for (size_t k = 0; k < out->facts_count; k++)
			p->plan->facts(p->plan->context, &out->facts[k]);
		case_results_free(out);
	}
}

static void note(pool *p, gm_status status, const char *message)
{
	if (status != GM_OK && p->trouble.status == GM_OK)
		(void)gm_fail(&p->trouble, status, "%s", message);
}

/* ---- what the judges ask ---- */

static int next_work(void *context, check_work *work)
{
	pool *p = context;
	if (p->next == p->todo.count)
		return 0;
	*work = p->todo.work[p->next++];
	return 1;
}

static void again(void *context, const check_work *work)
{
	pool *p = context;
	(void)add_work(&p->todo, work); // without memory it is missed in the end
}

static void take(void *context, const check_work *work, case_results *out)
{
	pool *p = context;
	size_t c = work->case_index;
	const char *message = out->message ? out->message : "";
	if (out->trouble == GM_BAD_FIXTURE && p->plan->refuse)
		p->plan->refuse(p->plan->context, c, message);
	else
		note(p, (gm_status)out->trouble, message);
	if (work->alone) {
		replace(&p->out[c], out);
	} else {
		p->ready[c] = add_repeats(p, c, out) == 0;
		p->out[c] = *out;
		case_results_init(out);
		p->done++;
	}
	case_results_free(out);
	p->plan->step(p->plan->context, p->done);
	if (!work->alone)
		deliver(p, 0);
}

/* ---- the whole ---- */

static gm_status open_pool(pool *p, gm_error *error)
{
	const fixture_set *set = p->plan->set;
	p->judging = (judging){
		.plan = p->plan, .board = board_create(p->plan), .next = next_work, .again = again, .take = take, .context = p};
	p->out = calloc(set->count + 1, sizeof *p->out);
	p->ready = calloc(set->count + 1, 1);
	int good = p->judging.board && p->out && p->ready;
	for (size_t k = 0; good && k < set->count; k++) {
		const check_work work = {.case_index = k, .variant = CHECK_ALL};
		p->ready[k] = !p->plan->chosen[k];
		good = p->ready[k] || add_work(&p->todo, &work);
	}
	p->asked = p->todo.count;
	if (good && p->plan->variant_count > 0 && !p->plan->no_fork && p->plan->timeout <= 0)
		p->judging.board->slowest = run_slowest(
			&(worker_launch){.program = p->plan->executor->program, .executor = p->plan->executor->words});
	return good ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for %zu cases", set->count);
}

static void close_pool(pool *p)
{
	for (size_t k = 0; p->out && k < p->plan->set->count; k++)
		case_results_free(&p->out[k]);
	board_destroy(p->judging.board);
	free(p->todo.work);
	free(p->late.work);
	free(p->out);
	free(p->ready);
}

/* All that is to do, by so many judges. */
static void run_round(pool *p, size_t judges)
{
	gm_error error = {.status = GM_OK};
	check_work work;
	const size_t left = p->todo.count - p->next;
	if (!p->plan->no_fork) {
		note(p, judges_run(&p->judging, judges < left ? judges : left, &error), error.message);
		return;
	}
	while (!*p->plan->stop && next_work(p, &work)) {
		case_results out;
		judges_perform(&p->judging, 0, &work, &out);
		take(p, &work, &out);
	}
}

/* Time-outs once more, one at a time; of a variant that is given up they stand. */
static void repeat(pool *p)
{
	for (size_t k = 0; k < p->late.count; k++)
		if (p->judging.board->late[p->late.work[k].variant] < RUN_TIMEOUTS)
			again(p, &p->late.work[k]);
	run_round(p, 1);
}

gm_status check_run(const check_plan *plan, gm_error *error)
{
	pool p = {.plan = plan};
	cpu_set_t cpus;
	gm_status status = open_pool(&p, error);
	if (status == GM_OK) {
		run_round(&p, sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? (size_t)CPU_COUNT(&cpus) : 1);
		if (!*plan->stop)
			repeat(&p);
		deliver(&p, 1);
		const size_t missed = *plan->stop ? 0 : p.asked - p.done; // however a result got lost
		if (missed > 0)
			status = gm_fail(error, p.trouble.status == GM_OK ? GM_CRASHED : p.trouble.status,
			                 "%.400s%s%zu of %zu cases were not judged", p.trouble.message,
			                 p.trouble.status == GM_OK ? "" : "; ", missed, p.asked);
		else if (p.trouble.status != GM_OK)
			status = gm_fail(error, p.trouble.status, "%s", p.trouble.message);
	}
	close_pool(&p);
	return status;
}

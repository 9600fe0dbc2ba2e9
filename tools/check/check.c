/* SPDX-License-Identifier: MIT */
/* check.c - the order of work: which cases are judged where, what is repeated, in which order records leave.
 *
 * Judging processes take cases from a shared counter and send each case's results as JSON through a pipe of their own.
 * The parent keeps them until all cases before are done.  Processes, not threads: a judge that dies takes one case with
 * it, and a fork shares the fixtures as they are. */
#define _GNU_SOURCE
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "record/result.h"

enum { JUDGES = 64, JUDGE_PIPE = 3 }; // most judges; where each has its pipe to the parent
#define MESSAGE_SECONDS 600           /* the rest of a message that has begun is sent before */

typedef struct work {
	size_t case_index;
	int variant;
} work;

typedef struct board { /* shared by parent and judges */
	atomic_size_t next;
	atomic_int stop;
	atomic_size_t at[JUDGES]; /* work at hand + 1; 0 = none */
} board;

typedef struct pool {
	const check_plan *plan;
	board *board;
	work *todo;           /* every case, then what is to be repeated */
	size_t count, end;    /* end of this round */
	int alone;            /* second round: time-outs, one at a time */
	case_results *out;    /* by case */
	unsigned char *ready; /* by case: done, and no repetition is due */
	size_t delivered;     /* cases before this one have been handed out */
	size_t done;
	gm_error trouble; /* the first */
} pool;

typedef struct judge {
	const pool *pool;
	size_t number;
	pid_t pid;
	int fd; /* -1: done */
} judge;

static int add_work(pool *p, size_t case_index, int variant)
{
	work *one = record_grow(&p->todo, &p->count, sizeof *one);
	if (one)
		*one = (work){case_index, variant};
	return one != NULL;
}

/* ---- parent: records in ---- */

/* How many of a case's variants are to be repeated. */
static size_t add_repeats(pool *p, size_t case_index, const case_results *out)
{
	size_t repeats = 0;
	for (size_t v = 0; v < p->plan->variant_count; v++) {
		int late = 0;
		for (size_t k = 0; k < out->results_count; k++)
			late |= out->results[k].code == CODE_TIMED_OUT &&
			        strcmp(out->results[k].variant, p->plan->variant[v].info.name) == 0;
		repeats += late && add_work(p, case_index, (int)v); // without memory the time-out stands as it is
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

/* Takes over what became of a piece of work. */
static void take(pool *p, case_results *out)
{
	size_t c = p->todo[out->work].case_index;
	if (out->trouble == GM_BAD_FIXTURE && p->plan->refuse)
		p->plan->refuse(p->plan->context, c, out->message ? out->message : "");
	else if (out->trouble != GM_OK && p->trouble.status == GM_OK)
		(void)gm_fail(&p->trouble, (gm_status)out->trouble, "%s", out->message ? out->message : "");
	if (p->alone) {
		replace(&p->out[c], out);
	} else {
		p->ready[c] = add_repeats(p, c, out) == 0;
		p->out[c] = *out;
		case_results_init(out);
		p->done++;
	}
	case_results_free(out);
	p->plan->step(p->plan->context, p->done);
	if (!p->alone)
		deliver(p, 0);
}

/* ---- judges ---- */

static void perform(const pool *p, size_t k, case_results *out)
{
	gm_error error = {.message = ""};
	gm_status status = check_unit(p->plan, p->todo[k].case_index, p->todo[k].variant, p->alone, out, &error);
	out->work = k;
	out->trouble = status;
	if (status != GM_OK)
		(void)record_set(&out->message, error.message);
}

/* A message is its length, then case_results as JSON. */
static int send_results(const case_results *out)
{
	json_t *message = record_to_json(&case_results_type, out);
	char *text = json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(17));
	size_t length = !text ? 0 : strlen(text);
	int sent = text && process_send(JUDGE_PIPE, &length, sizeof length) && process_send(JUDGE_PIPE, text, length);
	free(text);
	json_decref(message);
	return sent;
}

/* Takes one; 0 if there is none: the end of its process tells why. */
static int receive_results(pool *p, int fd)
{
	const double deadline = clock_now() + MESSAGE_SECONDS;
	case_results out;
	size_t length;
	if (process_receive(fd, &length, sizeof length, deadline) != PROCESS_ALL)
		return 0;
	char *text = malloc(length);
	const int whole = text && process_receive(fd, text, length, deadline) == PROCESS_ALL;
	json_t *message = whole ? json_loadb(text, length, 0, NULL) : NULL;
	free(text);
	if (record_from_json(&case_results_type, message, &out, NULL) == GM_OK && out.work < p->end)
		take(p, &out);
	json_decref(message);
	return whole;
}

/* Ctrl-C goes to the terminal's group, which a judge is not in: the board says stop. */
static int judge_main(void *context)
{
	const judge *j = context;
	board *b = j->pool->board;
	size_t k;
	while (!b->stop && (k = atomic_fetch_add(&b->next, 1)) < j->pool->end) {
		case_results out;
		b->at[j->number] = k + 1;
		perform(j->pool, k, &out);
		if (!send_results(&out))
			return 1;
		case_results_free(&out);
		b->at[j->number] = 0;
	}
	return 0;
}

static gm_status start_judge(judge *j, gm_error *error)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return gm_fail(error, GM_IO, "cannot start a judging process: %s", strerror(errno));
	process_plan plan = {.name = "a judging process",
	                     .run = judge_main,
	                     .context = j,
	                     .fd_count = JUDGE_PIPE + 1,
	                     .fd = {PROCESS_NOTHING, PROCESS_NOTHING, STDERR_FILENO, ends[1]}};
	gm_status status = process_start(&plan, &j->pid, error);
	close(ends[1]);
	if (status == GM_OK)
		j->fd = ends[0];
	else
		close(ends[0]);
	return status;
}

/* A judge that did not end by itself had a case at hand. */
static void reap(pool *p, judge *j)
{
	char sentence[256], how[PROCESS_HOW];
	size_t at = p->board->at[j->number];
	case_results nothing;
	close(j->fd);
	j->fd = -1;
	int state = process_reap(j->pid);
	if (state == 0 || at == 0)
		return;
	process_how(state, how);
	snprintf(sentence, sizeof sentence, "the process that judged %s ended with %s",
	         p->plan->set->cases[p->todo[at - 1].case_index]->id, how);
	case_results_init(&nothing);
	nothing.work = at - 1;
	nothing.trouble = GM_CRASHED;
	(void)record_set(&nothing.message, sentence);
	take(p, &nothing);
}

static void collect(pool *p, judge *judges, size_t count)
{
	size_t alive = count;
	while (alive > 0) {
		struct pollfd waiting[JUDGES];
		for (size_t k = 0; k < count; k++)
			waiting[k] = (struct pollfd){.fd = judges[k].fd, .events = POLLIN};
		if (*p->plan->stop)
			p->board->stop = 1;
		if (poll(waiting, count, 200) <= 0)
			continue;
		for (size_t k = 0; k < count; k++)
			if (judges[k].fd >= 0 && waiting[k].revents != 0 && !receive_results(p, judges[k].fd)) {
				reap(p, &judges[k]);
				alive--;
			}
	}
}

/* All work from begin on. */
static gm_status run_round(pool *p, size_t begin, gm_error *error)
{
	judge judges[JUDGES];
	cpu_set_t cpus;
	size_t started = 0;
	p->end = p->count;
	p->board->next = begin;
	for (size_t k = begin; p->plan->no_fork && k < p->end && !*p->plan->stop; k++) {
		case_results out;
		perform(p, k, &out);
		take(p, &out);
	}
	if (p->plan->no_fork || begin == p->end)
		return GM_OK;
	size_t most = p->alone || sched_getaffinity(0, sizeof cpus, &cpus) != 0 ? 1 : (size_t)CPU_COUNT(&cpus);
	for (; started < most && started < JUDGES && started < p->end - begin; started++) {
		judges[started] = (judge){.pool = p, .number = started};
		if (start_judge(&judges[started], started ? NULL : error) != GM_OK)
			break;
	}
	collect(p, judges, started);
	return started > 0 ? GM_OK : GM_IO;
}

/* ---- the whole ---- */

static gm_status open_pool(pool *p, gm_error *error)
{
	const fixture_set *set = p->plan->set;
	p->board = mmap(NULL, sizeof *p->board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p->out = calloc(set->count + 1, sizeof *p->out);
	p->ready = calloc(set->count + 1, 1);
	int good = p->board != MAP_FAILED && p->out && p->ready;
	for (size_t k = 0; good && k < set->count; k++) {
		p->ready[k] = !p->plan->chosen[k];
		good = p->ready[k] || add_work(p, k, CHECK_ALL);
	}
	return good ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for %zu cases", set->count);
}

gm_status check_run(const check_plan *plan, gm_error *error)
{
	pool p = {.plan = plan};
	gm_status status = open_pool(&p, error);
	const size_t asked = p.count;
	if (status == GM_OK)
		status = run_round(&p, 0, error);
	p.alone = 1;
	if (status == GM_OK && !*plan->stop)
		status = run_round(&p, p.end, error);
	if (status == GM_OK) {
		deliver(&p, 1);
		if (p.done < asked && !*plan->stop && p.trouble.status == GM_OK) // however a result got lost
			(void)gm_fail(&p.trouble, GM_CRASHED, "%zu of %zu cases were not judged", asked - p.done, asked);
		if (p.trouble.status != GM_OK)
			status = gm_fail(error, p.trouble.status, "%s", p.trouble.message);
	}
	for (size_t k = 0; p.out && k < plan->set->count; k++)
		case_results_free(&p.out[k]);
	if (p.board != MAP_FAILED)
		munmap(p.board, sizeof *p.board);
	free(p.todo);
	free(p.out);
	free(p.ready);
	return status;
}

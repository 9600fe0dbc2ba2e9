/* SPDX-License-Identifier: MIT */
/* check.c - the order of work: which cases are judged where, what is repeated, in which order records leave.
 *
 * Judging processes take cases from a shared counter and send each case's results as one line of JSON through a pipe
 * of their own.  The parent keeps them until all cases before are done.  Processes, not threads:
 * a judge that dies takes one case with it, and a fork shares the fixtures as they are. */
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

#include "base/process.h"
#include "record/record.h"

enum { JUDGES = 64, JUDGE_PIPE = 3 }; // most judges; where each has its pipe to the parent

typedef struct work {
	size_t case_index;
	int variant;
} work;

typedef struct board { /* shared by parent and judges */
	atomic_size_t next;
	atomic_int stop;
	atomic_size_t at[JUDGES]; /* work at hand + 1; 0 = none */
} board;

typedef struct judge {
	pid_t pid;
	int fd; /* -1: done */
	char *line;
	size_t used, capacity;
} judge;

typedef struct pool {
	const check_plan *plan;
	board *board;
	work *todo;
	size_t count;
	int alone;    /* second round: time-outs, one at a time */
	work *repeat; /* what the first round found to repeat */
	size_t repeats;
	case_results *out;              /* by case */
	unsigned char *is_done, *waits; /* by case; waits: a repetition is due */
	size_t delivered;               /* cases before this one have been handed out */
	size_t done;
	gm_error trouble; /* the first */
} pool;

/* ---- parent: records in ---- */

static int find_variant(const check_plan *plan, const char *name)
{
	for (size_t k = 0; k < plan->variant_count; k++)
		if (strcmp(plan->variant[k].info.name, name) == 0)
			return (int)k;
	return CHECK_ALL;
}

static void note_repeats(pool *p, size_t case_index, const case_results *out)
{
	int last = CHECK_ALL;
	for (size_t k = 0; k < out->results_count && !p->alone; k++) {
		int variant = find_variant(p->plan, out->results[k].variant);
		if (out->results[k].code != CODE_TIMED_OUT || variant == last)
			continue;
		work *more = realloc(p->repeat, (p->repeats + 1) * sizeof *more);
		if (!more)
			continue; // then the time-out stands as it is
		p->repeat = more;
		p->repeat[p->repeats++] = (work){case_index, variant};
		p->waits[case_index] = 1;
		last = variant;
	}
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

static void deliver(pool *p, int incomplete)
{
	for (; p->delivered < p->plan->set->count; p->delivered++) {
		size_t c = p->delivered;
		int chosen = !p->plan->chosen || p->plan->chosen[c] != 0;
		if (!incomplete && chosen && (!p->is_done[c] || p->waits[c]))
			return;
		for (size_t k = 0; p->plan->emit && k < p->out[c].results_count; k++)
			p->plan->emit(p->plan->context, &p->out[c].results[k]);
		for (size_t k = 0; p->plan->facts && k < p->out[c].facts_count; k++)
			p->plan->facts(p->plan->context, &p->out[c].facts[k]);
		case_results_free(&p->out[c]);
	}
}

/* Takes over what became of piece k of the work; one that failed is empty and has p->trouble set. */
static void take(pool *p, size_t k, case_results *out)
{
	size_t c = p->todo[k].case_index;
	note_repeats(p, c, out);
	if (p->alone) {
		replace(&p->out[c], out);
	} else {
		p->out[c] = *out;
		case_results_init(out);
		p->is_done[c] = 1;
		p->done++;
	}
	case_results_free(out);
	if (p->plan->step)
		p->plan->step(p->plan->context, p->done);
	if (!p->alone)
		deliver(p, 0);
}

static void note_trouble(pool *p, gm_status status, const char *message)
{
	if (p->trouble.status == GM_OK)
		(void)gm_fail(&p->trouble, status, "%s", message);
}

static void take_line(pool *p, const char *line, size_t length)
{
	case_results out;
	json_t *message = json_loadb(line, length, 0, NULL);
	gm_status status = record_from_json(&case_results_type, message, &out, NULL);
	json_decref(message);
	if (status != GM_OK || out.work >= p->count)
		return; // the end of its process tells
	if (out.trouble != GM_OK)
		note_trouble(p, (gm_status)out.trouble, out.message);
	take(p, out.work, &out);
}

/* ---- judges ---- */

static char *line_of(const pool *p, size_t k, size_t *length)
{
	gm_error error = {.status = GM_OK};
	case_results out;
	gm_status status = check_unit(p->plan, p->todo[k].case_index, p->todo[k].variant, p->alone, &out, &error);
	out.work = k;
	out.trouble = status;
	if (status != GM_OK)
		(void)record_set(&out.message, error.message);
	json_t *message = record_to_json(&case_results_type, &out);
	char *line = json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(17));
	*length = !line ? 0 : strlen(line);
	if (line)
		line[(*length)++] = '\n';
	json_decref(message);
	case_results_free(&out);
	return line;
}

typedef struct seat {
	const pool *pool;
	size_t number;
} seat;

/* Ctrl-C goes to the terminal's group, which a judge is not in: the board says stop. */
static int judge_main(void *context)
{
	const seat *s = context;
	board *b = s->pool->board;
	size_t k, length;
	while (!b->stop && (k = atomic_fetch_add(&b->next, 1)) < s->pool->count) {
		b->at[s->number] = k + 1;
		char *line = line_of(s->pool, k, &length);
		if (!line || !process_send(JUDGE_PIPE, line, length))
			return 1;
		free(line);
		b->at[s->number] = 0;
	}
	return 0;
}

static gm_status start_judge(const pool *p, size_t number, judge *j, gm_error *error)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return gm_fail(error, GM_IO, "cannot start a judging process: %s", strerror(errno));
	process_plan plan = {.name = "a judging process",
	                     .run = judge_main,
	                     .context = &(seat){p, number},
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

/* Reads what is there; 0 at the end of the pipe. */
static int read_judge(pool *p, judge *j)
{
	if (j->capacity - j->used < 65536) {
		char *more = realloc(j->line, j->capacity * 2 + 65536);
		if (!more)
			return 0;
		j->line = more;
		j->capacity = j->capacity * 2 + 65536;
	}
	ssize_t n = read(j->fd, j->line + j->used, j->capacity - j->used);
	if (n < 0 && errno == EINTR)
		return 1;
	if (n <= 0)
		return 0;
	char *begin = j->line, *end;
	size_t fresh = j->used;
	j->used += (size_t)n;
	while ((end = memchr(begin + fresh, '\n', j->used - fresh)) != NULL) {
		take_line(p, begin, (size_t)(end - begin));
		j->used -= (size_t)(end + 1 - begin);
		begin = end + 1;
		fresh = 0;
	}
	memmove(j->line, begin, j->used);
	return 1;
}

/* A judge that did not end by itself had a case at hand. */
static void reap(pool *p, size_t number, judge *j)
{
	char sentence[256], how[PROCESS_HOW];
	size_t at = p->board->at[number];
	close(j->fd);
	j->fd = -1;
	int state = process_reap(j->pid);
	if (state == 0 || at == 0)
		return;
	process_how(state, how);
	snprintf(sentence, sizeof sentence, "the process that judged %s ended with %s",
	         p->plan->set->cases[p->todo[at - 1].case_index]->id, how);
	note_trouble(p, GM_CRASHED, sentence);
	case_results nothing;
	case_results_init(&nothing);
	take(p, at - 1, &nothing);
}

static void collect(pool *p, judge *judges, size_t count)
{
	size_t alive = count;
	while (alive > 0) {
		struct pollfd waiting[JUDGES];
		for (size_t k = 0; k < count; k++)
			waiting[k] = (struct pollfd){.fd = judges[k].fd, .events = POLLIN};
		if (p->plan->stop && *p->plan->stop)
			p->board->stop = 1;
		if (poll(waiting, count, 200) <= 0)
			continue;
		for (size_t k = 0; k < count; k++)
			if (judges[k].fd >= 0 && waiting[k].revents != 0 && !read_judge(p, &judges[k])) {
				reap(p, k, &judges[k]);
				alive--;
			}
	}
}

static size_t judges_for(const pool *p)
{
	cpu_set_t set;
	size_t cpus = sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
	if (p->alone)
		return 1;
	cpus = cpus < JUDGES ? cpus : JUDGES;
	return cpus < p->count ? cpus : p->count;
}

static gm_status run_judges(pool *p, gm_error *error)
{
	judge judges[JUDGES] = {{0}};
	size_t count = judges_for(p), started = 0;
	while (started < count && start_judge(p, started, &judges[started], started ? NULL : error) == GM_OK)
		started++;
	if (started == 0)
		return GM_IO;
	collect(p, judges, started);
	for (size_t k = 0; k < started; k++)
		free(judges[k].line);
	return GM_OK;
}

static void run_here(pool *p)
{
	for (size_t k = 0; k < p->count && (!p->plan->stop || !*p->plan->stop); k++) {
		gm_error error = {.status = GM_OK};
		case_results out;
		if (check_unit(p->plan, p->todo[k].case_index, p->todo[k].variant, p->alone, &out, &error) != GM_OK)
			note_trouble(p, error.status, error.message);
		take(p, k, &out);
	}
}

static gm_status run_round(pool *p, gm_error *error)
{
	p->board->next = 0;
	if (p->count == 0)
		return GM_OK;
	if (p->plan->no_fork)
		run_here(p);
	else
		GM_TRY(run_judges(p, error));
	return GM_OK;
}

/* ---- the whole ---- */

static gm_status open_pool(pool *p, gm_error *error)
{
	const fixture_set *set = p->plan->set;
	p->board = mmap(NULL, sizeof *p->board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p->todo = calloc(set->count + 1, sizeof *p->todo);
	p->out = calloc(set->count + 1, sizeof *p->out);
	p->is_done = calloc(set->count + 1, 1);
	p->waits = calloc(set->count + 1, 1);
	if (p->board == MAP_FAILED || !p->todo || !p->out || !p->is_done || !p->waits)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu cases", set->count);
	for (size_t k = 0; k < set->count; k++)
		if (!p->plan->chosen || p->plan->chosen[k])
			p->todo[p->count++] = (work){k, CHECK_ALL};
	return GM_OK;
}

static gm_status run_both_rounds(pool *p, gm_error *error)
{
	GM_TRY(run_round(p, error));
	work *first = p->todo;
	p->todo = p->repeat;
	p->count = p->repeats;
	p->repeat = NULL;
	p->alone = 1;
	free(first);
	if (!p->plan->stop || !*p->plan->stop)
		GM_TRY(run_round(p, error));
	return GM_OK;
}

gm_status check_run(const check_plan *plan, gm_error *error)
{
	pool p = {.plan = plan};
	gm_status status = open_pool(&p, error);
	if (status == GM_OK)
		status = run_both_rounds(&p, error);
	if (status == GM_OK) {
		deliver(&p, 1);
		if (p.trouble.status != GM_OK)
			status = gm_fail(error, p.trouble.status, "%s", p.trouble.message);
	}
	for (size_t k = 0; p.out && k < plan->set->count; k++)
		case_results_free(&p.out[k]);
	if (p.board != MAP_FAILED && p.board)
		munmap(p.board, sizeof *p.board);
	free(p.todo);
	free(p.repeat);
	free(p.out);
	free(p.is_done);
	free(p.waits);
	return status;
}

/* SPDX-License-Identifier: MIT */
/* judges.c - processes, not threads: a judge that dies takes one piece of work with it, and a fork shares the fixtures
 * as they are.  The parent waits for none of them: it takes what has come of a message, and looks whether they live. */
#define _GNU_SOURCE
#include "check_unit.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/clock.h"
#include "base/process.h"

#define CHANNEL       3                 /* of a judge, to the parent */
#define MESSAGE_BYTES ((size_t)1 << 30) /* no message is longer */
#define SILENCE       300.0             /* seconds that a step of judging itself may take */
#define STANDSTILL    1.0               /* seconds that a judge may stand stopped: a whole job may be, for a moment */
#define LOOK          0.2               /* seconds between looks */
#define LOST_MOST     3                 /* judges that may be lost at work without a variant at hand */

typedef struct judge {
	size_t number;
	pid_t pid;
	int fd; /* -1: there is none */
	int busy;
	check_work work;
	char *message; /* as far as it has come: length, JSON */
	size_t got;
	unsigned beat;
	double silent, stopped; /* seconds, of those in which this process ran too */
} judge;

typedef struct panel {
	const judging *g;
	judge judge[CHECK_JUDGES];
	size_t count;
	double oom_kills[2], oom_looked; /* processes ended for want of memory at the last two looks, and when */
	size_t lost;                     /* without a variant at hand */
	gm_error fatal;                  /* no more work is given out */
} panel;

/* ---- the board ---- */

check_board *board_create(const check_plan *plan)
{
	const size_t count = plan->set->count * plan->variant_count;
	size_t bytes = sizeof(check_board) + count * sizeof(board_blame) + plan->variant_count * sizeof(atomic_uint);
	check_board *b = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (b == MAP_FAILED)
		return NULL;
	b->bytes = bytes;
	b->variants = plan->variant_count;
	b->late = (atomic_uint *)(void *)&b->blame[count];
	for (size_t k = 0; k < CHECK_JUDGES; k++)
		b->hand[k].variant = CHECK_NOBODY;
	return b;
}

void board_destroy(check_board *b)
{
	if (b)
		munmap(b, b->bytes);
}

/* ---- a judge ---- */

void judges_perform(const judging *g, size_t number, const check_work *work, case_results *out)
{
	gm_error error = {.message = ""};
	gm_status status = check_unit(g->plan, g->board, number, work, out, &error);
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
	int sent = text && process_send(CHANNEL, &length, sizeof length) && process_send(CHANNEL, text, length);
	free(text);
	json_decref(message);
	return sent;
}

typedef struct seat {
	const judging *g;
	size_t number;
} seat;

/* Until the parent closes its end.  Ctrl-C goes to the terminal's group, which a judge is not in. */
static int judge_main(void *context)
{
	const seat *s = context;
	check_work work;
	while (process_receive(CHANNEL, &work, sizeof work, INFINITY) == PROCESS_ALL) {
		case_results out;
		judges_perform(s->g, s->number, &work, &out);
		s->g->board->hand[s->number].beat++;
		if (!send_results(&out))
			return 1;
		case_results_free(&out);
	}
	return 0;
}

/* ---- the parent: starting, giving out ---- */

static gm_status start(const judging *g, judge *j, gm_error *error)
{
	int ends[2];
	seat s = {g, j->number};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return gm_fail(error, GM_IO, "cannot start a judging process: %s", strerror(errno));
	process_plan plan = {.name = "a judging process",
	                     .run = judge_main,
	                     .context = &s,
	                     .fd_count = CHANNEL + 1,
	                     .fd = {PROCESS_NOTHING, PROCESS_NOTHING, STDERR_FILENO, ends[1]}};
	g->board->hand[j->number].variant = CHECK_NOBODY;
	gm_status status = process_start(&plan, &j->pid, error);
	close(ends[1]);
	if (status == GM_OK)
		j->fd = ends[0];
	else
		close(ends[0]);
	return status;
}

static void end(judge *j, int *wait_status)
{
	*wait_status = process_reap(j->pid);
	close(j->fd);
	free(j->message);
	*j = (judge){.number = j->number, .fd = -1};
}

/* 0: the judge could not be started. */
static int employ(const judging *g, judge *j, gm_error *error)
{
	if (j->fd < 0 && start(g, j, error) != GM_OK) {
		g->again(g->context, &j->work);
		return 0;
	}
	j->busy = 1;
	j->silent = j->stopped = 0;
	(void)!send(j->fd, &j->work, sizeof j->work, MSG_NOSIGNAL); // that one has ended meanwhile will show
	return 1;
}

/* Whether any judge is at work then.  Where none can be started there may be others. */
static int give_out(panel *p)
{
	const judging *g = p->g;
	gm_error error = {.status = GM_OK};
	int busy = 0;
	for (judge *j = p->judge; j < p->judge + p->count; j++) {
		const int wanted = !j->busy && !*g->plan->stop && error.status == GM_OK && p->fatal.status == GM_OK;
		if (wanted && g->next(g->context, &j->work))
			(void)employ(g, j, &error);
		busy |= j->busy;
	}
	if (!busy && error.status != GM_OK)
		p->fatal = error;
	return busy;
}

/* ---- the parent: what comes ---- */

/* Takes what has come.  1 = the message is whole, 0 = not yet, -1 = nothing will come. */
static int receive(judge *j)
{
	for (;;) {
		size_t length = 0, want = sizeof length;
		if (j->got >= sizeof length) {
			memcpy(&length, j->message, sizeof length);
			want += length;
		}
		if (j->got > sizeof length && j->got == want)
			return 1;
		char *message = length > MESSAGE_BYTES ? NULL : realloc(j->message, want + 1);
		if (!message)
			return -1;
		j->message = message;
		ssize_t got = recv(j->fd, message + j->got, want - j->got, MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (got <= 0)
			return -1;
		j->got += (size_t)got;
		j->silent = 0;
	}
}

/* 0: it is no result. */
static int take(panel *p, judge *j)
{
	case_results out;
	json_t *message = json_loadb(j->message + sizeof(size_t), j->got - sizeof(size_t), 0, NULL);
	int good = record_from_json(&case_results_type, message, &out, NULL) == GM_OK;
	json_decref(message);
	j->got = 0;
	j->busy = !good;
	if (good)
		p->g->take(p->g->context, &j->work, &out);
	return good;
}

/* ---- the parent: what does not ---- */

/* Of the last two looks the older one: what the newer has counted may be the judge that is just found dead. */
static int out_of_memory(const panel *p) { return cgroup_oom_kills("") > p->oom_kills[0]; }

static void look_at_memory(panel *p)
{
	if (clock_now() - p->oom_looked < LOOK)
		return;
	p->oom_looked = clock_now();
	p->oom_kills[0] = p->oom_kills[1];
	p->oom_kills[1] = cgroup_oom_kills("");
}

static void give_up(panel *p, const char *how, int no_memory)
{
	gm_fail(&p->fatal, no_memory ? GM_NO_MEMORY : GM_CRASHED,
	        "%zu judging processes ended with no variant at hand, the last with %s%s", p->lost, how,
	        no_memory ? ": the system ran out of memory" : "");
}

/* Ends a judge that does not do its work, and says whose fault it is: that of the variant at hand, unless the system
 * took the memory. */
static void lose(panel *p, judge *j, int how)
{
	const judging *g = p->g;
	const check_work work = j->work;
	const int at = g->board->hand[j->number].variant, busy = j->busy;
	char text[PROCESS_HOW];
	int state;
	end(j, &state);
	int no_memory = WIFSIGNALED(state) && WTERMSIG(state) == SIGKILL && how == BLAME_ENDED && out_of_memory(p);
	if (!busy)
		return;
	if (at >= 0 && (size_t)at < g->board->variants && !no_memory) {
		board_case(g->board, work.case_index)[at] = (board_blame){.how = how, .wait_status = state};
		g->board->late[at] += how != BLAME_ENDED;
	} else if (++p->lost > LOST_MOST) {
		process_how(state, text);
		give_up(p, text, no_memory);
	}
	g->again(g->context, &work);
}

static int stands_still(pid_t pid)
{
	siginfo_t info = {0};
	return waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* passed: seconds since the last look.  Those in which this process stood still too count little. */
static void watch(panel *p, judge *j, double passed)
{
	const check_plan *plan = p->g->plan;
	board_hand *hand = &p->g->board->hand[j->number];
	const unsigned beat = hand->beat;
	const double most = plan->silence > 0 ? plan->silence : SILENCE + (hand->variant >= 0 ? hand->patience : 0);
	j->silent = beat == j->beat ? j->silent + fmin(passed, 5 * LOOK) : 0;
	j->stopped = stands_still(j->pid) ? j->stopped + fmin(passed, 5 * LOOK) : 0;
	j->beat = beat;
	if (j->stopped > STANDSTILL)
		lose(p, j, BLAME_STOPPED);
	else if (j->busy && j->silent > most)
		lose(p, j, BLAME_SILENT);
}

static void look(panel *p, double passed)
{
	struct pollfd waiting[CHECK_JUDGES];
	for (size_t k = 0; k < p->count; k++)
		waiting[k] = (struct pollfd){.fd = p->judge[k].fd, .events = POLLIN};
	if (poll(waiting, p->count, (int)(1e3 * LOOK)) < 0)
		return;
	for (size_t k = 0; k < p->count; k++) {
		judge *j = &p->judge[k];
		int whole = j->fd >= 0 && waiting[k].revents ? receive(j) : 0;
		if (whole < 0 || (whole > 0 && !take(p, j)))
			lose(p, j, BLAME_ENDED);
		else if (j->fd >= 0)
			watch(p, j, passed);
	}
}

gm_status judges_run(const judging *g, size_t most, gm_error *error)
{
	panel *p = calloc(1, sizeof *p);
	int state;
	if (!p)
		return gm_fail(error, GM_NO_MEMORY, "no memory for judging processes");
	p->g = g;
	p->oom_kills[0] = p->oom_kills[1] = cgroup_oom_kills("");
	for (p->count = 0; p->count < most && p->count < CHECK_JUDGES; p->count++)
		p->judge[p->count] = (judge){.number = p->count, .fd = -1};
	g->board->judges = p->count;
	for (double before = clock_now(), now; give_out(p); before = now) {
		now = clock_now();
		look(p, now - before);
		look_at_memory(p);
	}
	for (judge *j = p->judge; j < p->judge + p->count; j++)
		if (j->fd >= 0)
			end(j, &state);
	gm_error fatal = p->fatal;
	free(p);
	return fatal.status == GM_OK ? GM_OK : gm_fail(error, fatal.status, "%s", fatal.message);
}

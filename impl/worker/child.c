/* SPDX-License-Identifier: MIT */
/* child.c - the process of a worker: started with a channel, a control page and a pipe for what it prints, asked with a
 * deadline, and always reaped. */
#include "host.h"

#include "base/process.h"
#include "base/clock.h"
#include "base/plain.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define WORDS        32   /* of a command line */
#define END_SECONDS  2.0  /* seconds for a process whose channel has ended to end too */
#define MOMENT       2e-3 /* seconds between takings of what it prints */
#define LOOK_SECONDS 0.2  /* seconds between looks whether it still lives */
#define STOP_SECONDS 10.0 /* for plan_destroy */

static void close_all(const int fd[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

/* The ends of both sides: ours into w, the child's into theirs. */
enum { CHANNEL, OUTPUT, CONTROL, ENDS };
static gm_status make_ends(worker *w, int theirs[ENDS], gm_error *error)
{
	int pair[2] = {-1, -1}, line[2] = {-1, -1};
	struct timeval patience = {.tv_sec = 30};
	int bad = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) || pipe2(line, O_CLOEXEC);

	w->channel = pair[0];
	theirs[CHANNEL] = pair[1];
	w->output = line[0];
	theirs[OUTPUT] = line[1];
	if (bad)
		return gm_fail(error, GM_IO, "cannot make the channel of a worker: %s", strerror(errno));
	GM_TRY(arena_file(sizeof(control), &theirs[CONTROL], error));
	w->control = (control *)(void *)arena_map(theirs[CONTROL], sizeof(control));
	if (!w->control)
		return gm_fail(error, GM_IO, "cannot map the control page of a worker");
	setsockopt(w->channel, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	fcntl(w->output, F_SETFL, O_NONBLOCK);
	return GM_OK;
}

gm_status child_start(worker *w, gm_error *error)
{
	const char *const *executor = w->launch.executor;
	const char *argument = NULL;
	char path[PROGRAM_PATH], *words[WORDS + 3];
	size_t count = 0;
	int e[ENDS] = {-1, -1, -1};

	process_guard();
	if (!w->launch.program)
		GM_TRY(program_find(path, &argument, error));
	for (; executor && executor[count]; count++) {
		if (count == WORDS)
			return gm_fail(error, GM_BAD_ARGUMENT, "an executor of more than %d words", WORDS);
		words[count] = (char *)(uintptr_t)executor[count];
	}
	words[count] = w->launch.program ? (char *)(uintptr_t)w->launch.program : path;
	words[count + 1] = (char *)(uintptr_t)argument;
	words[count + 2] = NULL;
	gm_status status = make_ends(w, e, error);
	if (status == GM_OK) {
		process_plan plan = {.name = words[0],
		                     .words = words,
		                     .fd_count = PROTOCOL_CONTROL + 1,
		                     .fd = {PROCESS_NOTHING, e[OUTPUT], e[OUTPUT], e[CHANNEL], e[CONTROL]}};
		status = process_start(&plan, &w->pid, error);
	}
	close_all(e, ENDS);
	return status;
}

/* Reads what the child printed and keeps the last of it; at most 16 times, so that a flood cannot hold us. */
static void listen_to(worker *w)
{
	for (int i = 0; i < 16; i++) {
		if (w->said_bytes > SAID_BYTES) {
			memmove(w->said, w->said + w->said_bytes - SAID_BYTES, SAID_BYTES);
			w->said_bytes = SAID_BYTES;
		}
		ssize_t got = read(w->output, w->said + w->said_bytes, sizeof w->said - w->said_bytes);
		if (got <= 0)
			return;
		w->said_bytes += (size_t)got;
		w->flood += (size_t)got;
	}
}

/* As process_ended, while what the child prints is taken from it: a full pipe would hold it up. */
static int ended(worker *w, double seconds)
{
	double end = clock_now() + seconds;

	while (!process_ended(w->pid, MOMENT)) {
		if (clock_now() >= end)
			return 0;
		listen_to(w);
	}
	return 1;
}

static channel_result wait_for_bytes(void *context)
{
	worker *w = context;

	for (;;) {
		double left = w->deadline - clock_now();
		struct pollfd watch[2] = {{.fd = w->channel, .events = POLLIN}, {.fd = w->output, .events = POLLIN}};

		if (left <= 0)
			return CHANNEL_LATE;
		if (w->flood > FLOOD_BYTES)
			return CHANNEL_FLOOD;
		/* A descendant may hold the channel open behind a child that has ended: look at the child too. */
		int gone = process_ended(w->pid, 0);
		int ready = poll(watch, 2,
		                 gone                  ? 0
		                 : left > LOOK_SECONDS ? (int)(LOOK_SECONDS * 1000)
		                                       : (int)(left * 1000) + 1);
		if (watch[0].revents)
			return CHANNEL_OK;
		if (gone)
			return CHANNEL_CLOSED;
		if (ready > 0 && (watch[1].revents & POLLIN))
			listen_to(w);
		else if (ready > 0) /* its end of the pipe is closed: nothing more will come */
			(void)poll(NULL, 0, 1);
	}
}

/* Where system calls are not filtered it may have started processes. */
static int may_leave(const worker *w) { return !w->launch.in_place && strcmp(w->sandbox, "full") != 0; }

static void reap(worker *w, channel_result result)
{
	int by_itself = result == CHANNEL_CLOSED && ended(w, END_SECONDS);
	int wait_status = process_reap(w->pid);

	w->pid = 0;
	w->left = may_leave(w) ? process_sweep() : 0;
	listen_to(w);
	tell_ending(w, result, by_itself ? wait_status : -1);
}

/* Of a question with a deadline: the answer into w->message. */
static channel_result exchange(worker *w)
{
	message *m = &w->message;

	if (w->launch.in_place) {
		m->fd = m->fd >= 0 ? fcntl(m->fd, F_DUPFD_CLOEXEC, 0) : -1;
		(void)server_answer(&w->in_place, m);
		return CHANNEL_OK;
	}
	w->control->crashed = 0;
	if (w->launch.pauses)
		kill(w->pid, SIGCONT);
	channel_result result = message_send(w->channel, m);
	if (result == CHANNEL_OK) {
		result = message_receive(w->channel, m, wait_for_bytes, w);
		if (m->fd >= 0) /* unasked */
			close(m->fd);
	}
	if (w->launch.pauses && result == CHANNEL_OK && m->head.kind != MESSAGE_STOP)
		kill(w->pid, SIGSTOP);
	return result;
}

gm_status child_ask(worker *w, uint32_t kind, size_t bytes, double seconds, gm_error *error)
{
	message *m = &w->message;
	const message_head head = {.magic = PROTOCOL_MAGIC, .kind = kind, .serial = m->head.serial + 1, .bytes = bytes};

	if (w->ended.status == GM_OK) {
		m->head = head;
		w->limit = seconds;
		w->flood = 0;
		w->deadline = clock_now() + seconds;
		long newest = may_leave(w) ? process_newest() : -1;
		channel_result result = exchange(w);
		if (result == CHANNEL_OK && (m->head.kind != kind || m->head.serial != head.serial || m->head.status < GM_OK ||
		                             m->head.status > GM_TIMEOUT))
			result = CHANNEL_GARBAGE;
		if (result != CHANNEL_OK || (may_leave(w) && process_left(w->pid, newest)))
			reap(w, result);
	}
	m->fd = -1;
	if (w->ended.status != GM_OK)
		return gm_fail(error, w->ended.status, "%s", w->ended.message);
	return m->head.status == GM_OK ? GM_OK : gm_fail(error, (gm_status)m->head.status, "%s", plain(m->text));
}

void child_stop(worker *w)
{
	if (w->pid > 0 && child_ask(w, MESSAGE_STOP, 0, STOP_SECONDS, NULL) == GM_OK)
		(void)ended(w, END_SECONDS);
	if (w->pid > 0)
		(void)process_reap(w->pid);
	if (may_leave(w))
		(void)process_sweep();
	close_all((int[]){w->channel, w->output}, 2);
	if (w->control)
		munmap(w->control, sizeof(control));
}

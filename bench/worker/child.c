/* SPDX-License-Identifier: MIT */
/* child.c - the process of a worker: started clean (own group, no foreign descriptor, silent), asked with a deadline,
 * and always reaped. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create, pipe2, posix_spawn_file_actions_addclosefrom_np */
#endif
#include "host.h"

#include "arena.h"
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS        32   /* of a command line */
#define PATIENCE     2.0  /* seconds for a process whose channel has ended to end too */
#define GLANCE       0.2  /* seconds between looks whether it still lives */
#define STOP_SECONDS 10.0 /* for plan_destroy and exit */

extern char **environ;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

typedef struct ends { /* the child's ends, moved out of the way of 0..4 */
	int channel, control, output,
		input; /* input: a pipe that has ended, as good as /dev/null, which a bare board may lack */
} ends;

static int lift(int fd)
{
	int high = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 10) : -1;

	if (fd >= 0)
		close(fd);
	return high;
}

static void close_ends(const ends *e)
{
	const int fd[4] = {e->channel, e->control, e->output, e->input};

	for (int i = 0; i < 4; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

static gm_status make_ends(worker *w, ends *e, gm_error *error)
{
	int pair[2] = {-1, -1}, line[2] = {-1, -1}, nothing[2] = {-1, -1}, page = -1;
	struct timeval patience = {.tv_sec = 30};

	*e = (ends){-1, -1, -1, -1};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) || pipe2(nothing, O_CLOEXEC) ||
	    pipe2(line, O_CLOEXEC)) {
		int reason = errno;

		close_ends(&(ends){pair[0], pair[1], nothing[0], nothing[1]});
		return gm_fail(error, GM_IO, "cannot make the channel of a worker: %s", strerror(reason));
	}
	w->channel = pair[0];
	w->output = line[0];
	e->channel = lift(pair[1]);
	e->output = lift(line[1]);
	e->input = lift(nothing[0]);
	close(nothing[1]);
	GM_TRY(arena_file(sizeof(control), &page, error));
	w->control = (control *)(void *)arena_map(page, sizeof(control));
	e->control = lift(page);
	setsockopt(w->channel, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	fcntl(w->output, F_SETFL, O_NONBLOCK);
	if (e->channel < 0 || e->output < 0 || e->control < 0 || e->input < 0 || !w->control)
		return gm_fail(error, GM_IO, "too many descriptors for a worker");
	return GM_OK;
}

static int describe_spawn(const ends *e, posix_spawn_file_actions_t *f, posix_spawnattr_t *a)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	return posix_spawn_file_actions_adddup2(f, e->input, 0) || posix_spawn_file_actions_adddup2(f, e->output, 1) ||
	       posix_spawn_file_actions_adddup2(f, e->output, 2) ||
	       posix_spawn_file_actions_adddup2(f, e->channel, PROTOCOL_CHANNEL) ||
	       posix_spawn_file_actions_adddup2(f, e->control, PROTOCOL_CONTROL) ||
	       posix_spawn_file_actions_addclosefrom_np(f, PROTOCOL_CONTROL + 1) || posix_spawnattr_setpgroup(a, 0) ||
	       posix_spawnattr_setsigmask(a, &none) || posix_spawnattr_setsigdefault(a, &all) ||
	       posix_spawnattr_setflags(a, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static gm_status spawn(worker *w, const ends *e, char **words, gm_error *error)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	pid_t pid = 0;

	if (posix_spawn_file_actions_init(&files))
		return gm_fail(error, GM_NO_MEMORY, "no memory to start a worker");
	if (posix_spawnattr_init(&attributes)) {
		posix_spawn_file_actions_destroy(&files);
		return gm_fail(error, GM_NO_MEMORY, "no memory to start a worker");
	}
	int reason = describe_spawn(e, &files, &attributes)
	               ? ENOMEM
	               : posix_spawnp(&pid, words[0], &files, &attributes, words, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	if (reason)
		return gm_fail(error, GM_IO, "cannot start %s: %s", words[0], strerror(reason));
	w->pid = pid;
	return GM_OK;
}

gm_status child_start(worker *w, gm_error *error)
{
	const char *const *executor = w->launch.executor;
	const char *argument = NULL;
	char path[PROGRAM_PATH], *words[WORDS + 3];
	size_t count = 0;
	ends e;

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
	gm_status status = make_ends(w, &e, error);
	if (status == GM_OK)
		status = spawn(w, &e, words, error);
	close_ends(&e);
	return status;
}

/* Reads what the child printed and keeps the last of it; at most 64 KiB at a time, so that a flood cannot hold us. */
static void listen_to(worker *w)
{
	char part[4096];

	for (int i = 0; i < 16; i++) {
		ssize_t got = read(w->output, part, sizeof part);

		if (got <= 0)
			return;
		size_t count = (size_t)got, from = count > SAID_BYTES ? count - SAID_BYTES : 0;
		size_t kept = count - from, room = SAID_BYTES - kept;
		size_t old = w->said_bytes > room ? room : w->said_bytes;
		memmove(w->said, w->said + w->said_bytes - old, old);
		memcpy(w->said + old, part + from, kept);
		w->said_bytes = old + kept;
	}
}

typedef struct deadline {
	worker *w;
	double at;
} deadline;

/* Waits up to this long: 1 = ended, and still there to be reaped, so that its number cannot be somebody else's. */
static int ended(worker *w, double seconds)
{
	double end = now() + seconds;
	struct timespec nap = {.tv_nsec = 50000};

	for (;;) {
		siginfo_t info = {0};
		int failed = waitid(P_PID, (id_t)w->pid, &info, WEXITED | WNOHANG | WNOWAIT);

		if ((failed && errno != EINTR) || (!failed && info.si_pid == w->pid))
			return 1;
		if (now() >= end)
			return 0;
		listen_to(w);
		nanosleep(&nap, NULL);
		if (nap.tv_nsec < 2000000)
			nap.tv_nsec *= 2;
	}
}

static channel_result wait_for_bytes(void *context)
{
	deadline *d = context;
	worker *w = d->w;

	for (;;) {
		double left = d->at - now();
		struct pollfd watch[2] = {{.fd = w->channel, .events = POLLIN}, {.fd = w->output, .events = POLLIN}};

		if (left <= 0)
			return CHANNEL_LATE;
		/* A descendant may hold the channel open behind a child that has ended: look at the child too. */
		int gone = ended(w, 0);
		int ready = poll(watch, 2, gone ? 0 : left > GLANCE ? (int)(GLANCE * 1000) : (int)(left * 1000) + 1);
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

/* Ends the whole group, also what a child that has ended left behind, and reaps it: its wait status. */
static int kill_group(worker *w)
{
	int status = 0;

	kill(-w->pid, SIGKILL);
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	w->pid = 0;
	return status;
}

static gm_status bury(worker *w, channel_result result, gm_error *error)
{
	enum death how = result == CHANNEL_LATE ? DEATH_LATE : DEATH_GARBAGE;

	if (result == CHANNEL_CLOSED)
		how = ended(w, PATIENCE) ? DEATH_ENDED : DEATH_LOST;
	int status = kill_group(w);
	listen_to(w);
	autopsy(w, how, status);
	return gm_fail(error, w->death.status, "%s", w->death.message);
}

static gm_status answer(worker *w, uint32_t kind, gm_error *error)
{
	const message *m = &w->message;
	gm_status status = (gm_status)m->head.status;

	if (m->head.kind != kind || m->head.serial != w->serial || m->head.status < GM_OK || m->head.status > GM_TIMEOUT)
		return bury(w, CHANNEL_GARBAGE, error);
	return status == GM_OK ? GM_OK : gm_fail(error, status, "%s", (const char *)m->payload);
}

gm_status child_ask(worker *w, double seconds, gm_error *error)
{
	deadline d = {.w = w, .at = now() + seconds};
	message *m = &w->message;
	uint32_t kind = m->head.kind;

	m->head.serial = ++w->serial;
	if (w->in_place) {
		if (m->fd >= 0)
			m->fd = fcntl(m->fd, F_DUPFD_CLOEXEC, 0);
		(void)server_answer(w->in_place, m);
		return answer(w, kind, error);
	}
	if (w->death.status != GM_OK) {
		m->fd = -1;
		return gm_fail(error, w->death.status, "%s", w->death.message);
	}
	w->limit = seconds;
	w->control->crashed = 0;
	channel_result result = message_send(w->channel, m);
	if (result == CHANNEL_OK)
		result = message_receive(w->channel, m, wait_for_bytes, &d);
	if (m->fd >= 0 && result == CHANNEL_OK)
		close(m->fd);
	m->fd = -1;
	return result == CHANNEL_OK ? answer(w, kind, error) : bury(w, result, error);
}

void child_stop(worker *w)
{
	if (w->pid > 0 && w->death.status == GM_OK) {
		message_begin(&w->message, MESSAGE_STOP);
		if (child_ask(w, STOP_SECONDS, NULL) == GM_OK)
			(void)ended(w, STOP_SECONDS);
	}
	if (w->pid > 0)
		(void)kill_group(w);
	if (w->channel >= 0)
		close(w->channel);
	if (w->output >= 0)
		close(w->output);
	if (w->control)
		munmap(w->control, sizeof(control));
}

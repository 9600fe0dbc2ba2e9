/* SPDX-License-Identifier: MIT */
/* process.c - a function is forked, a program spawned (which does not copy the caller's page tables); descriptors,
 * signals and group are arranged alike for both. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pipe2, posix_spawn_file_actions_addclosefrom_np, sigabbrev_np */
#endif
#include "process.h"
#include "clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- who is known: each child that was started here or was there before, until it is reaped ---- */

#define KNOWN         1024 /* most */
#define SWEEP_SECONDS 10.0 /* for processes that start others as fast as they are ended */

static struct {
	pthread_mutex_t lock; /* held from a start until the child is known, and by who looks for the others */
	int guarded, full;    /* full: one had no room, so that nobody can be called a stranger */
	pid_t pid[KNOWN];
} known = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void know(pid_t was, pid_t is)
{
	for (int i = 0; i < KNOWN; i++)
		if (known.pid[i] == was) {
			known.pid[i] = is;
			return;
		}
	known.full |= is != 0;
}

static int stranger(pid_t pid)
{
	for (int i = 0; i < KNOWN; i++)
		if (known.pid[i] == pid)
			return 0;
	return !known.full;
}

const char *process_told(const char *path, char text[PROCESS_TOLD])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, PROCESS_TOLD - 1);

	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = 0;
	return text;
}

/* Process `pid` from /proc: its parent's number; 0 if there is none. */
static pid_t parent_of(const char *pid)
{
	char path[64], text[PROCESS_TOLD];
	int parent = 0;

	snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
	process_told(path, text);
	const char *name_end = strrchr(text, ')'); /* the name may hold anything */
	return name_end && sscanf(name_end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

/* Calls visit for each child of this process and of `other`; stops when it returns 0. */
static void children_of(pid_t other, int (*visit)(void *context, pid_t child, pid_t parent), void *context)
{
	DIR *list = opendir("/proc");
	const struct dirent *entry;
	pid_t self = getpid();

	while (list && (entry = readdir(list))) {
		pid_t parent = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? parent_of(entry->d_name) : 0;

		if (parent && (parent == self || parent == other) && !visit(context, (pid_t)atol(entry->d_name), parent))
			break;
	}
	if (list)
		closedir(list);
}

static int make_known(void *context, pid_t child, pid_t parent)
{
	(void)context, (void)parent;
	know(0, child);
	return 1;
}

void process_guard(void)
{
	pthread_mutex_lock(&known.lock);
	if (!known.guarded) {
		if (!PROCESS_SANITIZED)
			prctl(PR_SET_DUMPABLE, 0);
		prctl(PR_SET_CHILD_SUBREAPER, 1);
		memset(known.pid, 0, sizeof known.pid);
		children_of(0, make_known, NULL);
		known.guarded = 1;
	}
	pthread_mutex_unlock(&known.lock);
}

/* ---- start ---- */

static void drop(const int copy[PROCESS_FDS])
{
	for (int i = 0; i < PROCESS_FDS; i++)
		if (copy[i] >= 0)
			close(copy[i]);
}

/* Copies the plan's descriptors above all that the child will have, so that putting one in place overwrites no
 * other. */
static int copy_descriptors(const process_plan *plan, int copy[PROCESS_FDS])
{
	int nothing[2], good = 1;

	for (int i = 0; i < PROCESS_FDS; i++)
		copy[i] = -1;
	if (pipe2(nothing, O_CLOEXEC))
		return 0;
	close(nothing[1]);
	for (int i = 0; i < plan->fd_count && good; i++) {
		copy[i] = fcntl(plan->fd[i] < 0 ? nothing[0] : plan->fd[i], F_DUPFD_CLOEXEC, PROCESS_FDS);
		good = copy[i] >= 0;
	}
	int reason = errno == EINVAL ? EMFILE : errno; /* the limit lies below what a child gets */
	close(nothing[0]);
	errno = reason;
	return good;
}

static void close_from(int first)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, ~0u, 0u) == 0)
		return;
#endif
	for (int fd = first; fd < (int)sysconf(_SC_OPEN_MAX); fd++)
		close(fd);
}

/* The child's first steps.  All signals are blocked here, and what was sent to the caller's group meanwhile is dropped.
 * A handler of the caller that jumps (test frameworks do, out of a crash) would let this process run on as the
 * caller. */
static void settle(const process_plan *plan, const int copy[PROCESS_FDS], pid_t parent)
{
	sigset_t none;

	sigemptyset(&none);
	setpgid(0, 0);
	for (int number = 1; number < NSIG; number++) {
		signal(number, SIG_IGN);
		signal(number, SIG_DFL);
	}
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	for (int i = 0; i < plan->fd_count; i++)
		dup2(copy[i], i);
	close_from(plan->fd_count);
}

static int start_function(const process_plan *plan, const int copy[PROCESS_FDS], pid_t *pid)
{
	sigset_t all, before;
	pid_t parent = getpid();

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	*pid = fork();
	if (*pid == 0) {
		known.guarded = known.full = 0; /* what was known was the parent's */
		pthread_mutex_init(&known.lock, NULL);
		settle(plan, copy, parent);
		_exit(plan->run(plan->context));
	}
	int reason = *pid < 0 ? errno : 0;
	if (*pid > 0)
		setpgid(*pid, *pid); /* whoever is first: the group must be there when it is to be killed */
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return reason;
}

static int describe(const process_plan *plan, const int copy[PROCESS_FDS], posix_spawn_file_actions_t *files,
                    posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int bad = 0;

	sigemptyset(&none);
	sigfillset(&all);
	for (int i = 0; i < plan->fd_count && !bad; i++)
		bad = posix_spawn_file_actions_adddup2(files, copy[i], i);
	return bad || posix_spawn_file_actions_addclosefrom_np(files, plan->fd_count) ||
	       posix_spawnattr_setpgroup(attributes, 0) || posix_spawnattr_setsigmask(attributes, &none) ||
	       posix_spawnattr_setsigdefault(attributes, &all) ||
	       posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int start_program(const process_plan *plan, const int copy[PROCESS_FDS], pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;

	if (posix_spawn_file_actions_init(&files))
		return ENOMEM;
	if (posix_spawnattr_init(&attributes)) {
		posix_spawn_file_actions_destroy(&files);
		return ENOMEM;
	}
	int reason = describe(plan, copy, &files, &attributes)
	               ? ENOMEM
	               : posix_spawnp(pid, plan->words[0], &files, &attributes, plan->words, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return reason;
}

gm_status process_start(const process_plan *plan, pid_t *pid, gm_error *error)
{
	int copy[PROCESS_FDS], reason = copy_descriptors(plan, copy) ? 0 : errno;

	if (!reason) {
		pthread_mutex_lock(&known.lock);
		reason = (plan->words ? start_program : start_function)(plan, copy, pid);
		if (!reason)
			know(0, *pid);
		pthread_mutex_unlock(&known.lock);
	}
	drop(copy);
	if (reason == EMFILE)
		return gm_fail(error, GM_IO, "cannot start %s: too few descriptors (ulimit -n is %ld)", plan->name,
		               sysconf(_SC_OPEN_MAX));
	return reason ? gm_fail(error, GM_IO, "cannot start %s: %s", plan->name, strerror(reason)) : GM_OK;
}

/* ---- await and end ---- */

int process_ended(pid_t pid, double seconds)
{
	double end = clock_now() + seconds;
	struct timespec nap = {.tv_nsec = 50000};

	for (;;) {
		siginfo_t info = {0};
		int failed = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);

		if (failed || info.si_pid == pid)
			return 1;
		if (clock_now() >= end)
			return 0;
		nanosleep(&nap, NULL);
		if (nap.tv_nsec < 2000000)
			nap.tv_nsec *= 2;
	}
}

int process_reap(pid_t pid)
{
	int status = 0;

	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	pthread_mutex_lock(&known.lock);
	know(pid, 0);
	pthread_mutex_unlock(&known.lock);
	return status;
}

/* ---- what children leave ---- */

long process_newest(void)
{
	char text[PROCESS_TOLD];
	long newest = -1;

	return sscanf(process_told("/proc/loadavg", text), "%*s %*s %*s %*s %ld", &newest) == 1 ? newest : -1;
}

static int is_left(void *found, pid_t child, pid_t parent)
{
	*(int *)found = parent != getpid() || stranger(child);
	return !*(int *)found;
}

int process_left(pid_t pid, long newest)
{
	int found = 0;

	if (newest >= 0 && newest == process_newest())
		return 0;
	pthread_mutex_lock(&known.lock);
	children_of(pid, is_left, &found);
	pthread_mutex_unlock(&known.lock);
	return found;
}

static int end_stranger(void *ended, pid_t child, pid_t parent)
{
	(void)parent;
	if (stranger(child)) {
		kill(child, SIGKILL);
		*(int *)ended += waitpid(child, NULL, 0) == child;
	}
	return 1;
}

/* Whose parent is ended here comes here next. */
int process_sweep(void)
{
	double end = clock_now() + SWEEP_SECONDS;
	int ended = 0, before;

	do {
		before = ended;
		pthread_mutex_lock(&known.lock);
		children_of(0, end_stranger, &ended);
		pthread_mutex_unlock(&known.lock);
	} while (ended > before && clock_now() < end);
	return ended;
}

void process_how(int wait_status, char text[PROCESS_HOW])
{
	const char *name = WIFSIGNALED(wait_status) ? sigabbrev_np(WTERMSIG(wait_status)) : NULL;

	if (name)
		snprintf(text, PROCESS_HOW, "signal %d (SIG%s)", WTERMSIG(wait_status), name);
	else if (WIFSIGNALED(wait_status))
		snprintf(text, PROCESS_HOW, "signal %d", WTERMSIG(wait_status));
	else
		snprintf(text, PROCESS_HOW, "code %d", WEXITSTATUS(wait_status));
}

/* ---- pipes ---- */

process_received process_receive(int fd, void *bytes, size_t count, double deadline)
{
	for (char *at = bytes; count;) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		double left = deadline - clock_now();

		if (left <= 0)
			return PROCESS_LATE;
		if (poll(&ready, 1, left > 1000 ? 1000000 : (int)(1e3 * left) + 1) <= 0)
			continue;
		ssize_t got = read(fd, at, count);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return PROCESS_CLOSED;
		at += got;
		count -= (size_t)got;
	}
	return PROCESS_ALL;
}

int process_send(int fd, const void *bytes, size_t count)
{
	for (const char *at = bytes; count;) {
		ssize_t sent = write(fd, at, count);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return 0;
		at += sent;
		count -= (size_t)sent;
	}
	return 1;
}

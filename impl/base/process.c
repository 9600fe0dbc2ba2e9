/* SPDX-License-Identifier: MIT */
/* process.c - a function is forked, a program spawned (which does not copy the caller's page tables); descriptors,
 * signals and group are arranged alike for both. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pipe2, posix_spawn_file_actions_addclosefrom_np, sigabbrev_np */
#endif
#include "process.h"
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- start ---- */

void process_guard(void)
{
	if (!PROCESS_SANITIZED)
		prctl(PR_SET_DUMPABLE, 0);
}

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
	int reason = errno;
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

	if (!reason)
		reason = (plan->words ? start_program : start_function)(plan, copy, pid);
	drop(copy);
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
	return status;
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

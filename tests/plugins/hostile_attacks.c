/* SPDX-License-Identifier: MIT */
/* hostile_attacks.c - deeds against who judges, and against what lies outside. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* prlimit */
#endif
#include "hostile.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- attacks on who judges ---- */

void kill_judge(void) { kill(getppid(), SIGKILL); }
void stop_judge(void) { kill(getppid(), SIGSTOP); }
void seize_judge(void) { never(ptrace(PTRACE_SEIZE, getppid(), 0, 0) == 0); }
void limit_judge(void) { prlimit(getppid(), RLIMIT_CPU, &(struct rlimit){0, 0}, NULL); }

void read_judge(void)
{
	char here[8];
	struct iovec to = {here, sizeof here}, from = {here, sizeof here};

	never(process_vm_readv(getppid(), &to, 1, &from, 1, 0) > 0);
}

void open_judge(void)
{
	char name[64];

	snprintf(name, sizeof name, "/proc/%d/mem", (int)getppid());
	never(open(name, O_RDWR) >= 0);
	never(open(name, O_RDONLY) >= 0);
}

void own_pipe(void) { fcntl(1, F_SETOWN, getppid()); }
void own_pipe_wide(void) { syscall(SYS_fcntl, 1L, F_SETOWN | 1L << 32, (long)getppid()); }
void type_in(void) { ioctl(open("/dev/tty", O_RDONLY), TIOCSTI, "!"); }

/* ---- processes ---- */

static void hide(void)
{
	setsid();
	for (int fd = 0; fd < 64; fd++)
		close(fd);
	pause();
}

void leave_child(void)
{
	if (fork() == 0)
		pause();
}

/* Out of group and session, and of an ended parent. */
void leave_daemon(void)
{
	pid_t child = fork();

	if (child == 0) {
		if (fork() == 0)
			hide();
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

void leave_40(void)
{
	for (int i = 0; i < 10; i++)
		if (fork() == 0) {
			(void)!fork();
			leave_child();
			hide();
		}
	usleep(100000);
}

void daemon_and_die(void)
{
	leave_daemon();
	abort();
}

/* One after another, each of an ended parent. */
void hop(void)
{
	if (fork() == 0)
		for (int i = 0; i < 100000; i++)
			if (fork() > 0)
				_exit(0);
}

/* Started, awaited, gone. */
void child_ended(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
}

/* ---- reaching out ---- */

void write_file(void)
{
	never(open("/tmp/gatemark_hostile", O_WRONLY | O_CREAT, 0600) >= 0);
	never(open("/dev/null", O_RDWR) >= 0);
	never(mkdtemp((char[]){"/tmp/gatemark_hostile_XXXXXX"}) != NULL);
}

void open_socket(void) { never(socket(AF_INET, SOCK_STREAM, 0) >= 0); }

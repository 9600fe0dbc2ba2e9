/* SPDX-License-Identifier: MIT */
/* test_process.c - children that end well, badly, late, or leave others behind; what they inherit and what not. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
enum { PIPE = 3 };

typedef struct child {
	pid_t pid;
	int fd; /* what it writes to PIPE */
} child;

static child start(int (*run)(void *), void *context, char *const *words)
{
	int ends[2];
	child c = {0};
	gm_error error = {0};

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	process_plan plan = {.name = "a child",
	                     .run = run,
	                     .context = context,
	                     .words = words,
	                     .fd_count = PIPE + 1,
	                     .fd = {PROCESS_NOTHING, PROCESS_NOTHING, STDERR_FILENO, ends[1]}};
	gm_status status = process_start(&plan, &c.pid, &error);
	close(ends[1]);
	c.fd = ends[0];
	if (status != GM_OK)
		fail_msg("%s", error.message);
	return c;
}

static child start_function(int (*run)(void *), void *context) { return start(run, context, NULL); }

static child start_shell(const char *script)
{
	return start(NULL, NULL, (char *[]){"sh", "-c", (char *)(uintptr_t)script, NULL});
}

/* Lets the child end by itself, then reaps it. */
static int end_of(child c)
{
	assert_true(process_ended(c.pid, 30));
	close(c.fd);
	return process_reap(c.pid);
}

static void assert_how(int wait_status, const char *text)
{
	char how[PROCESS_HOW];

	process_how(wait_status, how);
	assert_string_equal(how, text);
}

static void assert_says(child c, char word)
{
	char got = 0;

	assert_int_equal(process_receive(c.fd, &got, 1, clock_now() + 30), PROCESS_ALL);
	assert_int_equal(got, word);
}

static int say(char word) { return process_send(PIPE, &word, 1); }

/* ---- ends ---- */

static int give_back(void *context) { return *(int *)context; }

static int raise_it(void *context)
{
	raise(*(int *)context);
	return 0;
}

static int sleep_on(void *context)
{
	(void)context;
	while (pause())
		;
	return 0;
}

static void exit_codes(void **state)
{
	int code = 3;

	(void)state;
	assert_how(end_of(start_function(give_back, &code)), "code 3");
	assert_how(end_of(start_shell("exit 4")), "code 4");
}

static void signals_that_end(void **state)
{
	int segv = SIGSEGV, last = SIGRTMAX;
	char unnamed[PROCESS_HOW];

	(void)state;
	snprintf(unnamed, sizeof unnamed, "signal %d", last);
	assert_how(end_of(start_function(raise_it, &last)), unnamed);
	assert_how(end_of(start_shell("kill -ILL $$")), "signal 4 (SIGILL)");
	if (!PROCESS_SANITIZED) /* which takes it for itself */
		assert_how(end_of(start_function(raise_it, &segv)), "signal 11 (SIGSEGV)");
}

static void a_deadline_passes(void **state)
{
	child c = start_function(sleep_on, NULL);
	char byte;

	(void)state;
	assert_int_equal(process_receive(c.fd, &byte, 1, clock_now() + 0.05), PROCESS_LATE);
	assert_false(process_ended(c.pid, 0.05));
	assert_how(process_reap(c.pid), "signal 9 (SIGKILL)");
	assert_int_equal(process_receive(c.fd, &byte, 1, clock_now() + 30), PROCESS_CLOSED);
	close(c.fd);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void no_such_program(void **state)
{
	pid_t pid = 7;
	gm_error error;
	process_plan plan = {.name = "it", .words = (char *[]){"/nowhere/it", NULL}};

	(void)state;
	assert_int_equal(process_start(&plan, &pid, &error), GM_IO);
	assert_string_equal(error.message, "cannot start it: No such file or directory");
}

/* ---- families ---- */

static int leave_one_behind(void *context)
{
	(void)context;
	if (fork() == 0)
		sleep_on(NULL);
	return !say('x');
}

/* The one that is left holds the pipe: its end shows that it is gone. */
static void the_group_goes_too(void **state)
{
	child family[2] = {start_function(leave_one_behind, NULL), start_shell("sleep 1000 & echo >&3")};
	char byte;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_says(family[i], i ? '\n' : 'x');
		assert_true(process_ended(family[i].pid, 30));
		assert_how(process_reap(family[i].pid), "code 0"); /* its own end, not the group's */
		assert_int_equal(process_receive(family[i].fd, &byte, 1, clock_now() + 30), PROCESS_CLOSED);
		close(family[i].fd);
	}
}

static int start_another(void *context)
{
	process_plan plan = {.run = sleep_on, .fd_count = PIPE + 1, .fd = {-1, -1, -1, PIPE}};
	pid_t pid;

	(void)context;
	if (process_start(&plan, &pid, NULL) != GM_OK)
		return 1;
	return !say('x');
}

/* A function's child dies with the one that started it, though it is in a group of its own. */
static void orphans_end(void **state)
{
	child c = start_function(start_another, NULL);
	char byte;

	(void)state;
	assert_says(c, 'x');
	assert_int_equal(process_receive(c.fd, &byte, 1, clock_now() + 30), PROCESS_CLOSED);
	assert_int_equal(end_of(c), 0);
}

static int tell_group(void *context)
{
	(void)context;
	return getpgrp() == getpid() ? 0 : 1;
}

static void groups_of_their_own(void **state)
{
	(void)state;
	assert_int_equal(end_of(start_function(tell_group, NULL)), 0);
	child c = start_shell("sleep 1000");
	assert_int_equal(getpgid(c.pid), c.pid);
	close(c.fd);
	assert_how(process_reap(c.pid), "signal 9 (SIGKILL)");
}

/* ---- what is inherited ---- */

static int open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) != -1;
	return count;
}

/* Nothing at 0 and 1; 3 is the last. */
static int tell_descriptors(void *context)
{
	char byte;

	(void)context;
	return open_descriptors() == PIPE + 1 && read(0, &byte, 1) == 0 && !process_send(1, "x", 1) && errno == EBADF ? 0
	                                                                                                              : 1;
}

static void no_descriptor_leaks(void **state)
{
	int before = open_descriptors(), high = fcntl(STDERR_FILENO, F_DUPFD, 100), nine = dup2(STDERR_FILENO, 9);

	(void)state;
	assert_int_equal(end_of(start_function(tell_descriptors, NULL)), 0);
	assert_how(
		end_of(start_shell("(: <&9) 2>/dev/null && exit 1; read line && exit 2; (echo) 2>/dev/null && exit 3; : >&3")),
		"code 0");
	close(high);
	close(nine);
	assert_int_equal(open_descriptors(), before);
}

static int tell_places(void *context)
{
	(void)context;
	return !process_send(1, "x", 1) || !process_send(2, "y", 1);
}

/* A plan may name descriptors that lie where others of it go: here 1 and 2 change places. */
static void descriptors_change_places(void **state)
{
	process_plan plan = {.run = tell_places, .fd_count = 3, .fd = {PROCESS_NOTHING, 2, 1}};
	int ends[2][2], own[2];
	pid_t pid;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe2(ends[i], O_CLOEXEC), 0);
		own[i] = dup(1 + i);
		dup2(ends[i][1], 1 + i);
		close(ends[i][1]);
	}
	gm_status status = process_start(&plan, &pid, NULL);
	for (int i = 0; i < 2; i++) {
		dup2(own[i], 1 + i);
		close(own[i]);
	}
	assert_int_equal(status, GM_OK);
	assert_says((child){pid, ends[0][0]}, 'y');
	assert_says((child){pid, ends[1][0]}, 'x');
	close(ends[0][0]);
	assert_int_equal(end_of((child){pid, ends[1][0]}), 0);
}

static void on_signal(int number) { (void)number; }

static int tell_signals(void *context)
{
	struct sigaction now;
	sigset_t mask, pending;
	int wrong = 0;

	(void)context;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	sigpending(&pending);
	for (int number = 1; number < NSIG; number++) {
		if (sigaction(number, NULL, &now))
			continue;
		wrong += now.sa_handler != SIG_DFL || sigismember(&mask, number) || sigismember(&pending, number);
	}
	return wrong;
}

static void signals_as_at_the_start(void **state)
{
	struct sigaction action = {.sa_handler = on_signal}, old[2];
	sigset_t some, before, after;

	(void)state;
	sigemptyset(&some);
	sigaddset(&some, SIGTERM);
	sigaction(SIGUSR1, &action, &old[0]);
	action.sa_handler = SIG_IGN;
	sigaction(SIGINT, &action, &old[1]);
	sigprocmask(SIG_BLOCK, &some, NULL);
	sigprocmask(SIG_SETMASK, NULL, &before);
	assert_false(sigismember(&before, SIGUSR2)); /* by a start before */
	assert_int_equal(end_of(start_function(tell_signals, NULL)), 0);
	assert_how(end_of(start_shell("kill -TERM $$")), "signal 15 (SIGTERM)");
	assert_how(end_of(start_shell("kill -INT $$")), "signal 2 (SIGINT)");
	sigprocmask(SIG_SETMASK, NULL, &after);
	for (int number = 1; number < 32; number++)
		assert_int_equal(sigismember(&before, number), sigismember(&after, number));
	sigprocmask(SIG_UNBLOCK, &some, NULL);
	sigaction(SIGUSR1, &old[0], NULL);
	sigaction(SIGINT, &old[1], NULL);
}

/* ---- interrupted calls ---- */

static int speak_slowly(void *context)
{
	(void)context;
	for (int i = 0; i < 20; i++) {
		usleep(5000);
		say((char)('a' + i));
	}
	usleep(100000);
	return 6;
}

static int listen_slowly(void *context)
{
	static char part[65536];
	size_t sum = 0;

	(void)context;
	usleep(100000);
	for (ssize_t got; (got = read(0, part, sizeof part)) > 0;)
		sum += (size_t)got;
	return sum == 1 << 20 ? 6 : 7;
}

/* A timer rings all the time and restarts no call. */
static void signals_disturb_nothing(void **state)
{
	struct sigaction action = {.sa_handler = on_signal}, old;
	struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
	static char most[1 << 20], word[20];
	int ends[2], killed = 0;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	sigaction(SIGALRM, &action, &old);
	setitimer(ITIMER_REAL, &often, NULL);
	child c = start_function(speak_slowly, NULL);
	process_received received = process_receive(c.fd, word, sizeof word, clock_now() + 30);
	int speaker = end_of(c);
	process_plan plan = {.name = "it", .run = listen_slowly, .fd_count = 1, .fd = {ends[0]}};
	gm_status status = process_start(&plan, &pid, NULL);
	int sent = process_send(ends[1], most, sizeof most);
	close(ends[1]);
	int listener = end_of((child){pid, ends[0]});
	for (int i = 0; i < 20; i++) {
		child sleeper = start_function(sleep_on, NULL);
		close(sleeper.fd);
		killed += WTERMSIG(process_reap(sleeper.pid)) == SIGKILL;
	}
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &old, NULL);
	assert_int_equal(status, GM_OK);
	assert_int_equal(received, PROCESS_ALL);
	assert_memory_equal(word, "abcdefghijklmnopqrst", sizeof word);
	assert_int_equal(killed, 20);
	assert_how(speaker, "code 6");
	assert_true(sent);
	assert_how(listener, "code 6");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exit_codes),
		cmocka_unit_test(signals_that_end),
		cmocka_unit_test(a_deadline_passes),
		cmocka_unit_test(no_such_program),
		cmocka_unit_test(the_group_goes_too),
		cmocka_unit_test(orphans_end),
		cmocka_unit_test(groups_of_their_own),
		cmocka_unit_test(no_descriptor_leaks),
		cmocka_unit_test(descriptors_change_places),
		cmocka_unit_test(signals_as_at_the_start),
		cmocka_unit_test(signals_disturb_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

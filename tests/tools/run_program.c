/* SPDX-License-Identifier: MIT */
/* run_program.c - starts the program through the shell and keeps its exit code and what it printed. */
#define _GNU_SOURCE
#include "run_program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

static const char *variable(const char *name)
{
	const char *value = getenv(name);
	if (!value) {
		fprintf(stderr, "%s is not set: run through ctest\n", name);
		abort();
	}
	return value;
}

typedef struct pipe_end {
	int fd;
	char *text;
	size_t used;
} pipe_end;

static void drain(pipe_end *p)
{
	p->text = realloc(p->text, p->used + 65537);
	ssize_t n = !p->text ? -1 : read(p->fd, p->text + p->used, 65536);
	if (n <= 0) {
		close(p->fd);
		p->fd = -1;
		n = 0;
	}
	p->used += (size_t)n;
	if (p->text)
		p->text[p->used] = '\0';
}

static void child(const char *script, int out, int err)
{
	dup2(open("/dev/null", O_RDONLY), 0);
	dup2(out, 1);
	dup2(err, 2);
	setenv("TERM", "dumb", 1);
	unsetenv("GATEMARK_FIXTURES");
	execl("/bin/sh", "sh", "-c", script, (char *)NULL);
	_exit(127);
}

void processes_inherit(void) { prctl(PR_SET_CHILD_SUBREAPER, 1); }

/* Kills the children of this process; those of theirs come to it if it inherits.  How many there were. */
static size_t kill_children(void)
{
	size_t count = 0;
	char *path = NULL;
	long pid;
	if (asprintf(&path, "/proc/self/task/%ld/children", (long)getpid()) < 0)
		abort();
	FILE *list = fopen(path, "r");
	free(path);
	while (list && fscanf(list, "%ld", &pid) == 1)
		count += kill((pid_t)pid, SIGKILL) == 0 && waitpid((pid_t)pid, NULL, 0) == pid;
	if (list)
		fclose(list);
	return count;
}

size_t processes_end(void)
{
	const double grace = clock_now() + 1;
	size_t count = 0;
	pid_t ended;
	while ((ended = waitpid(-1, NULL, WNOHANG)) >= 0 && clock_now() < grace)
		if (ended == 0)
			usleep(10000);
	for (size_t more = ended < 0 ? 0 : 1; more > 0; count += more)
		more = kill_children();
	return count;
}

/* Has the shell ended, or its time?  Then whoever still holds its outputs is not waited for. */
static int is_over(pid_t pid, double deadline)
{
	siginfo_t info = {.si_pid = 0};
	return clock_now() > deadline || (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid);
}

static void read_both(pipe_end end[2], pid_t pid)
{
	const double deadline = clock_now() + RUN_SECONDS;
	while ((end[0].fd >= 0 || end[1].fd >= 0) && clock_now() < deadline) {
		struct pollfd waiting[2] = {{end[0].fd, POLLIN, 0}, {end[1].fd, POLLIN, 0}};
		if (poll(waiting, 2, 200) <= 0 && is_over(pid, deadline))
			break;
		for (int k = 0; k < 2; k++)
			if (end[k].fd >= 0 && waiting[k].revents != 0)
				drain(&end[k]);
	}
	for (int k = 0; k < 2; k++)
		if (end[k].fd >= 0)
			close(end[k].fd);
	while (!is_over(pid, deadline))
		usleep(1000);
}

outcome run_shell(const char *command)
{
	outcome o = {.code = RUN_LATE};
	int out[2], err[2], state = 0;
	char *script = NULL;
	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0 ||
	    asprintf(&script, "gatemark() { '%s/gatemark' \"$@\"; }\n%s\n", variable("GM_BIN"), command) < 0)
		abort();
	pid_t pid = fork();
	if (pid == 0)
		child(script, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	pipe_end end[2] = {{.fd = out[0], .text = calloc(1, 1)}, {.fd = err[0], .text = calloc(1, 1)}};
	read_both(end, pid);
	if (waitpid(pid, &state, WNOHANG) == pid)
		o.code = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
	else
		while (kill_children() > 0)
			continue;
	free(script);
	o.out = end[0].text;
	o.err = end[1].text;
	return o;
}

outcome expect(int code, const char *format, ...)
{
	char *command = NULL;
	va_list arguments;
	va_start(arguments, format);
	assert_true(vasprintf(&command, format, arguments) > 0);
	va_end(arguments);
	outcome o = run_shell(command);
	if (o.code != code)
		print_error("%s\nended with %d, not %d\n%s%s\n", command, o.code, code, o.out, o.err);
	assert_int_equal(o.code, code);
	free(command);
	return o;
}

void outcome_free(outcome *o)
{
	free(o->out);
	free(o->err);
	*o = (outcome){0};
}

char *scratch_open(void)
{
	const char *root = getenv("TMPDIR");
	char *folder = NULL;
	if (asprintf(&folder, "%s/gatemark-cli-XXXXXX", !root ? "/tmp" : root) < 0 || !mkdtemp(folder))
		abort();
	return folder;
}

void scratch_close(char *folder)
{
	char *command = NULL;
	if (asprintf(&command, "rm -r '%s'", folder) > 0 && system(command) != 0)
		fprintf(stderr, "%s is left behind\n", folder);
	free(command);
	free(folder);
}

char *file_text(const char *folder, const char *name)
{
	char *path = NULL, *text = NULL;
	size_t bytes = 0;
	if (asprintf(&path, "%s/%s", folder, name) < 0)
		abort();
	FILE *file = fopen(path, "r");
	free(path);
	if (!file)
		return NULL;
	if (getdelim(&text, &bytes, '\0', file) < 0 && text)
		text[0] = '\0'; // an empty file
	fclose(file);
	return text;
}

void file_put(const char *folder, const char *name, const char *text)
{
	char *path = NULL;
	if (asprintf(&path, "%s/%s", folder, name) < 0)
		abort();
	FILE *file = fopen(path, "w");
	free(path);
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

size_t count_of(const char *text, const char *part)
{
	size_t count = 0;
	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		count++;
	return count;
}

size_t widest_line(const char *text)
{
	size_t widest = 0;
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		widest = length > widest ? length : widest;
		text += length + (text[length] == '\n');
	}
	return widest;
}

const char *plugin_path(const char *name)
{
	static char path[4096];
	snprintf(path, sizeof path, "%s/plugin_%s.so", variable("GM_LIB"), name);
	return path;
}

char *folder;

int open_folder(void **state)
{
	(void)state;
	folder = scratch_open();
	return 0;
}

int close_folder(void **state)
{
	(void)state;
	scratch_close(folder);
	return 0;
}

const char *in_folder(const char *name)
{
	static char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

void assert_in(const char *text, const char *part)
{
	if (!text || !strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text ? text : "");
}

/* SPDX-License-Identifier: MIT */
/* worker_main.c - the child: all of program gatemark-worker, and what a bundle does after the word `worker`.  Started
 * by worker_start with a channel on descriptor 3 and the control page on 4; answers messages until told to stop or the
 * channel ends, and records how it crashed.  It prints nothing of its own. */
#include "base/cgroup.h"
#include "base/process.h"
#include "serve.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* A kernel that allocates without end must get NULL, not take the machine with it.  Sanitizers map terabytes. */
static void limit_memory(void)
{
	rlim_t most = (rlim_t)memory_limit() / 8 * 7;
	struct rlimit data = {most, most};

	if (!PROCESS_SANITIZED)
		(void)setrlimit(RLIMIT_DATA, &data);
}

/* Should the system run short after all, the child goes first. */
static void volunteer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)process_send(fd, "1000", 4); /* refused: the default score stands */
	close(fd);
}

/* ---- the last words: signal, code and address go into the control page, then the signal takes its course, so that
 * the host sees both the record and the true cause ---- */

static server *dying; /* for the handler: plain loads and stores and async-signal-safe calls only */

static void handle(int number, siginfo_t *info, void *context)
{
	uint64_t address = (uint64_t)(uintptr_t)info->si_addr, base = (uint64_t)(uintptr_t)dying->arena.base;
	control *record = dying->control;

	(void)context;
	record->signal = number;
	record->code = info->si_code;
	record->in_arena = base && address >= base && address - base < dying->arena.bytes;
	record->address = number == SIGSYS ? (uint64_t)info->si_syscall : record->in_arena ? address - base : address;
	record->crashed = 1;
	signal(number, SIG_DFL);
	raise(number);
}

/* Installs the handler on an alternate stack: 1, or 0 if the system refused. */
static int record_crashes(server *s)
{
	static unsigned char alternate[64 * 1024];
	stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
	struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	dying = s;
	if (sigaltstack(&stack, NULL))
		return 0;
	for (int i = 0; i < ENVIRONMENT_SIGNALS; i++)
		if (sigaction(environment_signal[i], &action, NULL))
			return 0;
	return 1;
}

static int serve_channel(server *s)
{
	static message m;
	int go_on = 1;

	while (go_on) {
		if (message_receive(PROTOCOL_CHANNEL, &m, NULL, NULL) != CHANNEL_OK)
			return PROTOCOL_LOST;
		go_on = server_answer(s, &m);
		if (message_send(PROTOCOL_CHANNEL, &m) != CHANNEL_OK)
			return PROTOCOL_LOST;
	}
	return 0;
}

int worker_main(int argc, char **argv)
{
	static server s; /* stays for the crash handler */
	struct rlimit none = {0, 0};

	if (argc > 1 || fcntl(PROTOCOL_CHANNEL, F_GETFD) < 0) {
		fprintf(stderr, "%s is started by gatemark, with a channel on descriptor %d\n", argv[0], PROTOCOL_CHANNEL);
		return 2;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setrlimit(RLIMIT_CORE, &none);
	limit_memory();
	volunteer();
	fcntl(PROTOCOL_CHANNEL, F_SETFD, FD_CLOEXEC);
	control *page = (control *)(void *)arena_map(PROTOCOL_CONTROL, sizeof *page);
	close(PROTOCOL_CONTROL);
	server_init(&s, page);
	if (!page || !record_crashes(&s))
		return PROTOCOL_LOST;
	sandbox_enter(s.sandbox);
	int status = serve_channel(&s);
	if (status)
		_exit(status);        /* nobody listens: no exit handler of a kernel may run on */
	page->phase = PHASE_EXIT; /* nothing is planned any more */
	return 0;
}

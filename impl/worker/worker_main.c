/* SPDX-License-Identifier: MIT */
/* worker_main.c - the child: all of program gatemark-worker, and what a bundle does after the word `worker`.  Started
 * by worker_start with a channel on descriptor 3 and the control page on 4; answers messages until told to stop or the
 * channel ends.  It prints nothing of its own. */
#include "base/process.h"
#include "crash.h"
#include "serve.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* A kernel that allocates without end must get NULL, not take the machine with it.  Sanitizers map terabytes. */
static void limit_memory(void)
{
	rlim_t most = (rlim_t)sysconf(_SC_PHYS_PAGES) * (rlim_t)sysconf(_SC_PAGESIZE) / 8 * 7;
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
	ssize_t written = write(fd, "1000", 4);
	(void)written; /* refused: the default score stands */
	close(fd);
}

static control *map_control(void)
{
	void *page = mmap(NULL, sizeof(control), PROT_READ | PROT_WRITE, MAP_SHARED, PROTOCOL_CONTROL, 0);

	close(PROTOCOL_CONTROL);
	return page == MAP_FAILED ? NULL : page;
}

static int serve_channel(server *s)
{
	message m;
	int status = 0, go_on = 1;

	if (message_create(&m, NULL) != GM_OK)
		return PROTOCOL_LOST;
	while (go_on && !status) {
		if (message_receive(PROTOCOL_CHANNEL, &m, NULL, NULL) != CHANNEL_OK)
			break;
		go_on = server_answer(s, &m);
		status = message_send(PROTOCOL_CHANNEL, &m) == CHANNEL_OK ? 0 : PROTOCOL_LOST;
	}
	message_destroy(&m);
	return go_on ? PROTOCOL_LOST : status;
}

int worker_main(int argc, char **argv)
{
	struct rlimit none = {0, 0};
	server *s;

	if (argc > 1 || fcntl(PROTOCOL_CHANNEL, F_GETFD) < 0) {
		fprintf(stderr, "%s is started by gatemark, with a channel on descriptor %d\n", argv[0], PROTOCOL_CHANNEL);
		return 2;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setrlimit(RLIMIT_CORE, &none);
	limit_memory();
	volunteer();
	fcntl(PROTOCOL_CHANNEL, F_SETFD, FD_CLOEXEC);
	control *page = map_control();
	if (!page || !crash_install(page) || server_create(page, &s, NULL) != GM_OK)
		return PROTOCOL_LOST;
	int status = serve_channel(s);
	if (status)
		_exit(status); /* nobody listens: no exit handler of a kernel may run on */
	server_destroy(s);
	page->phase = PHASE_EXIT;
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* main.c - the program `gatemark`: puts the process into a known state and hands over to cli.c. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#ifdef GM_BUNDLE
#include "worker/serve.h"
#endif

int main(int argc, char **argv)
{
#ifdef GM_BUNDLE // is its own worker: bundle.c
	if (argc == 2 && strcmp(argv[1], "worker") == 0)
		return worker_main(1, argv);
#endif
	// A result file must never become descriptor 0, 1 or 2; writing to a closed stdout must fail, not vanish.
	int fd;
	while ((fd = open("/dev/null", O_RDONLY)) >= 0 && fd <= STDERR_FILENO)
		;
	if (fd >= 0)
		close(fd);
	signal(SIGPIPE, SIG_IGN); // EPIPE and a file that grew too large are exit codes, not deaths
	signal(SIGXFSZ, SIG_IGN);
	return cli_main(argc, argv);
}

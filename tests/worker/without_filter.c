/* SPDX-License-Identifier: MIT */
/* without_filter.c - without_filter COMMAND ..: runs it where the system filters no system calls, as an old one. */
#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (argc < 2 || !filter || seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(seccomp), 0) ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1,
	                     (struct scmp_arg_cmp){0, SCMP_CMP_EQ, PR_SET_SECCOMP, 0}) ||
	    seccomp_load(filter))
		return 2;
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 2;
}

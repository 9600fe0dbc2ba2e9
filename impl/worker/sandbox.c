/* SPDX-License-Identifier: MIT */
/* sandbox.c - privileges, which every Linux takes back, then the filter.  Root without capabilities can still read and
 * signal what is root's; it can no longer open the memory of a process that is not dumpable, nor trace it. */
#include "sandbox.h"

#include "base/process.h"
#include "emulation.h"

#include <linux/capability.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Children of a worker, were there any, get no capability back: the bounding set goes first, while that is allowed. */
static void drop_privileges(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

	for (unsigned long capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++)
		;
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	(void)syscall(SYS_capset, &head, none);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

void sandbox_enter(char text[SANDBOX_TEXT])
{
	char how[EMULATION_TEXT];

	drop_privileges();
	const char *why = PROCESS_SANITIZED ? "a sanitizer's build" : emulation_detect(how) ? "emulated" : sandbox_filter();
	snprintf(text, SANDBOX_TEXT, why ? "none (%s)" : "full", why);
}

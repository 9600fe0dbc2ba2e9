/* SPDX-License-Identifier: MIT */
/* sandbox_filter.c - the system calls that a worker must not make, a row each, by libseccomp. */
#include "sandbox.h"

#include <asm/sockios.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

typedef struct row {
	int call;
	uint32_t action;
	const char *deed;    /* of what ends the worker */
	unsigned conditions; /* 0: always */
	struct scmp_arg_cmp when;
} row;

#define SELF ((scmp_datum_t)-1) /* stands for the number of this process */

// clang-format off
#define END(call, deed, ...)   {SCMP_SYS(call), SCMP_ACT_TRAP, deed, __VA_ARGS__},
#define REFUSE(call, ...)      {SCMP_SYS(call), SCMP_ACT_ERRNO(EPERM), NULL, __VA_ARGS__},
#define ALWAYS                 0, {0, SCMP_CMP_EQ, 0, 0}
#define IF(argument, op, ...)  1, {argument, SCMP_CMP_##op, __VA_ARGS__}
#define WORD(argument, is)     IF(argument, MASKED_EQ, UINT32_MAX, is) /* the system looks at no more of it */
#define OPENS(call, argument)                               /* for writing, or making a file */ \
	REFUSE(call, IF(argument, MASKED_EQ, O_ACCMODE, O_WRONLY)) \
	REFUSE(call, IF(argument, MASKED_EQ, O_ACCMODE, O_RDWR)) \
	REFUSE(call, IF(argument, MASKED_EQ, O_ACCMODE, O_ACCMODE)) \
	REFUSE(call, IF(argument, MASKED_EQ, O_CREAT, O_CREAT)) \
	REFUSE(call, IF(argument, MASKED_EQ, O_TRUNC, O_TRUNC))
#define CHANGES(X)                                          /* the file system, its mounts, what others share */ \
	X(openat2) X(creat) X(open_by_handle_at) X(truncate) X(rename) X(renameat) X(renameat2) X(unlink) X(unlinkat) \
	X(rmdir) X(mkdir) X(mkdirat) X(mknod) X(mknodat) X(link) X(linkat) X(symlink) X(symlinkat) X(chmod) X(fchmod) \
	X(fchmodat) X(chown) X(fchown) X(lchown) X(fchownat) X(utime) X(utimes) X(futimesat) X(utimensat) X(setxattr) \
	X(lsetxattr) X(fsetxattr) X(removexattr) X(lremovexattr) X(fremovexattr) X(mount) X(umount2) X(pivot_root) \
	X(chroot) X(fsopen) X(fspick) X(fsconfig) X(fsmount) X(move_mount) X(open_tree) X(setns) X(unshare) X(shmget) \
	X(shmat) X(shmctl) X(msgget) X(msgctl) X(semget) X(semctl) X(mq_open) X(mq_unlink) \
	X(add_key) X(request_key) X(keyctl) X(setpgid) X(setsid)
#define REACHES(X)                                          /* the network, and the kernel by many doors */ \
	X(socket) X(socketpair) X(connect) X(bind) X(listen) X(accept) X(accept4) X(io_uring_setup) X(io_uring_enter) \
	X(io_uring_register) X(bpf) X(perf_event_open) X(userfaultfd) X(personality)
#define REFUSE_ALWAYS(call) REFUSE(call, ALWAYS)

static const char signals[] = "signal another process", reaches[] = "reach into another process",
                  starts[] = "start a process", ioctls[] = "type into the terminal or signal another process";

static const row rows[] = {
	END(kill, signals, IF(0, NE, SELF, 0))
	END(tgkill, signals, IF(0, NE, SELF, 0))
	END(rt_sigqueueinfo, signals, IF(0, NE, SELF, 0))
	END(rt_tgsigqueueinfo, signals, IF(0, NE, SELF, 0))
	END(tkill, signals, ALWAYS)
	END(pidfd_open, signals, ALWAYS)
	END(pidfd_send_signal, signals, ALWAYS)
	END(fcntl, signals, WORD(1, F_SETOWN))             /* who gets SIGIO, or what F_SETSIG names */
	END(fcntl, signals, WORD(1, F_SETOWN_EX))
	END(ioctl, ioctls, WORD(1, FIOSETOWN))
	END(ioctl, ioctls, WORD(1, SIOCSPGRP))
	END(ioctl, ioctls, WORD(1, TIOCSTI))
	END(ioctl, ioctls, WORD(1, TIOCLINUX))
	END(ptrace, reaches, ALWAYS)
	END(process_vm_readv, reaches, ALWAYS)
	END(process_vm_writev, reaches, ALWAYS)
	END(process_madvise, reaches, ALWAYS)
	END(pidfd_getfd, reaches, ALWAYS)
	END(kcmp, reaches, ALWAYS)
	END(prlimit64, reaches, IF(0, NE, 0, 0))
	END(fork, starts, ALWAYS)
	END(vfork, starts, ALWAYS)
	END(clone, starts, IF(0, MASKED_EQ, CLONE_THREAD, 0))
	{SCMP_SYS(clone3), SCMP_ACT_ERRNO(ENOSYS), NULL, ALWAYS}, /* its flags lie in memory: callers fall back to clone */
	END(execve, starts, ALWAYS)
	END(execveat, starts, ALWAYS)
	REFUSE(setpriority, IF(1, NE, 0, 0))
	REFUSE(sched_setscheduler, IF(0, NE, 0, 0))
	REFUSE(sched_setparam, IF(0, NE, 0, 0))
	REFUSE(sched_setattr, IF(0, NE, 0, 0))
	OPENS(open, 1)
	OPENS(openat, 2)
	CHANGES(REFUSE_ALWAYS)
	REACHES(REFUSE_ALWAYS)
};
// clang-format on

static int add(scmp_filter_ctx filter, const row *r)
{
	struct scmp_arg_cmp when = r->when;

	if (when.datum_a == SELF)
		when.datum_a = (scmp_datum_t)getpid();
	int failed = seccomp_rule_add_array(filter, r->action, r->call, r->conditions, &when);
	return failed == -EDOM ? 0 : failed; /* a call that this architecture does not have */
}

const char *sandbox_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int failed = filter ? 0 : -ENOMEM;

	/* Without the third the system may slow down all loads of a process with a filter, which is to be timed. */
	if (!failed &&
	    (seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0) || seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) ||
	     seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1)))
		failed = -EINVAL;
	for (size_t i = 0; !failed && i < sizeof rows / sizeof *rows; i++)
		failed = add(filter, &rows[i]);
	if (!failed)
		failed = seccomp_load(filter);
	seccomp_release(filter);
	return failed ? strerrordesc_np(-failed) : NULL;
}

const char *sandbox_deed(int call)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].call == call && rows[i].deed)
			return rows[i].deed;
	return "do what a variant may not";
}

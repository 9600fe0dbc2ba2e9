/* SPDX-License-Identifier: MIT */
/* process.h - the one way to start, await and end a child.
 *
 * A child leads a process group of its own, blocks no signal, has the default action of each, and holds the descriptors
 * it is given and no other.  A function's child dies with the thread that started it; a program has to ask for that
 * itself (PR_SET_PDEATHSIG).  No call is disturbed by signals that the caller takes. */
#ifndef GM_BASE_PROCESS_H
#define GM_BASE_PROCESS_H

#include <sys/types.h>

#include "gatemark/variant.h"
#include "base/clock.h"

#define PROCESS_FDS     8    /* most descriptors of a child */
#define PROCESS_NOTHING (-1) /* a descriptor that reads as ended and cannot be written */
#define PROCESS_HOW     48   /* bytes of process_how's text */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PROCESS_SANITIZED 1 /* shadow memory needs address space, and reports need stderr */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define PROCESS_SANITIZED 1
#endif
#endif
#ifndef PROCESS_SANITIZED
#define PROCESS_SANITIZED 0
#endif

typedef struct process_plan {
	const char *name;          /* for the sentence "cannot start NAME: ..." */
	char *const *words;        /* a program, found as a shell would, and its arguments, NULL at the end; or NULL and */
	int (*run)(void *context); /* a function, run in a fork: what it returns is the exit code, no exit handler runs */
	void *context;
	int fd_count, fd[PROCESS_FDS]; /* what its descriptors 0, 1, ... are; the caller's own stay as they are */
} process_plan;

/* For who starts what it does not trust: from now on no process of the same user can open this one's memory or trace
 * it, and no core is written (LeakSanitizer traces its own process: not so in its builds); whose parent ends becomes a
 * child of this one. */
void process_guard(void);
/* *pid: the child and its group.  GM_IO with the reason. */
GM_CHECKED gm_status process_start(const process_plan *plan, pid_t *pid, gm_error *error);
/* Waits up to so long: 1 = it has ended, and is still to be reaped, so that its number cannot be somebody else's. */
int process_ended(pid_t pid, double seconds);
/* Ends the whole group, also what a child that has ended left behind, and reaps the child: its wait status.  One that
 * had ended by itself keeps its own. */
int process_reap(pid_t pid);
/* Of a guarded process, whose children are all started here, but for those from before it was guarded.  Since `newest`,
 * a number that process_newest gave: has child pid children, or have any come from one that ended? */
int process_left(pid_t pid, long newest);
/* Ends and reaps what came from children that have ended, and theirs: how many. */
int process_sweep(void);
long process_newest(void); /* number of the latest process of the system; -1 = unknown */
/* The first bytes of a file of /proc; "" if it cannot be read.  Returns text. */
enum { PROCESS_TOLD = 512 };
const char *process_told(const char *path, char text[PROCESS_TOLD]);
/* Writes "signal 11 (SIGSEGV)" or "code 3". */
void process_how(int wait_status, char text[PROCESS_HOW]);

typedef enum process_received { PROCESS_ALL, PROCESS_CLOSED, PROCESS_LATE } process_received;
/* Exactly `count` bytes from a pipe before clock_now() is `deadline`. */
process_received process_receive(int fd, void *bytes, size_t count, double deadline);
int process_send(int fd, const void *bytes, size_t count); /* all of it: 1; 0 with errno */

#endif

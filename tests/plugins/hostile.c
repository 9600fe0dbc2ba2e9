/* SPDX-License-Identifier: MIT */
/* hostile.c - one of our own variants a row, whose forward does something beside its work: an attack on who judges it,
 * a breach of what a call must leave alone, or (honest-*) what looks like one and is allowed.  Its numbers are right.
 * HOSTILE_LOAD=NAME and HOSTILE_DESTROY=NAME in the environment have the same done while the plug-in is loaded, and by
 * plan_destroy. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* prlimit */
#endif
#include "gatemark/plugin.h"
#include "impl/calling_bad.h"

#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const gm_variant *own; /* does the work */

/* What must not succeed. */
static void never(int succeeded)
{
	if (succeeded)
		abort();
}

/* ---- attacks on who judges ---- */

static void kill_judge(void) { kill(getppid(), SIGKILL); }
static void stop_judge(void) { kill(getppid(), SIGSTOP); }
static void seize_judge(void) { never(ptrace(PTRACE_SEIZE, getppid(), 0, 0) == 0); }
static void limit_judge(void) { prlimit(getppid(), RLIMIT_CPU, &(struct rlimit){0, 0}, NULL); }

static void read_judge(void)
{
	char here[8];
	struct iovec to = {here, sizeof here}, from = {here, sizeof here};

	never(process_vm_readv(getppid(), &to, 1, &from, 1, 0) > 0);
}

static void open_judge(void)
{
	char name[64];

	snprintf(name, sizeof name, "/proc/%d/mem", (int)getppid());
	never(open(name, O_RDWR) >= 0);
	never(open(name, O_RDONLY) >= 0);
}

static void own_pipe(void) { fcntl(1, F_SETOWN, getppid()); }
static void own_pipe_wide(void) { syscall(SYS_fcntl, 1L, F_SETOWN | 1L << 32, (long)getppid()); }
static void type_in(void) { ioctl(open("/dev/tty", O_RDONLY), TIOCSTI, "!"); }

/* ---- processes ---- */

static void hide(void)
{
	setsid();
	for (int fd = 0; fd < 64; fd++)
		close(fd);
	pause();
}

static void leave_child(void)
{
	if (fork() == 0)
		pause();
}

/* Out of group and session, and of an ended parent. */
static void leave_daemon(void)
{
	pid_t child = fork();

	if (child == 0) {
		if (fork() == 0)
			hide();
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void leave_40(void)
{
	for (int i = 0; i < 10; i++)
		if (fork() == 0) {
			(void)!fork();
			leave_child();
			hide();
		}
	usleep(100000);
}

static void daemon_and_die(void)
{
	leave_daemon();
	abort();
}

/* One after another, each of an ended parent. */
static void hop(void)
{
	if (fork() == 0)
		for (int i = 0; i < 100000; i++)
			if (fork() > 0)
				_exit(0);
}

/* Started, awaited, gone. */
static void child_ended(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
}

/* ---- threads ---- */

static void *spin(void *go_on)
{
	for (volatile int *on = go_on; *on;)
		;
	return NULL;
}

static void spin_on(void)
{
	static int forever = 1;
	pthread_t thread;

	for (int i = 0; i < 3; i++)
		never(pthread_create(&thread, NULL, spin, &forever) != 0);
}

static sem_t work;

static void *await(void *context)
{
	(void)context;
	while (sem_wait(&work) || 1)
		;
	return NULL;
}

/* As pools do that outlive a call: three threads, asleep but when there is work. */
static void pool(void)
{
	static pthread_t thread[3];

	for (int i = 0; i < 3; i++)
		if (!thread[i])
			never(pthread_create(&thread[i], NULL, await, NULL) != 0);
	for (int i = 0; i < 3; i++)
		sem_post(&work);
}

/* A pool that somebody else keeps. */
static void openmp(void)
{
	double sum = 0;
#ifdef _OPENMP
#pragma omp parallel for num_threads(4) reduction(+ : sum)
#endif
	for (int i = 0; i < 100000; i++)
		sum += i;
	never(sum != 4999950000.0);
}

static void joined(void)
{
	int once = 0;
	pthread_t thread;
	never(pthread_create(&thread, NULL, spin, &once) != 0);
	pthread_join(thread, NULL);
}

/* ---- output ---- */

static void print(size_t bytes)
{
	static const char line[] = "hello, this is a line of sixty-four bytes that says very little\n";

	for (size_t i = 0; i < bytes; i += sizeof line - 1)
		never(write(1 + (i & 1), line, sizeof line - 1) < 0);
}

static void flood(void) { print((size_t)1 << 30); }
static void print_much(void) { print((size_t)1 << 19); }

/* ---- reaching out ---- */

static void write_file(void)
{
	never(open("/tmp/gatemark_hostile", O_WRONLY | O_CREAT, 0600) >= 0);
	never(open("/dev/null", O_RDWR) >= 0);
	never(mkdtemp((char[]){"/tmp/gatemark_hostile_XXXXXX"}) != NULL);
}

static void open_socket(void) { never(socket(AF_INET, SOCK_STREAM, 0) >= 0); }

/* ---- breaches of what a call must leave alone ---- */

/* One of tests/impl/calling_bad.h; nothing on another architecture. */
static void bad_call(const char *name)
{
	for (const calling_bad *bad = calling_bad_functions; bad->name; bad++)
		if (strcmp(bad->name, name) == 0) {
			bad->function();
			return;
		}
}

static void clobber_r14(void) { bad_call("clobbers r14"); }
static void clobber_x27(void) { bad_call("clobbers x27"); }
static void clobber_d15(void) { bad_call("clobbers d15"); }
static void set_direction(void) { bad_call("leaves the direction flag set"); }
static void change_x87(void) { bad_call("leaves another x87 precision"); }
static void fill_x87(void) { bad_call("leaves a value on the x87 stack"); }
static void dirty_uppers(void) { bad_call("returns without vzeroupper"); }

static void change_when_timed(void)
{
	static int calls;
	never(++calls == 3 && chdir("/") != 0);
}

static void change_folder(void) { never(chdir("/") != 0); }
static void change_variables(void) { setenv("GATEMARK_HOSTILE", "1", 1); }
static void change_umask(void) { umask(umask(0) ^ 022); }
static void change_locale(void) { never(uselocale(newlocale(LC_ALL_MASK, "C", 0)) == 0); }
static void change_priority(void) { never(setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + 1) != 0); }
static void change_cpus(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	never(sched_setaffinity(0, sizeof one, &one) != 0);
}

static void leave_open(void) { never(open("/proc/self/status", O_RDONLY) < 0 || dup2(0, 200) != 200); }

/* All that the arena shows in /proc/self/maps is writable from now on. */
static void open_arena(void)
{
	char line[256];
	FILE *file = fopen("/proc/self/maps", "r");

	while (file && fgets(line, sizeof line, file)) {
		unsigned long low, high;

		if (strstr(line, "gatemark-arena") && sscanf(line, "%lx-%lx", &low, &high) == 2)
			never(mprotect((void *)low, high - low, PROT_READ | PROT_WRITE) != 0);
	}
	fclose(file);
}

/* ---- and what is allowed ---- */

static void nothing(void) {}

static void read_file(void)
{
	char line[256];
	FILE *file = fopen("/proc/self/status", "r");

	never(!file || !fgets(line, sizeof line, file));
	fclose(file);
}

/* X(name, what it does) */
#define DEEDS(X)                              \
	X("honest", nothing)                      \
	X("kill-judge", kill_judge)               \
	X("stop-judge", stop_judge)               \
	X("seize-judge", seize_judge)             \
	X("limit-judge", limit_judge)             \
	X("read-judge", read_judge)               \
	X("open-judge", open_judge)               \
	X("own-pipe", own_pipe)                   \
	X("write-file", write_file)               \
	X("open-socket", open_socket)             \
	X("leave-child", leave_child)             \
	X("leave-daemon", leave_daemon)           \
	X("leave-40", leave_40)                   \
	X("daemon-and-die", daemon_and_die)       \
	X("child-ended", child_ended)             \
	X("clobber-r14", clobber_r14)             \
	X("clobber-x27", clobber_x27)             \
	X("clobber-d15", clobber_d15)             \
	X("set-direction", set_direction)         \
	X("change-x87", change_x87)               \
	X("fill-x87", fill_x87)                   \
	X("dirty-uppers", dirty_uppers)           \
	X("change-folder", change_folder)         \
	X("change-variables", change_variables)   \
	X("change-umask", change_umask)           \
	X("change-locale", change_locale)         \
	X("change-priority", change_priority)     \
	X("change-cpus", change_cpus)             \
	X("leave-open", leave_open)               \
	X("open-arena", open_arena)               \
	X("spin-on", spin_on)                     \
	X("honest-pool", pool)                    \
	X("honest-joined", joined)                \
	X("flood", flood)                         \
	X("honest-print-much", print_much)        \
	X("change-when-timed", change_when_timed) \
	X("hop", hop)                             \
	X("honest-openmp", openmp)                \
	X("own-pipe-wide", own_pipe_wide)         \
	X("type-in", type_in)                     \
	X("honest-read-file", read_file)

#define FORWARD(name, deed)                                                  \
	static gm_status forward_##deed(gm_plan *plan, const gm_forward_args *f) \
	{                                                                        \
		static volatile gm_status status; /* in no register */               \
		status = own->forward(plan, f);                                      \
		deed();                                                              \
		return status;                                                       \
	}
DEEDS(FORWARD)

#define ROW(name, deed) {name, deed, forward_##deed},
static const struct row {
	const char *name;
	void (*deed)(void);
	gm_status (*forward)(gm_plan *, const gm_forward_args *);
} row[] = {DEEDS(ROW)};

enum { ROWS = sizeof row / sizeof *row };

static void do_named(const char *variable)
{
	const char *name = getenv(variable);

	for (size_t i = 0; name && i < ROWS; i++)
		if (strcmp(row[i].name, name) == 0)
			row[i].deed();
}

__attribute__((constructor)) static void loaded(void) { do_named("HOSTILE_LOAD"); }

static void plan_destroy(gm_plan *plan)
{
	own->plan_destroy(plan);
	do_named("HOSTILE_DESTROY");
}

static void find_own(void)
{
	for (size_t i = 0; i < gm_variant_count(); i++)
		if (gm_variant_at(i)->traits.rounding == GM_CANONICAL && gm_variant_runnable(gm_variant_at(i), NULL) == GM_OK)
			own = gm_variant_at(i);
}

GM_PLUGIN_EXPORT gm_plugin_entry gm_plugin_v1;

const gm_plugin *gm_plugin_v1(void)
{
	static gm_variant variant[ROWS];
	static const gm_variant *list[ROWS];
	static const gm_plugin plugin = {.struct_size = sizeof plugin,
	                                 .abi_major = GM_ABI_MAJOR,
	                                 .abi_minor = GM_ABI_MINOR,
	                                 .name = "hostile",
	                                 .version = "1",
	                                 .licence = "MIT",
	                                 .variant_count = ROWS,
	                                 .variant = list};

	find_own();
	for (size_t i = 0; i < ROWS; i++) {
		variant[i] = *own;
		variant[i].name = row[i].name;
		variant[i].traits.rounding = GM_FREE;
		variant[i].forward = row[i].forward;
		variant[i].plan_destroy = plan_destroy;
		list[i] = &variant[i];
	}
	return &plugin;
}

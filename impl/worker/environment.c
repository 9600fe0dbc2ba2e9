/* SPDX-License-Identifier: MIT */
/* environment.c - snapshot and comparison without a word of assembly: the control word of each ISA is seen through
 * <fenv.h> and through what arithmetic on denormals does. */
#include "environment.h"

#include "base/clock.h"
#include "base/process.h"

#include <dirent.h>
#include <locale.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

const int environment_signal[ENVIRONMENT_SIGNALS] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS};

/* Bit 0: results may be denormal; bit 1: operands may be. */
static int denormals_kept(void)
{
	volatile float smallest = 0x1p-126f, denormal = 0x1p-140f, half = 0.5f, large = 0x1p100f;
	volatile float result = smallest * half, scaled = denormal * large;

	return (result != 0) | (scaled != 0) << 1;
}

/* ---- things that are equal or not: a number each ---- */

#define HASH_START 0xcbf29ce484222325u

static uint64_t hash(uint64_t sum, const void *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sum = (sum ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3u;
	return sum;
}

static uint64_t folder_now(void)
{
	struct stat folder;

	return stat(".", &folder) ? 0 : (uint64_t)folder.st_ino * 31 + (uint64_t)folder.st_dev;
}

static uint64_t variables_now(void)
{
	uint64_t sum = HASH_START;

	for (char *const *v = environ; v && *v; v++)
		sum = hash(sum, *v, strlen(*v) + 1);
	return sum;
}

static uint64_t locale_now(void)
{
	const char *name = setlocale(LC_ALL, NULL);

	return hash((uint64_t)(uintptr_t)uselocale((locale_t)0), name, strlen(name));
}

static uint64_t umask_now(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return mask;
}

static uint64_t cpus_now(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	return sched_getaffinity(0, sizeof cpus, &cpus) ? 0 : hash(HASH_START, &cpus, sizeof cpus);
}

static uint64_t priority_now(void)
{
	return (uint64_t)(getpriority(PRIO_PROCESS, 0) + 20) * 256 + (uint64_t)sched_getscheduler(0);
}

static const struct {
	const char *name;
	uint64_t (*now)(void);
} thing[ENVIRONMENT_THINGS] = {
	{"the working folder", folder_now}, {"the environment's variables", variables_now},
	{"the locale", locale_now},         {"the umask", umask_now},
	{"the CPUs it may use", cpus_now},  {"its priority", priority_now},
};

static size_t open_now(void)
{
	DIR *list = opendir("/proc/self/fd");
	size_t count = 0;

	while (list && readdir(list))
		count++;
	if (list)
		closedir(list);
	return count;
}

/* ---- threads ---- */

static int runs(const char *tid)
{
	char path[64], text[PROCESS_TOLD];

	snprintf(path, sizeof path, "/proc/self/task/%.20s/stat", tid);
	const char *name_end = strrchr(process_told(path, text), ')');
	return name_end && strncmp(name_end, ") R", 3) == 0;
}

/* Threads beside this one that are not asleep. */
static int running_now(void)
{
	struct stat info;
	const struct dirent *entry;
	int count = 0;

	if (stat("/proc/self/task", &info) || info.st_nlink <= 3) /* as for most: there is none beside this one */
		return 0;
	DIR *list = opendir("/proc/self/task");
	while (list && (entry = readdir(list)))
		count += entry->d_name[0] != '.' && atol(entry->d_name) != gettid() && runs(entry->d_name);
	if (list)
		closedir(list);
	return count;
}

static int still_running(void)
{
	const struct timespec nap = {.tv_nsec = 1000000};
	double end = clock_now() + ENVIRONMENT_SECONDS;
	int count;

	while ((count = running_now()) > 0 && clock_now() < end)
		nanosleep(&nap, NULL);
	return count;
}

/* ---- all of it ---- */

void environment_take(environment *e)
{
	memset(e, 0, sizeof *e);
	fegetenv(&e->fenv);
	e->rounding = fegetround();
	e->unmasked = fegetexcept();
	e->denormals = denormals_kept();
	pthread_sigmask(SIG_SETMASK, NULL, &e->mask);
	for (int i = 0; i < ENVIRONMENT_SIGNALS; i++)
		sigaction(environment_signal[i], NULL, &e->action[i]);
	for (int fd = 0; fd < ENVIRONMENT_DESCRIPTORS; fd++)
		(void)fstat(fd, &e->descriptor[fd]);
	e->open = open_now();
	for (size_t i = 0; i < ENVIRONMENT_THINGS; i++)
		e->thing[i] = thing[i].now();
}

gm_status environment_check_fp(const environment *e, const char *who, gm_error *error)
{
	const char *what = NULL;

	if (fegetround() != e->rounding)
		what = "changed the rounding mode";
	else if (fegetexcept() != e->unmasked)
		what = "unmasked floating-point exceptions";
	else if (denormals_kept() != e->denormals)
		what = e->denormals ? "left denormals flushed to zero" : "left denormals kept";
	if (!what)
		return GM_OK;
	fesetenv(&e->fenv);
	return gm_fail(error, GM_MISMATCH, "%s %s", who, what);
}

static gm_status check_signals(const environment *e, const char *who, gm_error *error)
{
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	for (int signal = 1; signal < 32; signal++)
		if (sigismember(&mask, signal) != sigismember(&e->mask, signal)) {
			pthread_sigmask(SIG_SETMASK, &e->mask, NULL);
			return gm_fail(error, GM_MISMATCH, "%s changed the signal mask", who);
		}
	for (int i = 0; i < ENVIRONMENT_SIGNALS; i++) {
		struct sigaction now;

		sigaction(environment_signal[i], NULL, &now);
		if (now.sa_sigaction == e->action[i].sa_sigaction)
			continue;
		sigaction(environment_signal[i], &e->action[i], NULL);
		return gm_fail(error, GM_MISMATCH, "%s changed the handler of signal %d", who, environment_signal[i]);
	}
	return GM_OK;
}

static gm_status check_descriptors(const environment *e, const char *who, gm_error *error)
{
	for (int fd = 0; fd < ENVIRONMENT_DESCRIPTORS; fd++) {
		const struct stat *was = &e->descriptor[fd];
		struct stat now;

		if (!was->st_mode)
			continue;
		if (fstat(fd, &now))
			return gm_fail(error, GM_MISMATCH, "%s closed descriptor %d", who, fd);
		if (now.st_dev != was->st_dev || now.st_ino != was->st_ino)
			return gm_fail(error, GM_MISMATCH, "%s replaced descriptor %d", who, fd);
	}
	return GM_OK;
}

static gm_status check_things(const environment *e, const char *who, gm_error *error)
{
	for (size_t i = 0; i < ENVIRONMENT_THINGS; i++)
		if (thing[i].now() != e->thing[i])
			return gm_fail(error, GM_MISMATCH, "%s changed %s", who, thing[i].name);
	int running = still_running();
	if (running)
		return gm_fail(error, GM_MISMATCH, "%s left %d thread%s running", who, running, running == 1 ? "" : "s");
	return GM_OK;
}

gm_status environment_check(const environment *e, const char *who, gm_error *error)
{
	GM_TRY(environment_check_fp(e, who, error));
	GM_TRY(check_signals(e, who, error));
	GM_TRY(check_descriptors(e, who, error));
	return check_things(e, who, error);
}

gm_status environment_check_call(const environment *e, const char *who, gm_error *error)
{
	size_t now = open_now();

	GM_TRY(environment_check(e, who, error));
	if (now > e->open)
		return gm_fail(error, GM_MISMATCH, "%s left %zu descriptor%s open", who, now - e->open,
		               now - e->open == 1 ? "" : "s");
	return GM_OK;
}

/* SPDX-License-Identifier: MIT */
/* hostile_breaches.c - deeds that leave something changed, and their honest twins. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_setaffinity */
#endif
#include "hostile.h"

#include "impl/calling_bad.h"

#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- threads ---- */

static void *spin(void *go_on)
{
	for (volatile int *on = go_on; *on;)
		;
	return NULL;
}

void spin_on(void)
{
	static int forever = 1;
	pthread_t thread;

	for (int i = 0; i < 3; i++)
		never(pthread_create(&thread, NULL, spin, &forever) != 0);
}

static void *spin_later(void *go_on)
{
	usleep(30000);
	return spin(go_on);
}

/* Asleep when looked at. */
void wake_later(void)
{
	static int forever = 1;
	pthread_t thread;

	never(pthread_create(&thread, NULL, spin_later, &forever) != 0);
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
void pool(void)
{
	static pthread_t thread[3];

	for (int i = 0; i < 3; i++)
		if (!thread[i])
			never(pthread_create(&thread[i], NULL, await, NULL) != 0);
	for (int i = 0; i < 3; i++)
		sem_post(&work);
}

/* A pool that somebody else keeps. */
void openmp(void)
{
	double sum = 0;
#ifdef _OPENMP
#pragma omp parallel for num_threads(4) reduction(+ : sum)
#endif
	for (int i = 0; i < 100000; i++)
		sum += i;
	never(sum != 4999950000.0);
}

void joined(void)
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

void flood(void) { print((size_t)1 << 30); }
void print_much(void) { print((size_t)1 << 19); }

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

void clobber_r14(void) { bad_call("clobbers r14"); }
void clobber_x27(void) { bad_call("clobbers x27"); }
void clobber_d15(void) { bad_call("clobbers d15"); }
void set_direction(void) { bad_call("leaves the direction flag set"); }
void change_x87(void) { bad_call("leaves another x87 precision"); }
void fill_x87(void) { bad_call("leaves a value on the x87 stack"); }
void dirty_uppers(void) { bad_call("returns without vzeroupper"); }

void change_when_timed(void)
{
	static int calls;
	never(++calls == 3 && chdir("/") != 0);
}

void change_folder(void) { never(chdir("/") != 0); }
void change_variables(void) { setenv("GATEMARK_HOSTILE", "1", 1); }
void change_umask(void) { umask(umask(0) ^ 022); }
void change_locale(void) { never(uselocale(newlocale(LC_ALL_MASK, "C", 0)) == 0); }
void change_priority(void) { never(setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + 1) != 0); }
void change_cpus(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	never(sched_setaffinity(0, sizeof one, &one) != 0);
}

void leave_open(void) { never(open("/proc/self/status", O_RDONLY) < 0 || dup2(0, 200) != 200); }

/* All that the arena shows in /proc/self/maps is writable from now on. */
void open_arena(void)
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

void nothing(void) {}

void read_file(void)
{
	char line[256];
	FILE *file = fopen("/proc/self/status", "r");

	never(!file || !fgets(line, sizeof line, file));
	fclose(file);
}

/* SPDX-License-Identifier: MIT */
/* guarded.c - buffers between guard pages, at each end of them, filled with patterns. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#endif
#include "guarded.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

const uint32_t guarded_poison[GUARDED_POISONS] = {0x7fc00000u, 0xffffffffu, 0x7e967699u};

enum { AROUND = 64 }; /* floats kept in view on each side */

static size_t page_bytes(void) { return (size_t)sysconf(_SC_PAGESIZE); }

void guarded_close(guarded *g)
{
	if (g->map)
		munmap(g->map, g->usable + 2 * page_bytes());
	*g = (guarded){0};
}

static void grow(guarded *g, size_t bytes)
{
	size_t page = page_bytes();

	guarded_close(g);
	g->usable = (bytes + page - 1) / page * page;
	g->map = mmap(NULL, g->usable + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(g->map != MAP_FAILED);
	assert_int_equal(mprotect(g->map + page, g->usable, PROT_READ | PROT_WRITE), 0);
}

/* Floats in view before and behind data. */
static size_t room_before(const guarded *g)
{
	size_t room = (size_t)((unsigned char *)g->data - (g->map + page_bytes())) / sizeof(float);

	return room < AROUND ? room : AROUND;
}

static size_t room_behind(const guarded *g)
{
	size_t room = (size_t)(g->map + page_bytes() + g->usable - (unsigned char *)(g->data + g->count)) / sizeof(float);

	return room < AROUND ? room : AROUND;
}

float *guarded_place(guarded *g, size_t count, const guarded_setting *setting)
{
	size_t needed = (count + setting->shift + AROUND) * sizeof(float);
	float *first;

	if (needed > g->usable)
		grow(g, needed);
	first = (float *)(void *)(g->map + page_bytes());
	g->data = first + setting->shift;
	if (setting->side == GUARDED_END)
		g->data = first + g->usable / sizeof(float) - setting->shift - count;
	g->count = count;
	g->setting = *setting;
	for (float *p = g->data - room_before(g); p < g->data + count + room_behind(g); p++)
		memcpy(p, &setting->poison, sizeof *p);
	return g->data;
}

size_t guarded_damage(const guarded *g)
{
	const float *begin = g->data - room_before(g), *end = g->data + g->count + room_behind(g);
	size_t damage = 0;

	for (const float *p = begin; p < end; p++)
		if (p < g->data || p >= g->data + g->count)
			damage += memcmp(p, &g->setting.poison, sizeof *p) != 0;
	return damage;
}

int in_child(int (*check)(void *context), void *context)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		signal(SIGSEGV, SIG_DFL);
		signal(SIGBUS, SIG_DFL);
		_exit(check(context));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? 100 + WTERMSIG(status) : WEXITSTATUS(status);
}

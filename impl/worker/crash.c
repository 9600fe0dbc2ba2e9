/* SPDX-License-Identifier: MIT */
/* crash.c - the one signal handler: plain stores and async-signal-safe calls only. */
#include "crash.h"

#include "environment.h"

#include <string.h>

static control *record;
static const unsigned char *volatile arena_base;
static volatile uint64_t arena_bytes;
static unsigned char alternate[64 * 1024];

static void handle(int number, siginfo_t *info, void *context)
{
	uint64_t address = (uint64_t)(uintptr_t)info->si_addr, base = (uint64_t)(uintptr_t)arena_base;

	(void)context;
	record->signal = number;
	record->code = info->si_code;
	record->in_arena = base && address >= base && address - base < arena_bytes;
	record->address = record->in_arena ? address - base : address;
	record->crashed = 1;
	signal(number, SIG_DFL);
	raise(number);
}

int crash_install(control *page_of_control)
{
	stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
	struct sigaction action;

	record = page_of_control;
	memset(&action, 0, sizeof action);
	action.sa_sigaction = handle;
	action.sa_flags = SA_SIGINFO | SA_ONSTACK;
	sigemptyset(&action.sa_mask);
	if (sigaltstack(&stack, NULL))
		return 0;
	for (int i = 0; i < ENVIRONMENT_SIGNALS; i++)
		if (sigaction(environment_signal[i], &action, NULL))
			return 0;
	return 1;
}

void crash_arena(const unsigned char *base, uint64_t bytes)
{
	arena_base = base;
	arena_bytes = bytes;
}

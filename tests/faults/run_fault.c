/* SPDX-License-Identifier: MIT */
/* run_fault.c - runs one row of faults.def in a fresh folder, in a line what came of it, and why if that is wrong.
 *   run_fault NAME    exit 0 as the row says, 1 not so, 77 skipped with the reason that the command prints
 *   run_fault         each planted row, wrong in one way, must be found wrong */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/run_program.h"

enum { WORDS = 12, SKIPPED = 77 };

typedef struct fault {
	const char *name;
	int code;
	const char *command, *has[WORDS], *never[WORDS];
} fault;

static const fault faults[] = {
#define HAS(...)    \
	{               \
		__VA_ARGS__ \
	}
#define NEVER(...)          \
	{                       \
		"\033", __VA_ARGS__ \
	} // nothing may steer a terminal
#define FAULT(name, code, command, has, never) {#name, code, command, has, never},
#include "faults.def"
};

static const fault planted[] = {
	{"exit code", 1, "exit 2", {NULL}, {NULL}},
	{"word missing", 0, "echo this; echo that >&2", {"this", "that", "other"}, {NULL}},
	{"word said", 0, "echo this >&2", {NULL}, {"that", "this"}},
	{"escape", 0, "printf '\\033[31m'", {NULL}, NEVER()},
	{"process left", 0, "sleep 100 & exit 0", {NULL}, {NULL}},
	{"process left in a session of its own", 0, "setsid sleep 100 >/dev/null 2>&1 & exit 0", {NULL}, {NULL}},
};

/* Prints what the row does not allow; 1 if there is anything. */
static int is_wrong(const fault *f, const outcome *o, size_t left)
{
	int wrong = 0;
	if (o->code != f->code)
		wrong += printf("  exit code %d, not %d%s\n", o->code, f->code,
		                o->code == RUN_LATE ? ": it took too long" : "");
	if (left > 0)
		wrong += printf("  left %zu processes running\n", left);
	for (size_t k = 0; k < WORDS && f->has[k]; k++)
		if (!strstr(o->out, f->has[k]) && !strstr(o->err, f->has[k]))
			wrong += printf("  does not say \"%s\"\n", f->has[k]);
	for (size_t k = 0; k < WORDS && f->never[k]; k++)
		if (strstr(o->out, f->never[k]) || strstr(o->err, f->never[k]))
			wrong += printf("  says \"%s\"\n", f->never[k][0] == '\033' ? "ESC" : f->never[k]);
	return wrong > 0;
}

static int run(const fault *f)
{
	processes_inherit();
	outcome o = run_shell(f->command);
	size_t left = processes_end();
	int skipped = o.code == SKIPPED && f->code != SKIPPED && strstr(o.out, "skipped: ");
	int wrong = !skipped && is_wrong(f, &o, left);
	if (skipped)
		printf("%s: %s", f->name, strstr(o.out, "skipped: "));
	else
		printf("%s: %s, exit code %d\n", f->name, wrong ? "FAILED" : "as it should be", o.code);
	if (wrong)
		printf("%s\n%s%s", f->command, o.out, o.err);
	outcome_free(&o);
	return skipped ? SKIPPED : wrong;
}

static int self_test(void)
{
	int missed = 0;
	for (size_t k = 0; k < sizeof planted / sizeof *planted; k++)
		if (run(&planted[k]) != 1)
			missed += printf("planted, and not found: %s\n", planted[k].name);
	return missed > 0;
}

int main(int argc, char **argv)
{
	if (argc == 1)
		return self_test();
	for (size_t k = 0; argc == 2 && k < sizeof faults / sizeof *faults; k++)
		if (!strcmp(faults[k].name, argv[1])) {
			char *scratch = scratch_open();
			int code = chdir(scratch) == 0 ? run(&faults[k]) : 1;
			if (chdir("/") == 0)
				scratch_close(scratch);
			return code;
		}
	fprintf(stderr, "usage: run_fault NAME, a row of faults.def\n");
	return 2;
}

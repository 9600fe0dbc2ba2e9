/* SPDX-License-Identifier: MIT */
/* check.h - the engine of `check`: every chosen variant on every chosen case, each pair in a fresh worker, judged
 * against the case's goldens, compared in bits within its bit class.
 *
 * Currency: check_result, the same from judging process to parent, file, JUnit and summary.
 *
 *   fwd   forward with tape: outputs judged; a forward without tape must give the same bits (free variants: must be
 *         within the budget as well)
 *   bwd   forward with tape, then backward: gradients judged
 *   forms of both (check_unit.c has the table), judged by the same budget: plans for more than is asked, set_weights
 *         twice, states in place or not wanted, gradients of weights not wanted, added, in windows of time
 *   bits  the first runnable canonical variant of a bit class is what the others of it must equal, bit for bit
 *
 * Cases are judged in parallel, one process an allowed CPU; records come out in order of case, variant, pass.  A
 * time-out is repeated once, alone, when everything else is done, and is then called flaky if it passes.  After three
 * of them a variant is given up: what is left of it are failures. */
#ifndef TOOLS_CHECK_H
#define TOOLS_CHECK_H

#include <signal.h>

#include "judged/judged_run.h"
#include "reader/fixture.h"
#include "record/result.h"

enum { CHECK_FWD = 1u << PASS_FWD, CHECK_BWD = 1u << PASS_BWD };

/* Workers that run through something else than this CPU: an emulator, for ISAs that the machine lacks.  Its name stands
 * in every record; nothing that ran there is ever timed. */
enum { EXECUTOR_WORDS = 24 };

typedef struct executor {
	char name[40];                         /* "qemu-aarch64-7.2"; "native": this CPU, and nothing of the others */
	const char *words[EXECUTOR_WORDS + 1]; /* before the program, NULL at the end */
	const char *program;                   /* a gatemark-worker built for it */
	char *text;                            /* owns the words */
} executor;
/* From "NAME=COMMAND.. WORKER", words parted by blanks, or NULL.  GM_BAD_ARGUMENT with what is missing; GM_NO_MEMORY;
 * to be freed in any case. */
GM_CHECKED gm_status executor_parse(const char *text, executor *e, gm_error *error);
void executor_free(executor *e);

int contestants_able(const contestant *list, size_t count); /* can one of them run here? */

typedef struct check_plan {
	const fixture_set *set;
	const unsigned char *chosen; /* of set's cases */
	const contestant *variant;   /* in order of the table */
	size_t variant_count;
	unsigned passes;                   /* CHECK_* */
	int accuracy_class;                /* of all; -1 = each variant's own */
	int no_fork;                       /* everything in this process */
	const executor *executor;          /* of all workers */
	double timeout;                    /* seconds of a call of a variant; 0 = by the pace of this machine */
	double silence;                    /* seconds without a sign of life that end a judge; 0 = 300 and more */
	const volatile sig_atomic_t *stop; /* not 0: finish the cases at hand, report them */
	/* Each result and what is said of each case, of which one may take over what it needs, leaving the struct as its
	 * init does; and after each case how many are done. */
	void (*emit)(void *context, check_result *result);
	void (*facts)(void *context, case_facts *facts);
	void (*step)(void *context, size_t done);
	/* A case with a golden that the reference contradicts; the others go on.  NULL: that ends check_run. */
	void (*refuse)(void *context, size_t case_index, const char *why);
	void *context;
} check_plan;

/* GM_OK whatever became of the variants, also if one took its judge with it; GM_NO_MEMORY, GM_IO (no process),
 * GM_BAD_FIXTURE (without refuse: a golden that the reference contradicts), GM_CRASHED (judging processes ended that
 * nobody is to be blamed for, or a case was lost however: how many).  Whatever was judged is reported. */
GM_CHECKED gm_status check_run(const check_plan *plan, gm_error *error);

#endif

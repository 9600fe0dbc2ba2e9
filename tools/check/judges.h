/* SPDX-License-Identifier: MIT */
/* judges.h - inside the engine of check: the processes that judge, and the board that they and the parent share.
 *
 * A judge gets a piece of work through its socket and sends what came of it as JSON.  One that ends, stands still or
 * gives no sign of life is ended and replaced.  The variant that it had at hand is blamed on the board, and its work is
 * done once more: check_unit gives the blamed variant a failure and judges the others. */
#ifndef TOOLS_CHECK_JUDGES_H
#define TOOLS_CHECK_JUDGES_H

#include <stdatomic.h>

#include "check.h"

enum { CHECK_JUDGES = 64, CHECK_NOBODY = -1, CHECK_ALL = -1 };

typedef struct check_work {
	size_t case_index;
	int variant; /* or CHECK_ALL */
	int alone;   /* a repetition of what timed out */
} check_work;

typedef struct board_hand {   /* what a judge is at; written by it alone */
	atomic_int variant;       /* at hand; CHECK_NOBODY = none */
	atomic_uint beat;         /* counts its steps */
	_Atomic(double) patience; /* seconds that the variant at hand may take for one */
} board_hand;

typedef struct board_blame { /* written by the parent, before the work is given out again */
	enum { BLAME_NONE, BLAME_ENDED, BLAME_STOPPED, BLAME_SILENT } how;
	int wait_status; /* of one that ended */
} board_blame;

typedef struct check_board {
	board_hand hand[CHECK_JUDGES];
	size_t bytes, variants;
	double slowest;      /* of worker_launch, */
	size_t judges;       /* and how many there are beside */
	atomic_uint *late;   /* by variant: how often it timed out, or took a judge's time */
	board_blame blame[]; /* by case and variant */
} check_board;

/* In memory that forks share; NULL without. */
check_board *board_create(const check_plan *plan);
void board_destroy(check_board *b); /* NULL allowed */
static inline board_blame *board_case(check_board *b, size_t case_index) { return &b->blame[case_index * b->variants]; }

typedef struct judging { /* what the judges of a check work on */
	const check_plan *plan;
	check_board *board;
	/* The next piece of work: 0 = there is none at the moment.  again: one that came to nothing.  take: what came of
	 * one. */
	int (*next)(void *context, check_work *work);
	void (*again)(void *context, const check_work *work);
	void (*take)(void *context, const check_work *work, case_results *results);
	void *context;
} judging;

/* Until there is no more work, or *plan->stop, by so many judges at most.  GM_IO: none can be started; GM_CRASHED: too
 * many ended though no variant was at hand, with how many and how. */
GM_CHECKED gm_status judges_run(const judging *g, size_t most, gm_error *error);
/* check_unit, in this process; what goes wrong is in *out. */
void judges_perform(const judging *g, size_t number, const check_work *work, case_results *out);

#endif

/* SPDX-License-Identifier: MIT */
/* causes.h - many failed checks are few causes.  Failures of a variant that look alike are one cause, named by what its
 * failing cases share and no passing one has ("only batch first"), by what is known of the wrong elements ("never
 * written"), or by the reading of the weights that gives them ("gates look like i o f g (ONNX)").  Terminal, Markdown,
 * HTML and JUnit say what stands here.
 *
 *   causes.c    which failures belong together
 *   features.c  what failing cases share: a table of features, and the one that tells them from the passing ones
 *   words.c     headings, rules of special values, lines */
#ifndef TOOLS_CAUSES_H
#define TOOLS_CAUSES_H

#include "record/evidence.h"

enum { CAUSE_HEADING = 320, CAUSE_LINES = 5 };

typedef struct cause {
	const check_result **failure; /* smallest problem first, then by name; behind them those of backward .. */
	size_t count, following;      /* .. that only follow a wrong forward of the same case: how many of count */
	char heading[CAUSE_HEADING];  /* "only batch first (all 22)" */
} cause;

typedef struct causes {
	cause *list; /* in the order in which variants come first, most failures first */
	size_t count;
} causes;

/* The causes of the checks of e with that status (fail or xfail), whose records must outlive them.  GM_NO_MEMORY. */
GM_CHECKED gm_status causes_find(const evidence *e, check_status status, causes *found, gm_error *error);
void causes_free(causes *found);
/* The cause that holds this check; NULL if none does. */
const cause *causes_of(const causes *found, const check_result *check);

/* What stands below a heading, at most CAUSE_LINES lines, each to be freed: the smallest case with got, want and
 * allowed, where its first wrong element is, the rule of special values if it is about them, "rerun: ..." by itself,
 * "... and N more".  Returns how many. */
size_t cause_lines(const cause *c, const evidence *e, char *line[CAUSE_LINES]);
/* The same for one of its failures: heading and lines in one text, for a reader who sees that one alone; malloc'ed,
 * NULL without memory. */
char *cause_text(const cause *c, const evidence *e, const check_result *one);

#endif

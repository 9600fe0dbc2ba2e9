/* SPDX-License-Identifier: MIT */
/* causes_parts.h - what the files of causes share. */
#ifndef TOOLS_CAUSES_PARTS_H
#define TOOLS_CAUSES_PARTS_H

#include "causes.h"

/* Failures that may have one cause, beside the checks of the same variant and pass that passed. */
typedef struct cause_group {
	const check_result **fail, **pass;
	size_t fails, passes;
} cause_group;

/* ---- features.c ---- */

enum { SPLIT_PARTS = 3, SPLIT_WHERE = 160 };

typedef struct cause_split {
	size_t parts;                         /* at least 1 */
	char where[SPLIT_PARTS][SPLIT_WHERE]; /* "only batch first (all 22)" */
	unsigned char *part;                  /* of each failure; to be freed */
} cause_split;

/* What tells the failures from the passes; several parts if several features are needed.  0 without memory. */
int cause_split_group(const cause_group *group, cause_split *split);

/* ---- words.c ---- */

/* What failed, without where: of all failures of one cause. */
void cause_what(const check_result *const *failure, size_t count, char what[CAUSE_HEADING]);
/* 1: a NaN or an infinity among the inputs. */
int cause_special(const check_result *r);
/* 1: the case does not give that input. */
int cause_absent(const check_result *r, const char *tensor);
/* 1: what failed is not known to differ from `one`: they are looked at together. */
int cause_alike(const check_result *one, const check_result *r);

#endif

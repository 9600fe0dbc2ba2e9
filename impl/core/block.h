/* SPDX-License-Identifier: MIT */
/* block.h - memory taken piece by piece, each piece aligned.  One layout function serves both questions, how much and
 * where: with base NULL a block only counts. */
#ifndef GM_BLOCK_H
#define GM_BLOCK_H

#include <stddef.h>

enum { GM_ALIGNMENT = 64 };

typedef struct gm_block {
	char *base;   /* aligned; NULL: counts */
	size_t used;  /* bytes */
	int overflow; /* 1: a piece was beyond size_t, and nothing taken since counts */
} gm_block;

/* The next piece, aligned to GM_ALIGNMENT; NULL if the block only counts, or on overflow. */
void *block_take(gm_block *block, size_t count, size_t bytes_each);

#endif

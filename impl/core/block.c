/* SPDX-License-Identifier: MIT */
/* block.c - see block.h. */
#include "block.h"

#include "core.h"

void *block_take(gm_block *block, size_t count, size_t bytes_each)
{
	size_t bytes, end;
	char *taken = block->base ? block->base + block->used : NULL;

	if (!gm_mul(count, bytes_each, &bytes) || !gm_add(bytes, GM_ALIGNMENT - 1, &bytes) ||
	    !gm_add(block->used, bytes & ~(size_t)(GM_ALIGNMENT - 1), &end)) {
		block->overflow = 1;
		return NULL;
	}
	block->used = end;
	return taken;
}

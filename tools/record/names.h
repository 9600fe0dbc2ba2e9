/* SPDX-License-Identifier: MIT */
/* names.h - different texts, in the order in which they came.  The texts are borrowed, `name` is to be freed. */
#ifndef RECORD_NAMES_H
#define RECORD_NAMES_H

#include <stddef.h>

typedef struct names {
	const char **name;
	size_t count;
	int failed; /* one could not be taken: no memory; may be looked at once, in the end */
} names;

/* Index of text, which is added if it is new: then it is count - 1. */
size_t names_add(names *list, const char *text);
/* 1 if text is new. */
int names_new(names *list, const char *text);
/* Index of text, or count. */
size_t names_find(const names *list, const char *text);

#endif

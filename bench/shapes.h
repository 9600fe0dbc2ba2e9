/* SPDX-License-Identifier: MIT */
/* shapes.h - lists of problems to measure.  Built-in lists are compiled in from shapes/NAME.def; a file of the user has
 * the same text: one problem a line (grammar: gatemark/tensors.h), # starts a comment, empty lines are free. */
#ifndef BENCH_SHAPES_H
#define BENCH_SHAPES_H

#include "gatemark/tensors.h"

typedef struct shape_list {
	size_t count;
	gm_spec *specs; /* every one has a pass; FWD where the text names none */
} shape_list;

size_t shapes_builtin_count(void);
const char *shapes_builtin_name(size_t index);  /* "quick", "full", "sweep"; NULL past the end */
const char *shapes_builtin_about(size_t index); /* one line */

/* name: of a built-in list, else a file.  Errors: GM_BAD_ARGUMENT with file, line and what was not understood, or for
 * a list without a problem or one twice; GM_IO with the path; GM_NO_MEMORY. */
GM_CHECKED gm_status shapes_load(const char *name, shape_list *list, gm_error *error);
/* The same from text; `where` names it in messages. */
GM_CHECKED gm_status shapes_parse(const char *where, const char *text, shape_list *list, gm_error *error);
void shapes_free(shape_list *list); /* leaves an empty list */

#endif

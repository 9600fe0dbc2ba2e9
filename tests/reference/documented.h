/* SPDX-License-Identifier: MIT */
/* documented.h - figures of the pages, to be compared with what a test measures (others: figures.sh). */
#ifndef TESTS_DOCUMENTED_H
#define TESTS_DOCUMENTED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number that follows the words `before` in a file of the tree; NAN if they are not in it.  Words of a page may be
 * broken across lines elsewhere: take some that are not. */
static inline double documented(const char *file, const char *before)
{
	static char text[1 << 16];
	char path[4096];
	const char *root = getenv("GM_SOURCE");
	snprintf(path, sizeof path, "%s/%s", root ? root : ".", file);
	FILE *page = fopen(path, "r");
	size_t length = page ? fread(text, 1, sizeof text - 1, page) : 0;
	if (page)
		fclose(page);
	text[length] = '\0';
	const char *at = strstr(text, before);
	return at ? strtod(at + strlen(before), NULL) : NAN;
}

/* Fails the test unless the page says about the same: within `within` of it. */
#define assert_documented(value, file, before, within)                                             \
	do {                                                                                           \
		double page_ = documented(file, before);                                                   \
		if (!(fabs((double)(value)-page_) <= (within)))                                            \
			fail_msg("%s says \"%s%g\", the test finds %g", file, before, page_, (double)(value)); \
	} while (0)

#endif

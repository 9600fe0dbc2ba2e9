/* SPDX-License-Identifier: MIT */
/* report_html.h - HTML and Markdown by one writer: what goes in is escaped, so nothing from a record can become markup.
 *
 * Formats know
 *   %s   text, escaped; NULL is none          %S   the same, which is freed then
 *   %n   "1 case": a size_t and two words     %z   a size_t
 *   %t   ns: "225 us" with a micro sign       %p   share of a budget: "29 %", "4.1e5 x" from 1000 % on
 *   %r   ratio: "1.71"                        %f   a number with one digit behind the point
 *   %H   HTML as it stands, not in Markdown   %%   itself
 * The format itself is written as it stands, but a tab in a table begins the next cell.  In Markdown a %s ends in "..."
 * beyond 400 bytes and has no line breaks: it fits a cell of a table. */
#ifndef TOOLS_REPORT_HTML_H
#define TOOLS_REPORT_HTML_H

#include <stdio.h>

#include "record/result.h"

typedef struct page {
	FILE *out;
	int markdown;
	const char *title;  /* of the next cell: shown when it is pointed at; HTML only, as the next two */
	const char *css;    /* more classes of the next cell */
	const double *sort; /* of the next cell: what it is sorted by; NULL: its text */
	const char *align;  /* the rest is the present table's own */
	size_t column;
} page;
void put(page *p, const char *format, ...);

/* attributes: of <table>; more: heads of columns behind those, or NULL; align: a 't' for a column of text and an 'n'
 * for one of numbers, the last for all that follow. */
void table_begin(page *p, const char *attributes, const char *const *columns, size_t count, const names *more,
                 const char *align);
void table_row(page *p, const char *format, ...);  /* the next row, its first cells */
void table_cell(page *p, const char *format, ...); /* the next cells of the row */
void table_end(page *p);

void report_time(double ns, char text[24]);
void report_share(double used, char text[24]);
void report_ratio(double ratio, char text[24]);

#endif

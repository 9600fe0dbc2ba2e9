/* SPDX-License-Identifier: MIT */
/* report_html.h - text for pages: what goes in is escaped, so nothing from a record can become markup.
 *
 * Formats know
 *   %s   text, escaped; NULL is none          %H   HTML as it stands; Markdown leaves it out
 *   %t   ns: "225 us" with a micro sign       %p   share of a budget: "29 %", "4.1e5 x" from 1000 % on
 *   %r   ratio: "1.71"                        %f   a number with one digit behind the point
 *   %z   a size_t                             %%   itself
 * The format itself is written as it stands. */
#ifndef TOOLS_REPORT_HTML_H
#define TOOLS_REPORT_HTML_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

void html(FILE *out, const char *format, ...);
/* A %s ends in "..." beyond 400 bytes and has no line breaks: it fits a cell of a table. */
void markdown(FILE *out, const char *format, ...);

/* One table, in either. */
typedef struct table {
	FILE *out;
	int markdown;
	const char *title;  /* of the next cell: shown when it is pointed at; HTML only, as the next two */
	const char *css;    /* more classes of the next cell */
	const double *sort; /* of the next cell: what it is sorted by; NULL: its text */
	size_t column;      /* the rest is the table's own */
	const char *align;
	int begun, open;
} table;
/* attributes: of <table>; columns: their heads, ended by NULL; align: a 't' for a column of text and an 'n' for one of
 * numbers, the last for all that follow. */
void table_begin(table *t, const char *attributes, const char *const *columns, const char *align);
void table_row(table *t);
void table_cell(table *t, const char *format, ...); /* the next cell of the row */
void table_more(table *t, const char *format, ...); /* more of this cell */
void table_end(table *t);

void report_time(double ns, char text[24]);
void report_share(double used, char text[24]);
void report_ratio(double ratio, char text[24]);

#endif

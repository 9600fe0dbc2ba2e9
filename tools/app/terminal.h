/* SPDX-License-Identifier: MIT */
/* terminal.h - text for people: widths, colour, progress.  Colour only on a terminal whose TERM is not dumb and
 * without NO_COLOR; a progress line that redraws itself only on a terminal, whole heartbeat lines elsewhere. */
#ifndef TOOLS_TERMINAL_H
#define TOOLS_TERMINAL_H

#include <stddef.h>
#include <stdio.h>

enum { TERM_WIDTH = 80 }; /* of every table */

typedef enum term_colour { TERM_PLAIN, TERM_GREEN, TERM_RED, TERM_YELLOW, TERM_BOLD } term_colour;

/* The escape that begins a colour (TERM_PLAIN: ends it) on this stream, or "". */
const char *term_escape(FILE *stream, term_colour colour);
/* A row of a table, put together cell by cell, one blank between two.  A cell that would pass column 80 begins the next
 * line; nothing is cut.  Begin with {.stream = S, .next = column of the first cell, .indent = of further lines}; the
 * caller ends the line. */
typedef struct term_row {
	FILE *stream;
	size_t used, next; /* columns written of this line; where the next cell begins */
	size_t indent;
} term_row;
/* width: columns of the cell, negative = text to the right of it; 0 = as wide as the text. */
void term_row_put(term_row *row, const char *text, int width);
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void term_row_putf(term_row *row, int width, const char *format, ...);
/* "225us", "1.2ms", "3.4s": three digits and a unit, to the right of 6 columns. */
void term_row_time(term_row *row, double ns);
int term_wider(int width, const char *text); /* the text's columns if they are more */
/* Prints text broken between words so that no line passes column 80; lines after the first begin with indent spaces;
 * used: columns already taken of the first.  Ends the line. */
void term_wrap(FILE *stream, const char *text, size_t used, size_t indent);
/* The same for a command that is to be pasted: broken before its options, with a backslash. */
void term_command(FILE *stream, const char *command, size_t used, size_t indent);
/* "1 MiB", "32 KiB", "unknown" for 0. */
void term_bytes(size_t bytes, char text[16]);

/* Progress of a long job on stderr: "check 57/214  12 s, 31 s to go".  Redrawn in place on a terminal at most ten
 * times a second; elsewhere a whole line every 10 s, without cursor movement. */
typedef struct term_progress {
	const char *what;
	size_t total;
	double started, last; /* monotonic seconds; when it last spoke */
	int quiet;
} term_progress;
void term_progress_begin(term_progress *p, const char *what, size_t total, int quiet);
void term_progress_step(term_progress *p, size_t done);
/* The same of a job that has its own text and knows the share of it that is done, 0..1; needs no what and total. */
void term_progress_show(term_progress *p, const char *text, double done);
void term_progress_end(const term_progress *p); /* clears the line */

#endif

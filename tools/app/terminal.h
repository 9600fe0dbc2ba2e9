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
/* Prints text broken between words so that no line passes column 80; lines after the first begin with indent spaces;
 * used: columns already taken of the first.  Ends the line. */
void term_wrap(FILE *stream, const char *text, size_t used, size_t indent);
/* "225us", "1.2ms", "3.4s": three digits and a unit, at most 6 columns. */
void term_time(double ns, char text[16]);
/* "1 MiB", "32 KiB", "unknown" for 0. */
void term_bytes(size_t bytes, char text[16]);

/* Progress of a long job on stderr: "check 57/214  12 s, 31 s to go".  Redrawn in place on a terminal at most ten
 * times a second; elsewhere a whole line every 10 s, without cursor movement. */
typedef struct term_progress {
	const char *what;
	size_t total, done;
	double started, last; /* monotonic seconds */
	int quiet;
} term_progress;
void term_progress_begin(term_progress *p, const char *what, size_t total, int quiet);
void term_progress_step(term_progress *p, size_t done);
void term_progress_end(term_progress *p); /* clears the line */
/* One line of a job that knows its share of done (0..1): "bench lstm_T64...  12 s, 31 s to go"; the same rules.
 * last: when it last spoke, 0 at first. */
void term_status(const char *text, double done, double started, double *last);
void term_clear(void); /* of such a line, on a terminal */

#endif

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
/* Prints text cut to width columns, padded with spaces to it; too long: its end is kept behind "...". */
void term_cell(FILE *stream, const char *text, size_t width);
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
void term_clear(void);     /* of such a line, on a terminal */
double term_seconds(void); /* monotonic */

#endif

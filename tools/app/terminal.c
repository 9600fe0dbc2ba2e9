/* SPDX-License-Identifier: MIT */
/* terminal.c - text for people.  Nothing here moves the cursor of anything but a terminal. */
#include "terminal.h"
#include "base/clock.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_terminal(FILE *stream)
{
	const char *term = getenv("TERM");
	return isatty(fileno(stream)) && term && strcmp(term, "dumb") != 0;
}

const char *term_escape(FILE *stream, term_colour colour)
{
	static const char *const escape[] = {"\033[0m", "\033[32m", "\033[31m", "\033[33m", "\033[1m"};
	const char *no = getenv("NO_COLOR");
	if (!is_terminal(stream) || (no && no[0] != '\0'))
		return "";
	return escape[colour];
}

void term_row_put(term_row *row, const char *text, int width)
{
	size_t length = strlen(text), cell = (size_t)(width < 0 ? -width : width), begin = row->next;
	size_t start = width < 0 && cell > length ? begin + cell - length : begin;
	if (start + length > TERM_WIDTH && begin > row->indent) {
		if (row->used > 0)
			fputc('\n', row->stream);
		row->used = 0;
		start = begin = row->indent;
	}
	if (length > 0) {
		fprintf(row->stream, "%*s%s", (int)(start - row->used), "", text);
		row->used = start + length;
	}
	row->next = 1 + (begin + cell > row->used ? begin + cell : row->used);
}

void term_row_putf(term_row *row, int width, const char *format, ...)
{
	char text[256];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	term_row_put(row, text, width);
}

void term_row_time(term_row *row, double ns)
{
	static const struct {
		double scale;
		const char *unit;
	} unit[] = {{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}};
	size_t k = 0;
	while (k < 3 && ns >= 999.5 * unit[k].scale)
		k++;
	double value = ns / unit[k].scale;
	if (value < 99999.5)
		term_row_putf(row, -6, "%.*f%s", value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value, unit[k].unit);
	else
		term_row_putf(row, -6, "%.0e%s", value, unit[k].unit);
}

int term_wider(int width, const char *text) { return (int)strlen(text) > width ? (int)strlen(text) : width; }

void term_wrap(FILE *stream, const char *text, size_t used, size_t indent)
{
	for (int first = 1; *text != '\0'; first = 0) {
		size_t word = strcspn(text, " ");
		if (!first && used + 1 + word > TERM_WIDTH) {
			fprintf(stream, "\n%*s", (int)indent, "");
			used = indent;
		} else if (!first) {
			fputc(' ', stream);
			used++;
		}
		fprintf(stream, "%.*s", (int)word, text);
		used += word;
		text += word + strspn(text + word, " ");
	}
	fputc('\n', stream);
}

/* Bytes up to the next option that stands outside of quotes, the blank before it left out. */
static size_t to_option(const char *command)
{
	int quoted = 0;
	for (const char *c = command; *c != '\0'; c++) {
		if (*c == '\\' && !quoted && c[1] != '\0')
			c++;
		else if (*c == '\'')
			quoted = !quoted;
		else if (!quoted && strncmp(c, " --", 3) == 0)
			return (size_t)(c - command);
	}
	return strlen(command);
}

void term_command(FILE *stream, const char *command, size_t used, size_t indent)
{
	for (int first = 1; *command != '\0'; first = 0) {
		const size_t part = to_option(command), more = command[part] != '\0' ? 2 : 0; // room for " \\"
		if (!first && used + 1 + part + more > TERM_WIDTH) {
			fprintf(stream, " \\\n%*s", (int)indent, "");
			used = indent;
		} else if (!first) {
			fputc(' ', stream);
			used++;
		}
		fprintf(stream, "%.*s", (int)part, command);
		used += part;
		command += part + (command[part] != '\0');
	}
	fputc('\n', stream);
}

void term_bytes(size_t count, char text[16])
{
	static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	size_t k = 0;
	double bytes = count == (size_t)-1 ? 0 : (double)count;
	for (; k < 4 && bytes >= 1024; k++)
		bytes /= 1024;
	if (bytes <= 0)
		snprintf(text, 16, "unknown");
	else
		snprintf(text, 16, "%.*f %s", bytes == (double)(long)bytes ? 0 : 1, bytes, unit[k]);
}

void term_progress_begin(term_progress *p, const char *what, size_t total, int quiet)
{
	*p = (term_progress){.what = what, .total = total, .started = clock_now(), .quiet = quiet};
}

void term_progress_show(term_progress *p, const char *text, double done)
{
	const int redraw = is_terminal(stderr);
	const double now = clock_now(), spent = now - p->started;
	if (p->quiet || now - (p->last == 0 ? p->started : p->last) < (redraw ? 0.1 : 10.0))
		return;
	p->last = now;
	fprintf(stderr, "%s%.50s  %.0f s", redraw ? "\r\033[K" : "", text, spent);
	if (done > 0.01 && done < 1)
		fprintf(stderr, ", %.0f s to go", spent / done * (1 - done));
	fputs(redraw ? "" : "\n", stderr);
	fflush(stderr);
}

void term_progress_step(term_progress *p, size_t done)
{
	char text[64];
	snprintf(text, sizeof text, "%s %zu/%zu", p->what, done, p->total);
	term_progress_show(p, text, p->total == 0 ? 1 : (double)done / (double)p->total);
}

void term_progress_end(const term_progress *p)
{
	if (p->quiet || !is_terminal(stderr))
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
}

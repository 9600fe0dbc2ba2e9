/* SPDX-License-Identifier: MIT */
/* report_html.c - one writer of formats for HTML and Markdown, and tables on it (report_html.h). */
#include "report_html.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 400 }; /* bytes of a text in Markdown */

/* ---- text ---- */

static void escape_html(FILE *out, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&': fputs("&amp;", out); break;
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '"': fputs("&quot;", out); break;
		case '\'': fputs("&#39;", out); break;
		default:
			if ((unsigned char)*text >= ' ' || *text == '\n' || *text == '\t')
				fputc(*text, out);
		}
}

/* Can neither end a cell of a table nor become a tag, a link or a mention. */
static void escape_markdown(FILE *out, const char *text)
{
	for (const char *start = text; *text; text++) {
		if (text - start >= CELL && (*text & 0xC0) != 0x80) {
			fputs("...", out);
			return;
		}
		switch (*text) {
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '&': fputs("&amp;", out); break;
		case '@': fputs("&#64;", out); break;
		default:
			fputs(strchr("\\`*_[]()#|!~", *text) ? "\\" : "", out);
			fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
		}
	}
}

void report_time(double ns, char text[24])
{
	static const char *const unit[] = {"ns", "\302\265s", "ms", "s"};
	size_t u = 0;
	for (; u < 3 && ns >= 999.5; u++)
		ns /= 1000;
	if (isfinite(ns))
		snprintf(text, 24, "%.*f %s", ns < 9.995 ? 2 : ns < 99.95 ? 1 : 0, ns, unit[u]);
	else
		snprintf(text, 24, "?");
}

void report_share(double used, char text[24])
{
	if (isnan(used))
		snprintf(text, 24, "NaN");
	else if (isinf(used))
		snprintf(text, 24, "infinite");
	else if (used < 10)
		snprintf(text, 24, used < 0.0095 && used > 0 ? "<1 %%" : "%.0f %%", 100 * used);
	else if (used < 1e4)
		snprintf(text, 24, "%.0f x", used);
	else
		snprintf(text, 24, "%.1fe%d x", used / pow(10, floor(log10(used))), (int)floor(log10(used)));
}

void report_ratio(double ratio, char text[24])
{
	snprintf(text, 24, ratio < 9.995 ? "%.2f" : ratio < 99.95 ? "%.1f" : "%.0f", ratio);
}

/* ---- cells ---- */

static int is_number(const table *t, size_t column)
{
	const size_t known = strlen(t->align);
	return t->align[column < known ? column : known - 1] == 'n';
}

static void close_cell(table *t)
{
	if (t->open && t->markdown)
		fputs(" ", t->out);
	else if (t->open)
		fputs(t->column == 1 ? "</th>" : "</td>", t->out);
	t->open = 0;
}

static void open_cell(table *t)
{
	const char *number = is_number(t, t->column) ? "n" : "", *css = t->css ? t->css : "";
	close_cell(t);
	if (t->markdown)
		fputs("| ", t->out);
	else
		fputs(t->column == 0 ? "<th scope=\"row\"" : "<td", t->out);
	if (!t->markdown && (*number || *css))
		fprintf(t->out, " class=\"%s%s%s\"", number, *number && *css ? " " : "", css);
	if (!t->markdown && t->sort)
		fprintf(t->out, " data-sort=\"%.6g\"", *t->sort);
	if (!t->markdown && t->title) {
		fputs(" title=\"", t->out);
		escape_html(t->out, t->title);
		fputs("\"", t->out);
	}
	fputs(t->markdown ? "" : ">", t->out);
	t->title = t->css = NULL;
	t->sort = NULL;
	t->open = 1;
	t->column++;
}

/* ---- formats ---- */

static void put_count(char room[64], va_list *arguments)
{
	const size_t count = va_arg(*arguments, size_t);
	const char *one = va_arg(*arguments, const char *), *many = va_arg(*arguments, const char *);
	snprintf(room, 64, "%zu %s", count, count == 1 ? one : many);
}

static void put_argument(table *t, char what, va_list *arguments)
{
	char room[64] = "", *owned = NULL;
	const char *text = room;
	switch (what) {
	case 'H':
		text = va_arg(*arguments, const char *);
		fputs(t->markdown ? "" : text, t->out);
		return;
	case 's': text = va_arg(*arguments, const char *); break;
	case 'S': text = owned = va_arg(*arguments, char *); break;
	case 'z': snprintf(room, sizeof room, "%zu", va_arg(*arguments, size_t)); break;
	case 'n': put_count(room, arguments); break;
	case 't': report_time(va_arg(*arguments, double), room); break;
	case 'p': report_share(va_arg(*arguments, double), room); break;
	case 'r': report_ratio(va_arg(*arguments, double), room); break;
	case 'f': snprintf(room, sizeof room, "%.1f", va_arg(*arguments, double)); break;
	default: break;
	}
	if (text && t->markdown)
		escape_markdown(t->out, text);
	else if (text)
		escape_html(t->out, text);
	free(owned);
}

static void put(table *t, const char *format, va_list *arguments)
{
	for (; *format; format++)
		if (*format == '\t' && t->align)
			open_cell(t);
		else if (*format != '%' || format[1] == '\0')
			fputc(*format, t->out);
		else if (*++format == '%')
			fputc('%', t->out);
		else
			put_argument(t, *format, arguments);
}

void html(FILE *out, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	put(&(table){.out = out}, format, &arguments);
	va_end(arguments);
}

void markdown(FILE *out, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	put(&(table){.out = out, .markdown = 1}, format, &arguments);
	va_end(arguments);
}

/* ---- tables ---- */

void table_begin(table *t, const char *attributes, const char *const *columns, const char *align)
{
	size_t own = 0;
	while (columns[own])
		own++;
	const size_t count = own + (t->more ? t->more->count : 0);
	t->align = align;
	if (!t->markdown)
		html(t->out, "<table%H%H><thead><tr>", attributes[0] ? " " : "", attributes);
	for (size_t c = 0; c < count; c++) {
		const char *name = c < own ? columns[c] : t->more->name[c - own];
		if (t->markdown)
			markdown(t->out, "| %s ", name);
		else
			html(t->out, "<th%H>%s</th>", is_number(t, c) ? " class=\"n\"" : "", name);
	}
	fputs(t->markdown ? "|\n" : "</tr></thead><tbody>\n", t->out);
	for (size_t c = 0; t->markdown && c < count; c++)
		fputs(is_number(t, c) ? "|--:" : "|---", t->out);
	fputs(t->markdown ? "|\n" : "", t->out);
}

static void close_row(table *t)
{
	close_cell(t);
	if (t->column > 0)
		fputs(t->markdown ? "|\n" : "</tr>\n", t->out);
	t->column = 0;
}

void table_row(table *t, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	close_row(t);
	fputs(t->markdown ? "" : "<tr>", t->out);
	open_cell(t);
	put(t, format, &arguments);
	va_end(arguments);
}

void table_cell(table *t, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	open_cell(t);
	put(t, format, &arguments);
	va_end(arguments);
}

void table_more(table *t, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	put(t, format, &arguments);
	va_end(arguments);
}

void table_end(table *t)
{
	close_row(t);
	fputs(t->markdown ? "" : "</tbody></table>", t->out);
}

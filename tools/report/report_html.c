/* SPDX-License-Identifier: MIT */
/* report_html.c - one writer of formats for HTML and Markdown, and tables on it (report_html.h). */
#include "report_html.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 400 }; /* bytes of a text in Markdown */

/* ---- text ---- */

static const char *entity_of(char c, int in_markdown)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return in_markdown ? NULL : "&quot;";
	case '\'': return in_markdown ? NULL : "&#39;";
	case '@': return in_markdown ? "&#64;" : NULL; // no mention
	default: return NULL;
	}
}

/* In Markdown it can neither end a cell of a table nor become a tag or a link. */
static void escape(const page *p, const char *text)
{
	for (const char *start = text; *text; text++) {
		const char *entity = entity_of(*text, p->markdown);
		const int control = (unsigned char)*text < ' ';
		if (p->markdown && text - start >= CELL && (*text & 0xC0) != 0x80) {
			fputs("...", p->out);
			return;
		}
		if (p->markdown && strchr("\\`*_[]()#|!~", *text))
			fputc('\\', p->out);
		if (entity)
			fputs(entity, p->out);
		else if (p->markdown)
			fputc(control ? ' ' : *text, p->out);
		else if (!control || *text == '\n' || *text == '\t')
			fputc(*text, p->out);
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

static int is_number(const page *p, size_t column)
{
	const size_t known = strlen(p->align);
	return p->align[column < known ? column : known - 1] == 'n';
}

static void close_cell(page *p)
{
	if (p->column > 0)
		fputs(p->markdown ? " " : p->column == 1 ? "</th>" : "</td>", p->out);
}

static void open_cell(page *p)
{
	const char *number = is_number(p, p->column) ? "n" : "", *css = p->css ? p->css : "";
	close_cell(p);
	if (p->markdown)
		fputs("| ", p->out);
	else
		fputs(p->column == 0 ? "<th scope=\"row\"" : "<td", p->out);
	if (!p->markdown && (*number || *css))
		fprintf(p->out, " class=\"%s%s%s\"", number, *number && *css ? " " : "", css);
	if (!p->markdown && p->sort)
		fprintf(p->out, " data-sort=\"%.6g\"", *p->sort);
	if (!p->markdown && p->title) {
		fputs(" title=\"", p->out);
		escape(p, p->title);
		fputs("\"", p->out);
	}
	fputs(p->markdown ? "" : ">", p->out);
	p->title = p->css = NULL;
	p->sort = NULL;
	p->column++;
}

/* ---- formats ---- */

static void put_count(char room[64], va_list *arguments)
{
	const size_t count = va_arg(*arguments, size_t);
	const char *one = va_arg(*arguments, const char *), *many = va_arg(*arguments, const char *);
	snprintf(room, 64, "%zu %s", count, count == 1 ? one : many);
}

static void put_argument(page *p, char what, va_list *arguments)
{
	char room[64] = "", *owned = NULL;
	const char *text = room;
	switch (what) {
	case 'H':
		text = va_arg(*arguments, const char *);
		fputs(p->markdown ? "" : text, p->out);
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
	if (text)
		escape(p, text);
	free(owned);
}

static void put_list(page *p, const char *format, va_list *arguments)
{
	for (; *format; format++)
		if (*format == '\t' && p->align)
			open_cell(p);
		else if (*format != '%' || format[1] == '\0')
			fputc(*format, p->out);
		else if (*++format == '%')
			fputc('%', p->out);
		else
			put_argument(p, *format, arguments);
}

void put(page *p, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	put_list(p, format, &arguments);
	va_end(arguments);
}

/* ---- tables ---- */

void table_begin(page *p, const char *attributes, const char *const *columns, size_t count, const names *more,
                 const char *align)
{
	const size_t all = count + (more ? more->count : 0);
	p->align = align;
	if (!p->markdown)
		put(p, "<table%H%H><thead><tr>", attributes[0] ? " " : "", attributes);
	for (size_t c = 0; c < all; c++) {
		const char *name = c < count ? columns[c] : more->name[c - count];
		if (p->markdown)
			put(p, "| %s ", name);
		else
			put(p, "<th%H>%s</th>", is_number(p, c) ? " class=\"n\"" : "", name);
	}
	put(p, p->markdown ? "|\n" : "</tr></thead><tbody>\n");
	for (size_t c = 0; p->markdown && c < all; c++)
		put(p, is_number(p, c) ? "|--:" : "|---");
	put(p, p->markdown ? "|\n" : "");
}

static void close_row(page *p)
{
	close_cell(p);
	if (p->column > 0)
		put(p, p->markdown ? "|\n" : "</tr>\n");
	p->column = 0;
}

void table_row(page *p, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	close_row(p);
	put(p, p->markdown ? "" : "<tr>");
	open_cell(p);
	put_list(p, format, &arguments);
	va_end(arguments);
}

void table_cell(page *p, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	open_cell(p);
	put_list(p, format, &arguments);
	va_end(arguments);
}

void table_end(page *p)
{
	close_row(p);
	put(p, p->markdown ? "" : "</tbody></table>");
	p->align = NULL;
}

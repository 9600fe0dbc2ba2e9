/* SPDX-License-Identifier: MIT */
/* report_html.c - one writer of formats for HTML and Markdown, and tables on it (report_html.h). */
#include "report_html.h"

#include <math.h>
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

static void report_tenth(double value, char text[24]) { snprintf(text, 24, "%.1f", value); }

/* ---- formats ---- */

static void put_argument(FILE *out, int in_markdown, char what, va_list *arguments)
{
	static const struct {
		char what;
		void (*text_of)(double value, char text[24]);
	} number[] = {{'t', report_time}, {'p', report_share}, {'r', report_ratio}, {'f', report_tenth}};
	char room[24] = "";
	const char *text = room;
	if (what == 'H') {
		text = va_arg(*arguments, const char *);
		fputs(in_markdown ? "" : text, out);
		return;
	}
	if (what == 's')
		text = va_arg(*arguments, const char *);
	else if (what == 'z')
		snprintf(room, sizeof room, "%zu", va_arg(*arguments, size_t));
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		if (what == number[i].what)
			number[i].text_of(va_arg(*arguments, double), room);
	if (text && in_markdown)
		escape_markdown(out, text);
	else if (text)
		escape_html(out, text);
}

static void put(FILE *out, int in_markdown, const char *format, va_list *arguments)
{
	for (; *format; format++)
		if (*format != '%' || format[1] == '\0')
			fputc(*format, out);
		else if (*++format == '%')
			fputc('%', out);
		else
			put_argument(out, in_markdown, *format, arguments);
}

void html(FILE *out, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	put(out, 0, format, &arguments);
	va_end(arguments);
}

void markdown(FILE *out, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	put(out, 1, format, &arguments);
	va_end(arguments);
}

/* ---- tables ---- */

static int is_number(const table *t, size_t column)
{
	const size_t known = strlen(t->align);
	return t->align[column < known ? column : known - 1] == 'n';
}

void table_begin(table *t, const char *attributes, const char *const *columns, const char *align)
{
	t->align = align;
	if (!t->markdown)
		html(t->out, "<table%H%H><thead><tr>", attributes[0] ? " " : "", attributes);
	for (size_t c = 0; columns[c]; c++)
		if (t->markdown)
			markdown(t->out, "| %s ", columns[c]);
		else
			html(t->out, "<th%H>%s</th>", is_number(t, c) ? " class=\"n\"" : "", columns[c]);
	fputs(t->markdown ? "|\n" : "</tr></thead><tbody>\n", t->out);
	for (size_t c = 0; t->markdown && columns[c]; c++)
		fputs(is_number(t, c) ? "|--:" : "|---", t->out);
	fputs(t->markdown ? "|\n" : "", t->out);
}

static void close_cell(table *t)
{
	if (t->open && t->markdown)
		fputs(" ", t->out);
	else if (t->open)
		fputs(t->column == 1 ? "</th>" : "</td>", t->out);
	t->open = 0;
}

static void close_row(table *t)
{
	close_cell(t);
	if (t->begun)
		fputs(t->markdown ? "|\n" : "</tr>\n", t->out);
	t->begun = 0;
}

void table_row(table *t)
{
	close_row(t);
	fputs(t->markdown ? "" : "<tr>", t->out);
	t->begun = 1;
	t->column = 0;
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
		html(t->out, " class=\"%s%H%s\"", number, *number && *css ? " " : "", css);
	if (!t->markdown && t->sort)
		fprintf(t->out, " data-sort=\"%.6g\"", *t->sort);
	if (!t->markdown && t->title)
		html(t->out, " title=\"%s\"", t->title);
	fputs(t->markdown ? "" : ">", t->out);
	t->title = t->css = NULL;
	t->sort = NULL;
	t->open = 1;
	t->column++;
}

void table_cell(table *t, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	open_cell(t);
	put(t->out, t->markdown, format, &arguments);
	va_end(arguments);
}

void table_more(table *t, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	put(t->out, t->markdown, format, &arguments);
	va_end(arguments);
}

void table_end(table *t)
{
	close_row(t);
	fputs(t->markdown ? "" : "</tbody></table>", t->out);
}

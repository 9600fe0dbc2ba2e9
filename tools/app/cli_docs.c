/* SPDX-License-Identifier: MIT */
/* cli_docs.c - the tables of the command line in other forms: manual pages, words for a shell that completes. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "about.h"
#include "base/isa.h"
#include "cli_table.h"
#include "shapes/shapes.h"

/* ---- manual pages ---- */

/* Text that man(7) has to show unchanged; a new line of it begins a new line there. */
static void put_text(const char *text)
{
	for (const char *c = text; *c; c++)
		if (*c == '\n')
			fputs("\n.br\n", stdout);
		else if (*c == '-' || *c == '\\')
			fputs(*c == '-' ? "\\-" : "\\e", stdout);
		else if (strchr(".'", *c) && (c == text || c[-1] == '\n'))
			printf("\\&%c", *c);
		else
			putchar(*c);
}

/* A piece of a page; %s is text, all else stands as it is. */
static void put(const char *format, ...)
{
	va_list texts;
	va_start(texts, format);
	for (; *format; format++)
		if (format[0] == '%' && format[1] == 's') {
			put_text(va_arg(texts, const char *));
			format++;
		} else {
			putchar(*format);
		}
	va_end(texts);
}

/* The day of the build: that of SOURCE_DATE_EPOCH, which builds set that give the same bytes twice, else today. */
static void put_head(const char *title, const char *verb, const char *what)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t now = epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
	char day[16];
	struct tm utc;
	strftime(day, sizeof day, "%Y-%m-%d", gmtime_r(&now, &utc));
	printf(".TH %s 1 %s \"gatemark %s\" \"User Commands\"\n.SH NAME\ngatemark", title, day, about_version);
	put(verb ? "\\-%s \\- %s\n" : "%s \\- %s\n", verb ? verb : "", what);
	put(".SH SYNOPSIS\n.B gatemark %s\n", verb ? verb : "VERB");
}

static void put_exits(const char *codes)
{
	char text[200];
	cli_exits(codes, text);
	put(".SH EXIT STATUS\n%s.\n", strchr(text, ' ') + 1);
}

static void put_see_also(const verb *without)
{
	size_t left = VERBS - (without != NULL);
	fputs(without ? ".SH SEE ALSO\n.BR gatemark (1),\n" : ".SH SEE ALSO\n", stdout);
	for (size_t k = 0; k < VERBS; k++)
		if (&verbs[k] != without)
			put(".BR gatemark\\-%s (1)%s\n", verbs[k].name, --left ? "," : "");
}

static void put_option(const option_row *o)
{
	const char letter[] = {(char)o->letter, '\0'};
	fputs(".TP\n", stdout);
	if (o->letter)
		put("\\fB\\-%s\\fR", letter);
	if (o->letter)
		put(o->value ? " \\fI%s\\fR, " : ", ", o->value);
	put("\\fB\\-\\-%s\\fR", o->name);
	if (o->value)
		put(o->kind == MAYBE ? "[=\\fI%s\\fR]" : "=\\fI%s\\fR", o->value);
	put("\n%s\n", o->what);
}

static void man_of_verb(const verb *v)
{
	char title[64];
	snprintf(title, sizeof title, "gatemark-%s", v->name);
	put_head(title, v->name, v->what);
	put("[\\fIOPTION\\fR...] %s\n", v->arguments ? v->arguments : "");
	if (v->more)
		put(".SH DESCRIPTION\n%s\n", v->more);
	fputs(".SH OPTIONS\n", stdout);
	for (size_t k = 0; k < OPTIONS; k++)
		if (option[k].verbs & v->bit)
			put_option(&option[k]);
	put_exits(v->exits);
	put_see_also(v);
}

void cli_man(const verb *v)
{
	if (v) {
		man_of_verb(v);
		return;
	}
	put_head("gatemark", NULL, "which recurrent-network kernel is right, and which one is fast, on this machine");
	fputs("[\\fIOPTION\\fR...]\n.SH DESCRIPTION\n"
	      "Judges kernels of RNN, LSTM and GRU, forward and backward, element by element against golden cases, times\n"
	      "what is right, and says which one to deploy.\n.SH VERBS\n",
	      stdout);
	for (size_t k = 0; k < VERBS; k++)
		put(".TP\n.B %s\n%s\n", verbs[k].name, verbs[k].what);
	put(".TP\n.B help\nThe options of a verb\n.TP\n.B version\nBuild, libraries, versions of all that judges\n");
	put_exits(NULL);
	put(".SH ENVIRONMENT\n.TP\n.B GATEMARK_FIXTURES\nGolden files, where no option names them.\n"
	    ".TP\n.B NO_COLOR\nIf it is set, nothing is coloured.\n");
	put_see_also(NULL);
}

/* ---- completion ---- */

/* What the value of an option may be, where that is known. */
static void put_values(const option_row *o)
{
	static const char *const files[] = {"PATH", "SO", "F", "DIR", "NAME|FILE"};
	for (size_t k = 0; o->value && k < sizeof files / sizeof files[0]; k++)
		if (strcmp(o->value, files[k]) == 0)
			fputs(" @file", stdout);
	for (uint32_t k = 0; strcmp(o->name, "class") == 0 && k < GM_CLASSES; k++)
		printf(" %s", gm_class_name(k));
	for (size_t k = 0; strcmp(o->name, "isa-cap") == 0 && k < ISA_ROWS; k++)
		printf(" %s", isa_table[k].name);
	for (size_t k = 0; strcmp(o->name, "shapes") == 0 && k < shapes_builtin_count(); k++)
		printf(" %s", shapes_builtin_name(k));
	for (size_t k = 0; strcmp(o->name, "variants") == 0 && k < gm_variant_count(); k++)
		printf(" %s", gm_variant_at(k)->name);
	if (strcmp(o->name, "pass") == 0)
		fputs(" fwd bwd", stdout);
}

/* "show|verify|pack [PATH [CASE]]": its words in small letters, and files where there is one in capitals. */
static void put_arguments(const char *arguments)
{
	static const char signs[] = "[]|. ";
	int files = 0;
	for (const char *c = arguments + strspn(arguments, signs); *c; c += strspn(c, signs)) {
		const int length = (int)strcspn(c, signs), small = *c >= 'a';
		if (small)
			printf(" %.*s", length, c);
		files |= !small;
		c += length;
	}
	puts(files ? " @file" : "");
}

void cli_complete(const verb *v)
{
	for (size_t k = 0; !v && k < VERBS; k++)
		puts(verbs[k].name);
	if (!v) {
		puts("help\nversion");
		return;
	}
	for (size_t k = 0; k < OPTIONS; k++)
		if (option[k].verbs & v->bit) {
			printf("--%s %s", option[k].name, !option[k].value ? "-" : option[k].kind == MAYBE ? "?" : "=");
			put_values(&option[k]);
			putchar('\n');
		}
	puts("--help -");
	fputs("argument =", stdout);
	put_arguments(v->arguments ? v->arguments : "");
}

/* SPDX-License-Identifier: MIT */
/* shapes.c - lists of problems from the tables or a file.  A built-in list is the text that its rows make, read by the
 * same parser as a file. */
#include "shapes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_CAP (1u << 20) /* bytes of a list: 20 000 lines */

#define SHAPE(text) text "\n"
static const struct builtin {
	const char *name, *about, *text;
} builtins[] = {
	{
		"quick",
		"three cells over T, training and single steps, in about a minute",
#include "quick.def"
	},
	{
		"full",
		"public anchors of every kind of user: sizes, batches, layers, directions; forward and training",
#include "full.def"
	},
	{
		"sweep",
		"T from 1 to 2048 in powers of two for three cells: set-up time, step time, crossovers",
#include "sweep.def"
	},
};
#undef SHAPE
#define BUILTINS (sizeof builtins / sizeof *builtins)

size_t shapes_builtin_count(void) { return BUILTINS; }

const char *shapes_builtin_name(size_t index) { return index < BUILTINS ? builtins[index].name : NULL; }

const char *shapes_builtin_about(size_t index) { return index < BUILTINS ? builtins[index].about : NULL; }

/* Appends one line without its comment; an empty one is nothing. */
static gm_status add_line(const char *where, size_t line_number, char *line, shape_list *list, gm_error *error)
{
	gm_error detail = {0};
	gm_spec spec;
	char text[GM_SPEC_TEXT], other[GM_SPEC_TEXT];
	line[strcspn(line, "#\r")] = '\0';
	line += strspn(line, " \t");
	for (size_t n = strlen(line); n > 0 && strchr(" \t", line[n - 1]); n--)
		line[n - 1] = '\0';
	if (!*line)
		return GM_OK;
	if (gm_spec_parse(line, &spec, &detail) != GM_OK)
		return gm_fail(error, GM_BAD_ARGUMENT, "%.120s:%zu: %.300s", where, line_number, detail.message);
	if (spec.pass == GM_PASS_NONE)
		spec.pass = GM_PASS_FWD;
	gm_spec_format(&spec, text);
	for (size_t i = 0; i < list->count; i++) {
		gm_spec_format(&list->specs[i], other);
		if (strcmp(text, other) == 0)
			return gm_fail(error, GM_BAD_ARGUMENT, "%.120s:%zu: %.130s is there twice", where, line_number, line);
	}
	gm_spec *grown = realloc(list->specs, (list->count + 1) * sizeof *grown);
	if (!grown)
		return gm_fail(error, GM_NO_MEMORY, "%.120s: no memory for %zu problems", where, list->count + 1);
	list->specs = grown;
	grown[list->count++] = spec;
	return GM_OK;
}

gm_status shapes_parse(const char *where, const char *text, shape_list *list, gm_error *error)
{
	shape_list made = {0, NULL};
	gm_status status = GM_OK;
	char line[512];
	for (size_t number = 1; status == GM_OK && *text; number++) {
		const size_t length = strcspn(text, "\n");
		if (length < sizeof line) {
			memcpy(line, text, length);
			line[length] = '\0';
			status = add_line(where, number, line, &made, error);
		} else
			status = gm_fail(error, GM_BAD_ARGUMENT, "%.120s:%zu: a line of %zu characters", where, number, length);
		text += length + (text[length] == '\n');
	}
	if (status == GM_OK && made.count == 0)
		status = gm_fail(error, GM_BAD_ARGUMENT, "%.120s: no problem in it", where);
	if (status == GM_OK)
		*list = made;
	else
		shapes_free(&made);
	return status;
}

gm_status shapes_load(const char *name, shape_list *list, gm_error *error)
{
	for (size_t i = 0; i < BUILTINS; i++)
		if (strcmp(name, builtins[i].name) == 0)
			return shapes_parse(name, builtins[i].text, list, error);
	FILE *f = fopen(name, "r");
	if (!f)
		return gm_fail(error, GM_IO, "shapes '%.200s': neither a built-in list nor a readable file (%s)", name,
		               strerror(errno));
	gm_status status;
	char *text = malloc(FILE_CAP + 1);
	const size_t size = text ? fread(text, 1, FILE_CAP + 1, f) : 0;
	if (!text)
		status = gm_fail(error, GM_NO_MEMORY, "%.200s: no memory to read it", name);
	else if (ferror(f))
		status = gm_fail(error, GM_IO, "%.200s: %s", name, strerror(errno));
	else if (size > FILE_CAP)
		status = gm_fail(error, GM_BAD_ARGUMENT, "%.200s: longer than %u bytes", name, FILE_CAP);
	else if (memchr(text, '\0', size))
		status = gm_fail(error, GM_BAD_ARGUMENT, "%.200s: not a text file", name);
	else {
		text[size] = '\0';
		status = shapes_parse(name, text, list, error);
	}
	free(text);
	fclose(f);
	return status;
}

void shapes_free(shape_list *list)
{
	free(list->specs);
	*list = (shape_list){0, NULL};
}

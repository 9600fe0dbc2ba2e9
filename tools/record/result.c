/* SPDX-License-Identifier: MIT */
/* result.c - fields.def as tables, and the life of a result that they describe. */
#define _GNU_SOURCE
#include "result.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the tables ---- */

/* clang-format off */
#define WORDS(type)            static const char *const type##_texts[] = {
#define WORD(type, name, text) text,
#define WORDS_END(type, count) }; const record_words type##_words = {type##_texts, count};
#include "fields.def"

/* What a form needs to know beyond key and offset. */
#define MORE_TEXT(type, r, name)    .room = sizeof(((type *)0)->name), .stride = sizeof(((type *)0)->name)
#define MORE_STRING(type, r, name)   .room = 0
#define MORE_WORD(type, r, name)     .words = &r##_words
#define MORE_FLAG(type, r, name)     .room = 0
#define MORE_COUNT(type, r, name)    .room = 0
#define MORE_INTEGER(type, r, name)  .room = 0
#define MORE_REAL(type, r, name)     .room = 0
#define MORE_TEXTS(type, r, name) \
	.room = sizeof(((type *)0)->name), .stride = sizeof(((type *)0)->name[0]), .count = offsetof(type, name##_count)
#define MORE_STRINGS(type, r, name)  .count = offsetof(type, name##_count)
#define MORE_GRID(type, r, name)     .count = offsetof(type, name##_rows), .columns = offsetof(type, name##_columns)
#define MORE_PART(type, r, name)     .of = &r##_type
#define MORE_LIST(type, r, name)     .of = &r##_type, .count = offsetof(type, name##_count)
#define MORE_LINK(type, r, name)     MORE_LIST(type, r, name)
#define MORE_MAP(type, r, name)      MORE_LIST(type, r, name)

#define RECORD(type, name, text) static const record_field type##_fields[] = {
#define FIELD_AS(type, form, room, name, key, how, unit, text) \
	{key, unit, text, FORM_##form, HOW_##how, offsetof(type, name), MORE_##form(type, room, name)},
#define RECORD_END(type) };
#include "fields.def"

/* clang-format on */

#define RECORD(type, name, text)                                                                               \
	const record_type type##_type = {name, text, sizeof(type), sizeof type##_fields / sizeof type##_fields[0], \
	                                 type##_fields};
#include "fields.def"

const char *record_word(const record_words *words, int value)
{
	return value >= 0 && (size_t)value < words->count ? words->word[value] : "";
}

/* ---- reasons ---- */

const char *reason_text(reason_code code)
{
	static const char *const text[REASON_CODES] = {
		[CODE_NO_CPU] = "not on this CPU",     [CODE_NOT_BUILT] = "not in this build",
		[CODE_HIDDEN] = "hidden by --isa-cap", [CODE_BUDGET_SPENT] = "no time left",
		[CODE_FILTERED] = "filtered out",      [CODE_UNFIT] = "unfit for judging",
		[CODE_TIMED_OUT] = "timed out",        [CODE_GIVEN_UP] = "given up after time-outs",
		[CODE_NO_MEMORY] = "no memory",        [CODE_BROKEN] = "failed"};
	return code >= 0 && code < REASON_CODES && text[code] ? text[code] : reason_code_word(code);
}

reason_code reason_of(gm_status status)
{
	switch (status) {
	case GM_OK: return reason_code_none;
	case GM_NO_CPU: return CODE_NO_CPU;
	case GM_UNSUPPORTED: return CODE_UNSUPPORTED;
	case GM_MISMATCH: return CODE_WRONG;
	case GM_CRASHED: return CODE_CRASHED;
	case GM_TIMEOUT: return CODE_TIMED_OUT;
	case GM_NO_MEMORY: return CODE_NO_MEMORY;
	default: return CODE_BROKEN;
	}
}

/* ---- strings and lists ---- */

int record_set(char **string, const char *text)
{
	char *copy = text ? strdup(text) : NULL;
	free(*string);
	*string = copy;
	return copy || !text;
}

void *record_grow(void *list, size_t *count, size_t bytes)
{
	void *all;
	memcpy(&all, list, sizeof all);
	if ((*count & (*count - 1)) == 0) { // full at every power of two
		all = realloc(all, (*count ? 2 * *count : 1) * bytes);
		if (!all)
			return NULL;
		memcpy(list, &all, sizeof all);
	}
	return (char *)all + (*count)++ * bytes;
}

int record_append(char ***strings, size_t *count, const char *text)
{
	char *copy = strdup(text), **last = copy ? record_grow(strings, count, sizeof *last) : NULL;
	if (last)
		*last = copy;
	else
		free(copy);
	return last != NULL;
}

int record_appendf(char ***strings, size_t *count, const char *format, ...)
{
	char *text = NULL;
	va_list arguments;
	va_start(arguments, format);
	const int good = vasprintf(&text, format, arguments) >= 0 && record_append(strings, count, text);
	va_end(arguments);
	free(text);
	return good;
}

/* ---- different texts ---- */

/* Looked through from the end: what comes in groups is found at once. */
size_t names_find(const names *list, const char *text)
{
	for (size_t i = list->count; i > 0; i--)
		if (strcmp(list->name[i - 1], text) == 0)
			return i - 1;
	return list->count;
}

size_t names_add(names *list, const char *text)
{
	size_t at = names_find(list, text);
	if (at < list->count)
		return at;
	const char **last = record_grow(&list->name, &list->count, sizeof *last);
	if (last)
		*last = text;
	list->failed |= !last;
	return at;
}

int names_new(names *list, const char *text)
{
	size_t before = list->count;
	names_add(list, text);
	return list->count > before;
}

/* ---- life ---- */

/* What is unknown before anybody fills it; the rest is 0. */
static void set_unknown(const record_field *f, void *value)
{
	int known = f->how == HOW_KEY || f->how == HOW_SET;
	if (f->form == FORM_PART)
		record_init(f->of, &RECORD_AT(value, f->offset, char));
	else if (f->form == FORM_WORD)
		RECORD_AT(value, f->offset, int) = -1;
	else if (f->form == FORM_REAL && !known)
		RECORD_AT(value, f->offset, double) = -1;
	else if (f->form == FORM_COUNT && !known)
		RECORD_AT(value, f->offset, size_t) = RECORD_UNKNOWN;
}

void record_init(const record_type *type, void *value)
{
	memset(value, 0, type->bytes);
	for (size_t k = 0; k < type->count; k++)
		set_unknown(&type->field[k], value);
}

void *record_add(const record_field *member, void *value)
{
	void *list = &RECORD_AT(value, member->offset, char);
	void *last = record_grow(list, &RECORD_AT(value, member->count, size_t), member->of->bytes);
	if (last)
		record_init(member->of, last);
	return last;
}

void record_free(const record_type *type, void *value)
{
	for (const record_field *f = type->field; f < type->field + type->count; f++) {
		void *at = &RECORD_AT(value, f->offset, char);
		char *owned = f->form == FORM_STRING || f->form >= FORM_STRINGS ? RECORD_AT(at, 0, char *) : NULL;
		if (f->form == FORM_PART)
			record_free(f->of, at);
		for (size_t i = 0; f->form == FORM_STRINGS && i < RECORD_AT(value, f->count, size_t); i++)
			free(RECORD_AT(owned, i * sizeof(char *), char *));
		for (size_t i = 0; f->form >= FORM_LIST && i < RECORD_AT(value, f->count, size_t); i++)
			record_free(f->of, owned + i * f->of->bytes);
		free(owned);
	}
	record_init(type, value);
}

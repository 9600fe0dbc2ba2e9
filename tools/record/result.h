/* SPDX-License-Identifier: MIT */
/* result.h - results are types: the enums and structs of fields.def, and what can be done with any of them.  A result
 * owns its strings and lists.  Each enum X has X_word(value), "" for -1, and X_words; each struct X has X_init (all
 * unknown or 0), X_free (leaves what X_init does), and X_type for the functions that take any (record_*). */
#ifndef RECORD_RESULT_H
#define RECORD_RESULT_H

#include <jansson.h>
#include <stdio.h>

#include "gatemark/variant.h"

#define RECORD_UNKNOWN ((size_t)-1) /* of a COUNT */

/* clang-format off */
#define WORDS(type)              typedef enum type { type##_none = -1,
#define WORD(type, name, text)   name,
#define WORDS_END(type, count)   count } type;
#define RECORD(type, name, text) typedef struct type type; struct type {
#define RECORD_END(type)         };
#define FIELD_AS(type, form, room, name, key, how, unit, text) MEMBER_##form(room, name)
#define MEMBER_TEXT(room, name)    char name room;
#define MEMBER_STRING(room, name)  char *name;
#define MEMBER_WORD(room, name)    room name;
#define MEMBER_FLAG(room, name)    int name;
#define MEMBER_COUNT(room, name)   size_t name;
#define MEMBER_INTEGER(room, name) int64_t name;
#define MEMBER_REAL(room, name)    double name;
#define MEMBER_TEXTS(room, name)   char name room; size_t name##_count;
#define MEMBER_STRINGS(room, name) char **name; size_t name##_count;
#define MEMBER_GRID(room, name)    double *name; size_t name##_rows, name##_columns;
#define MEMBER_PART(room, name)    room name;
#define MEMBER_LINK(room, name)    MEMBER_LIST(room, name)
#define MEMBER_LIST(room, name)    room *name; size_t name##_count;
#define MEMBER_MAP(room, name)     MEMBER_LIST(room, name)
#include "fields.def"
/* clang-format on */

typedef enum record_kind {
#define KIND(name, type) name,
#include "fields.def"
	RECORD_KINDS
} record_kind;

/* ---- what is known about them ---- */

typedef struct record_words {
	const char *const *word;
	size_t count;
} record_words;

typedef enum record_form {
	FORM_TEXT,
	FORM_STRING,
	FORM_WORD,
	FORM_FLAG,
	FORM_COUNT,
	FORM_INTEGER,
	FORM_REAL, /* the last of those that are one value: a column of CSV */
	FORM_TEXTS,
	FORM_PART,
	FORM_STRINGS, /* from here on: owned, with a count */
	FORM_GRID,
	FORM_LIST, /* from here on: of structs */
	FORM_LINK,
	FORM_MAP
} record_form;

typedef enum record_how { HOW_KEY, HOW_SET, HOW_NUL, HOW_OPT, HOW_FIG } record_how;

typedef struct record_field {
	const char *key, *unit, *text;
	record_form form;
	record_how how;
	size_t offset;         /* of the member */
	size_t room, stride;   /* TEXT, TEXTS: bytes of the array, of one text */
	size_t count, columns; /* offsets of name_count or name_rows, and of name_columns */
	const record_words *words;
	const struct record_type *of;
} record_field;

typedef struct record_type {
	const char *name, *text;
	size_t bytes, count;
	const record_field *field;
} record_type;

/* What lies at an offset of a value. */
#define RECORD_AT(value, offset, type) (*(type *)((char *)(uintptr_t)(value) + (offset)))

const char *record_word(const record_words *words, int value);
void record_init(const record_type *type, void *value);
void record_free(const record_type *type, void *value);
/* A copy of text becomes the STRING, whose former text is freed.  0 without memory; it is NULL then. */
int record_set(char **string, const char *text);
/* A copy of text behind the last of STRINGS; 0 without memory. */
int record_append(char ***strings, size_t *count, const char *text);
/* The same with a text that is put together. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
int record_appendf(char ***strings, size_t *count, const char *format, ...);
/* list[*count - 1] after room for one more element was made at the end of a LIST, not initialised; NULL without memory,
 * the list is as it was then.  list is the address of the member. */
void *record_grow(void *list, size_t *count, size_t bytes);
/* One more element of a value's member that is a LIST, LINK or MAP, as its X_init leaves it; NULL without memory. */
void *record_add(const record_field *member, void *value);

#define WORDS(type)                         \
	extern const record_words type##_words; \
	static inline const char *type##_word(type value) { return record_word(&type##_words, (int)value); }
#define RECORD(type, name, text)                                              \
	extern const record_type type##_type;                                     \
	static inline void type##_init(type *x) { record_init(&type##_type, x); } \
	static inline void type##_free(type *x) { record_free(&type##_type, x); }
#include "fields.def"

/* ---- reasons ---- */

const char *reason_text(reason_code code); /* for people: "not on this CPU" */
reason_code reason_of(gm_status status);   /* of what failed with it; reason_code_none for GM_OK */

/* ---- JSON, CSV, JSON Schema and documentation, all from fields.def ---- */

#define RECORD_SCHEMA 1 /* `schema` of every record */

/* The type of a kind, whose name is the `kind` of JSON. */
static inline const record_type *record_type_of(record_kind kind) { return evidence_type.field[kind].of; }

/* Value as an object, its members in the order of fields.def; NULL without memory.  Text that is no UTF-8 gets '?'. */
json_t *record_to_json(const record_type *type, const void *value);
/* Fills value, which need not be initialised, from an object; keys that are not known are passed over.  GM_BAD_FIXTURE:
 * a KEY is not there, or a member is not what it has to be ("tensors.used: a number is expected"); GM_NO_MEMORY.
 * value is as after record_init then. */
GM_CHECKED gm_status record_from_json(const record_type *type, const json_t *object, void *value, gm_error *error);

/* Members that two types have in common, by their key, are copied; what is unknown in from stays.  GM_NO_MEMORY. */
GM_CHECKED gm_status record_take(const record_type *to_type, void *to, const record_type *from_type, const void *from,
                                 gm_error *error);

/* A number, or the string "NaN", "Infinity", "-Infinity"; and back: 0 if it is neither. */
json_t *results_number(double value);
int record_real(const json_t *json, double *value);

/* CSV (RFC 4180): all members that are one value; value NULL: their names.  What a spreadsheet would take for a
 * formula gets an apostrophe in front.  Without end of line. */
void record_csv(FILE *out, const record_type *type, const void *value);
void record_csv_text(FILE *out, const char *text); /* one value */

/* The JSON Schema (draft 7) of a line of a result file; NULL without memory. */
json_t *record_schema(void);
/* The same for people: a Markdown table for each record and each part of one. */
void record_markdown(FILE *out);

/* ---- different texts, in the order in which they came ---- */

/* The texts are borrowed, `name` is to be freed. */
typedef struct names {
	const char **name;
	size_t count;
	int failed; /* one could not be taken: no memory; may be looked at once, in the end */
} names;

/* Index of text, which is added if it is new: then it is count - 1. */
size_t names_add(names *list, const char *text);
/* 1 if text is new. */
int names_new(names *list, const char *text);
/* Index of text, or count. */
size_t names_find(const names *list, const char *text);

#endif

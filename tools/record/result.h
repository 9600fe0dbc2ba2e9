/* SPDX-License-Identifier: MIT */
/* result.h - results are types: the enums and structs of fields.def, and what can be done with any of them.  A result
 * owns its strings and lists.  Each enum X has X_word(value), "" for -1, and X_words; each struct X has X_init (all
 * unknown or 0), X_free (leaves what X_init does), and X_type for the functions that take any (record.h). */
#ifndef RECORD_RESULT_H
#define RECORD_RESULT_H

#include "gatemark/gatemark.h"

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

#endif

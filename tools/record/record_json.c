/* SPDX-License-Identifier: MIT */
/* record_json.c - a result to JSON and back, member by member of its table. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

#define AT(value, offset, type) (*(type *)((char *)(uintptr_t)(value) + (offset)))

const record_type *record_type_of(record_kind kind)
{
	static const record_type *const type[RECORD_KINDS] = {
#define KIND(name, type) &type##_type,
#include "fields.def"
	};
	return type[kind];
}

static const struct {
	const char *text;
	double value;
} beyond[] = {{"NaN", NAN}, {"Infinity", INFINITY}, {"-Infinity", -INFINITY}};

json_t *results_number(double value)
{
	if (isfinite(value))
		return json_real(value);
	return json_string(beyond[isnan(value) ? 0 : value > 0 ? 1 : 2].text);
}

int record_real(const json_t *json, double *value)
{
	if (json_is_number(json)) {
		*value = json_number_value(json);
		return 1;
	}
	for (size_t k = 0; json_is_string(json) && k < sizeof beyond / sizeof beyond[0]; k++)
		if (strcmp(json_string_value(json), beyond[k].text) == 0) {
			*value = beyond[k].value;
			return 1;
		}
	return 0;
}

/* ---- to JSON ---- */

static json_t *text_to_json(const char *text)
{
	json_t *json = json_string(text ? text : "");
	char *copy = json ? NULL : strdup(text);
	for (char *c = copy; c && *c != '\0'; c++)
		*c = (unsigned char)*c < 0x80 ? *c : '?';
	if (copy)
		json = json_string(copy);
	free(copy);
	return json;
}

static json_t *grid_to_json(const record_field *f, const void *value)
{
	size_t rows = AT(value, f->count, size_t), columns = AT(value, f->columns, size_t);
	json_t *all = json_array();
	for (size_t r = 0; r < rows; r++) {
		json_t *row = json_array();
		for (size_t c = 0; c < columns; c++)
			json_array_append_new(row, results_number(AT(value, f->offset, double *)[r * columns + c]));
		json_array_append_new(all, row);
	}
	return all;
}

/* What the first member stands for: the second, or all others. */
static json_t *map_value(const record_type *type, const char *one)
{
	if (type->count == 2)
		return text_to_json(one + type->field[1].offset);
	json_t *others = record_to_json(type, one);
	json_object_del(others, type->field[0].key);
	return others;
}

static json_t *list_to_json(const record_field *f, const void *value)
{
	const char *list = AT(value, f->offset, char *);
	size_t count = AT(value, f->count, size_t), bytes = f->of->bytes;
	if (f->form == FORM_LINK)
		return count ? record_to_json(f->of, list) : json_object();
	json_t *all = f->form == FORM_MAP ? json_object() : json_array();
	for (size_t i = 0; i < count; i++) {
		const char *one = list + i * bytes;
		if (f->form == FORM_MAP)
			json_object_set_new(all, one + f->of->field[0].offset, map_value(f->of, one));
		else
			json_array_append_new(all, record_to_json(f->of, one));
	}
	return all;
}

static json_t *texts_to_json(const record_field *f, const void *value)
{
	json_t *all = json_array();
	for (size_t i = 0; i < AT(value, f->count, size_t); i++)
		json_array_append_new(all, text_to_json(f->form == FORM_STRINGS ? AT(value, f->offset, char **)[i]
		                                                                : &AT(value, f->offset + i * f->stride, char)));
	return all;
}

/* Unknown: what is left out or null, if the member may be. */
static int is_unknown(const record_field *f, const void *value)
{
	const void *at = &AT(value, f->offset, char);
	switch (f->form) {
	case FORM_TEXT: return AT(at, 0, char) == '\0';
	case FORM_STRING: return !AT(at, 0, char *);
	case FORM_WORD: return AT(at, 0, int) < 0;
	case FORM_FLAG: return !AT(at, 0, int);
	case FORM_COUNT: return AT(at, 0, size_t) == RECORD_UNKNOWN;
	case FORM_REAL: return AT(at, 0, double) < 0;
	case FORM_STRINGS:
	case FORM_LIST:
	case FORM_LINK:
	case FORM_MAP: return AT(value, f->count, size_t) == 0;
	default: return 0;
	}
}

static json_t *member_to_json(const record_field *f, const void *value)
{
	const void *at = &AT(value, f->offset, char);
	switch (f->form) {
	case FORM_TEXT: return text_to_json(at);
	case FORM_STRING: return text_to_json(AT(at, 0, char *));
	case FORM_WORD: return json_string(record_word(f->words, AT(at, 0, int)));
	case FORM_FLAG: return json_boolean(AT(at, 0, int));
	case FORM_COUNT: return json_integer((json_int_t)AT(at, 0, size_t));
	case FORM_INTEGER: return json_integer(AT(at, 0, int64_t));
	case FORM_REAL: return results_number(AT(at, 0, double));
	case FORM_TEXTS:
	case FORM_STRINGS: return texts_to_json(f, value);
	case FORM_PART: return record_to_json(f->of, at);
	case FORM_GRID: return grid_to_json(f, value);
	default: return list_to_json(f, value);
	}
}

json_t *record_to_json(const record_type *type, const void *value)
{
	json_t *object = json_object();
	for (const record_field *f = type->field; object && f < type->field + type->count; f++) {
		int unknown = f->how >= HOW_NUL && is_unknown(f, value);
		if (unknown && f->how != HOW_NUL)
			continue;
		if (json_object_set_new(object, f->key, unknown ? json_null() : member_to_json(f, value)) != 0) {
			json_decref(object);
			object = NULL;
		}
	}
	return object;
}

/* ---- from JSON ---- */

static gm_status expected(const char *what, gm_error *error)
{
	return gm_fail(error, GM_BAD_FIXTURE, "%s is expected", what);
}

static gm_status text_from_json(const json_t *json, size_t room, char *text, gm_error *error)
{
	if (!json_is_string(json))
		return expected("a text", error);
	if (json_string_length(json) >= room)
		return gm_fail(error, GM_BAD_FIXTURE, "a text of at most %zu bytes is expected, not %zu", room - 1,
		               json_string_length(json));
	memcpy(text, json_string_value(json), json_string_length(json) + 1);
	return GM_OK;
}

static gm_status word_from_json(const record_field *f, const json_t *json, int *word, gm_error *error)
{
	const char *text = json_string_value(json);
	*word = -1;
	for (size_t k = 0; text && k < f->words->count; k++)
		if (strcmp(f->words->word[k], text) == 0)
			*word = (int)k;
	if (*word >= 0 || (text && text[0] == '\0' && f->how != HOW_KEY))
		return GM_OK;
	char list[256] = "";
	for (size_t k = 0, used = 0; k < f->words->count && used < sizeof list; k++)
		used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", k ? ", " : "", f->words->word[k]);
	return gm_fail(error, GM_BAD_FIXTURE, "one of %s is expected", list);
}

static gm_status grid_from_json(const record_field *f, const json_t *json, void *value, gm_error *error)
{
	size_t rows = json_array_size(json), columns = json_array_size(json_array_get(json, 0)), r, c;
	double *values = calloc(rows * columns + 1, sizeof *values);
	json_t *row, *one;
	if (!json_is_array(json) || !values) {
		free(values);
		return values ? expected("a list of lists of numbers", error) : gm_fail(error, GM_NO_MEMORY, "no memory");
	}
	AT(value, f->offset, double *) = values;
	AT(value, f->count, size_t) = rows;
	AT(value, f->columns, size_t) = columns;
	json_array_foreach(json, r, row) {
		if (!json_is_array(row) || json_array_size(row) != columns)
			return expected("a list of lists of numbers, equally long,", error);
		json_array_foreach(row, c, one)
			if (!record_real(one, &values[r * columns + c]))
				return expected("a number", error);
	}
	return GM_OK;
}

static gm_status texts_from_json(const record_field *f, const json_t *json, void *value, gm_error *error)
{
	size_t i;
	json_t *one;
	if (!json_is_array(json))
		return expected("a list of texts", error);
	json_array_foreach(json, i, one) {
		size_t *count = &AT(value, f->count, size_t);
		if (!json_is_string(one))
			return expected("a text", error);
		if (f->form == FORM_STRINGS) {
			if (!record_append(&AT(value, f->offset, char **), count, json_string_value(one)))
				return gm_fail(error, GM_NO_MEMORY, "no memory");
		} else if (i == f->room / f->stride) {
			return gm_fail(error, GM_BAD_FIXTURE, "at most %zu texts are expected", i);
		} else {
			GM_TRY(text_from_json(one, f->stride, &AT(value, f->offset + i * f->stride, char), error));
			++*count;
		}
	}
	return GM_OK;
}

static gm_status add_element(const record_field *f, const json_t *json, void *value, gm_error *error)
{
	size_t *count = &AT(value, f->count, size_t);
	void *last = record_grow(&AT(value, f->offset, char), count, f->of->bytes);
	if (!last)
		return gm_fail(error, GM_NO_MEMORY, "no memory");
	record_init(f->of, last);
	return record_from_json(f->of, json, last, error);
}

static gm_status list_from_json(const record_field *f, const json_t *json, void *value, gm_error *error)
{
	const record_field *member = f->of->field;
	const char *key;
	size_t i;
	json_t *one;
	if (f->form == FORM_LINK)
		return add_element(f, json, value, error);
	if (f->form == FORM_LIST ? !json_is_array(json) : !json_is_object(json))
		return expected(f->form == FORM_LIST ? "a list of objects" : "an object of texts", error);
	if (f->form == FORM_LIST)
		json_array_foreach(json, i, one)
			GM_TRY(add_element(f, one, value, error));
	else
		json_object_foreach((json_t *)(uintptr_t)json, key, one) {
			json_t *pair = f->of->count == 2 ? json_pack("{s:s, s:O}", member[0].key, key, member[1].key, one)
			                                 : json_copy(one);
			if (f->of->count > 2)
				json_object_set_new(pair, member[0].key, json_string(key));
			gm_status status = add_element(f, pair, value, error);
			json_decref(pair);
			GM_TRY(status);
		}
	return GM_OK;
}

static gm_status number_from_json(const record_field *f, const json_t *json, void *at, gm_error *error)
{
	json_int_t number = json_integer_value(json);
	if (f->form == FORM_REAL)
		return record_real(json, at) ? GM_OK : expected("a number", error);
	if (!json_is_integer(json) || (f->form == FORM_COUNT && number < 0))
		return expected(f->form == FORM_COUNT ? "a count" : "a whole number", error);
	if (f->form == FORM_COUNT)
		AT(at, 0, size_t) = (size_t)number;
	else
		AT(at, 0, int64_t) = number;
	return GM_OK;
}

static gm_status member_from_json(const record_field *f, const json_t *json, void *value, gm_error *error)
{
	void *at = &AT(value, f->offset, char);
	switch (f->form) {
	case FORM_TEXT: return text_from_json(json, f->room, at, error);
	case FORM_STRING:
		if (!json_is_string(json))
			return expected("a text", error);
		return record_set(at, json_string_value(json)) ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory");
	case FORM_WORD: return word_from_json(f, json, at, error);
	case FORM_FLAG:
		AT(at, 0, int) = json_is_true(json);
		return json_is_boolean(json) ? GM_OK : expected("true or false", error);
	case FORM_COUNT:
	case FORM_INTEGER:
	case FORM_REAL: return number_from_json(f, json, at, error);
	case FORM_TEXTS:
	case FORM_STRINGS: return texts_from_json(f, json, value, error);
	case FORM_PART: return record_from_json(f->of, json, at, error);
	case FORM_GRID: return grid_from_json(f, json, value, error);
	default: return list_from_json(f, json, value, error);
	}
}

gm_status record_from_json(const record_type *type, const json_t *object, void *value, gm_error *error)
{
	gm_error inner = {.status = GM_OK};
	gm_status status = GM_OK;
	record_init(type, value);
	if (!json_is_object(object))
		return expected("an object", error);
	for (const record_field *f = type->field; status == GM_OK && f < type->field + type->count; f++) {
		const json_t *json = json_object_get(object, f->key);
		if (!json && f->how == HOW_KEY)
			status = gm_fail(error, GM_BAD_FIXTURE, "%s is not there", f->key);
		else if (json && !(json_is_null(json) && f->how >= HOW_NUL))
			status = member_from_json(f, json, value, &inner);
		if (inner.status != GM_OK)
			gm_fail(error, status, "%s%s%s", f->key, f->form == FORM_PART || f->form >= FORM_LIST ? "." : ": ",
			        inner.message);
	}
	if (status != GM_OK)
		record_free(type, value);
	return status;
}

gm_status record_copy(const record_type *type, void *to, const void *from, gm_error *error)
{
	json_t *json = record_to_json(type, from);
	if (!json)
		return gm_fail(error, GM_NO_MEMORY, "no memory for a copy of a %s", type->name);
	gm_status status = record_from_json(type, json, to, error);
	json_decref(json);
	return status;
}

gm_status record_take(const record_type *to_type, void *to, const record_type *from_type, const void *from,
                      gm_error *error)
{
	gm_status status = GM_OK;
	json_t *json = record_to_json(from_type, from);
	for (const record_field *f = to_type->field; status == GM_OK && f < to_type->field + to_type->count; f++) {
		const json_t *member = json_object_get(json, f->key);
		if (member && !json_is_null(member))
			status = member_from_json(f, member, to, error);
	}
	json_decref(json);
	return json ? status : gm_fail(error, GM_NO_MEMORY, "no memory for a copy of a %s", from_type->name);
}

/* SPDX-License-Identifier: MIT */
/* record_json.c - a result to JSON and back, member by member of its table.  Texts come back plain. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "result.h"

#include "base/plain.h"

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

static json_t *row_to_json(const record_field *grid, const void *value, size_t row)
{
	const size_t columns = RECORD_AT(value, grid->columns, size_t);
	json_t *all = json_array();
	for (size_t c = 0; c < columns; c++)
		json_array_append_new(all, results_number(RECORD_AT(value, grid->offset, double *)[row * columns + c]));
	return all;
}

/* Element i of a member that has a count. */
static json_t *element_to_json(const record_field *f, const void *value, size_t i)
{
	switch (f->form) {
	case FORM_TEXTS: return text_to_json(&RECORD_AT(value, f->offset + i * f->stride, char));
	case FORM_STRINGS: return text_to_json(RECORD_AT(value, f->offset, char **)[i]);
	case FORM_GRID: return row_to_json(f, value, i);
	default: return record_to_json(f->of, RECORD_AT(value, f->offset, char *) + i * f->of->bytes);
	}
}

/* Takes an element apart: its first member stands for the second, or for all others. */
static void put_in_map(json_t *map, const record_type *type, json_t *element)
{
	json_t *key = json_incref(json_object_get(element, type->field[0].key));
	json_object_del(element, type->field[0].key);
	json_object_set(map, key ? json_string_value(key) : "",
	                type->count == 2 ? json_object_get(element, type->field[1].key) : element);
	json_decref(key);
	json_decref(element);
}

static json_t *list_to_json(const record_field *f, const void *value)
{
	const size_t count = RECORD_AT(value, f->count, size_t);
	if (f->form == FORM_LINK)
		return count ? element_to_json(f, value, 0) : json_object();
	json_t *all = f->form == FORM_MAP ? json_object() : json_array();
	for (size_t i = 0; i < count; i++)
		if (f->form == FORM_MAP)
			put_in_map(all, f->of, element_to_json(f, value, i));
		else
			json_array_append_new(all, element_to_json(f, value, i));
	return all;
}

/* Unknown: what is left out or null, if the member may be. */
static int is_unknown(const record_field *f, const void *value)
{
	const void *at = &RECORD_AT(value, f->offset, char);
	switch (f->form) {
	case FORM_TEXT: return RECORD_AT(at, 0, char) == '\0';
	case FORM_STRING: return !RECORD_AT(at, 0, char *);
	case FORM_WORD: return RECORD_AT(at, 0, int) < 0;
	case FORM_FLAG: return !RECORD_AT(at, 0, int);
	case FORM_COUNT: return RECORD_AT(at, 0, size_t) == RECORD_UNKNOWN;
	case FORM_REAL: return RECORD_AT(at, 0, double) < 0;
	case FORM_STRINGS:
	case FORM_LIST:
	case FORM_LINK:
	case FORM_MAP: return RECORD_AT(value, f->count, size_t) == 0;
	default: return 0;
	}
}

static json_t *member_to_json(const record_field *f, const void *value)
{
	const void *at = &RECORD_AT(value, f->offset, char);
	switch (f->form) {
	case FORM_TEXT: return text_to_json(at);
	case FORM_STRING: return text_to_json(RECORD_AT(at, 0, char *));
	case FORM_WORD: return json_string(record_word(f->words, RECORD_AT(at, 0, int)));
	case FORM_FLAG: return json_boolean(RECORD_AT(at, 0, int));
	case FORM_COUNT: return json_integer((json_int_t)RECORD_AT(at, 0, size_t));
	case FORM_INTEGER: return json_integer(RECORD_AT(at, 0, int64_t));
	case FORM_REAL: return results_number(RECORD_AT(at, 0, double));
	case FORM_PART: return record_to_json(f->of, at);
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

static gm_status found_memory(int found, gm_error *error)
{
	return found ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory");
}

static gm_status text_from_json(const json_t *json, size_t room, char *text, gm_error *error)
{
	if (!json_is_string(json))
		return expected("a text", error);
	if (json_string_length(json) >= room)
		return gm_fail(error, GM_BAD_FIXTURE, "a text of at most %zu bytes is expected, not %zu", room - 1,
		               json_string_length(json));
	memcpy(text, json_string_value(json), json_string_length(json) + 1);
	plain(text);
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
	RECORD_AT(value, f->offset, double *) = values;
	if (!json_is_array(json) || !values)
		return values ? expected("a list of lists of numbers", error) : found_memory(0, error);
	RECORD_AT(value, f->count, size_t) = rows;
	RECORD_AT(value, f->columns, size_t) = columns;
	json_array_foreach(json, r, row) {
		if (!json_is_array(row) || json_array_size(row) != columns)
			return expected("a list of lists of numbers, equally long,", error);
		json_array_foreach(row, c, one)
			if (!record_real(one, &values[r * columns + c]))
				return expected("a number", error);
	}
	return GM_OK;
}

static gm_status element_from_json(const record_field *f, const json_t *json, void *value, gm_error *error)
{
	size_t *count = &RECORD_AT(value, f->count, size_t);
	void *last;
	switch (f->form) {
	case FORM_TEXTS:
		if (*count == f->room / f->stride)
			return gm_fail(error, GM_BAD_FIXTURE, "at most %zu texts are expected", *count);
		return text_from_json(json, f->stride, &RECORD_AT(value, f->offset + (*count)++ * f->stride, char), error);
	case FORM_STRINGS:
		if (!json_is_string(json))
			return expected("a text", error);
		if (!record_append(&RECORD_AT(value, f->offset, char **), count, json_string_value(json)))
			return found_memory(0, error);
		plain(RECORD_AT(value, f->offset, char **)[*count - 1]);
		return GM_OK;
	default:
		last = record_add(f, value);
		return last ? record_from_json(f->of, json, last, error) : found_memory(0, error);
	}
}

static gm_status pair_from_json(const record_field *f, const char *key, json_t *json, void *value, gm_error *error)
{
	const record_field *member = f->of->field;
	json_t *pair = f->of->count == 2 ? json_pack("{s:O}", member[1].key, json) : json_copy(json);
	json_object_set_new(pair, member[0].key, json_string(key));
	gm_status status = element_from_json(f, pair, value, error);
	json_decref(pair);
	return status;
}

static gm_status list_from_json(const record_field *f, const json_t *json, void *value, gm_error *error)
{
	const char *key;
	size_t i;
	json_t *one;
	if (f->form == FORM_LINK)
		return element_from_json(f, json, value, error);
	if (f->form == FORM_MAP && !json_is_object(json))
		return expected("an object of texts", error);
	if (f->form != FORM_MAP && !json_is_array(json))
		return expected(f->form == FORM_LIST ? "a list of objects" : "a list of texts", error);
	json_array_foreach(json, i, one) // nothing in an object
		GM_TRY(element_from_json(f, one, value, error));
	json_object_foreach((json_t *)(uintptr_t)json, key, one) // nothing in an array
		GM_TRY(pair_from_json(f, key, one, value, error));
	return GM_OK;
}

static gm_status member_from_json(const record_field *f, const json_t *json, void *value, gm_error *error)
{
	void *at = &RECORD_AT(value, f->offset, char);
	switch (f->form) {
	case FORM_TEXT: return text_from_json(json, f->room, at, error);
	case FORM_STRING:
		if (!json_is_string(json))
			return expected("a text", error);
		return found_memory(record_set(at, json_string_value(json)) && plain(RECORD_AT(at, 0, char *)), error);
	case FORM_WORD: return word_from_json(f, json, at, error);
	case FORM_FLAG:
		RECORD_AT(at, 0, int) = json_is_true(json);
		return json_is_boolean(json) ? GM_OK : expected("true or false", error);
	case FORM_COUNT:
		RECORD_AT(at, 0, size_t) = (size_t)json_integer_value(json);
		return json_is_integer(json) && json_integer_value(json) >= 0 ? GM_OK : expected("a count", error);
	case FORM_INTEGER:
		RECORD_AT(at, 0, int64_t) = json_integer_value(json);
		return json_is_integer(json) ? GM_OK : expected("a whole number", error);
	case FORM_REAL: return record_real(json, at) ? GM_OK : expected("a number", error);
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

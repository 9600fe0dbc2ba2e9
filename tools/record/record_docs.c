/* SPDX-License-Identifier: MIT */
/* record_docs.c - fields.def for others than this program: CSV, JSON Schema, Markdown. */
#include <string.h>

#include "result.h"

/* ---- CSV ---- */

void record_csv_text(FILE *out, const char *text)
{
	int quote = strpbrk(text, ",\"\r\n") != NULL;
	fputs(quote ? "\"" : "", out);
	fputs(*text && strchr("=+-@", *text) ? "'" : "", out);
	for (; *text; text++)
		fprintf(out, *text == '"' ? "\"\"" : "%c", *text);
	fputs(quote ? "\"" : "", out);
}

static void csv_value(FILE *out, const json_t *json)
{
	if (json_is_string(json))
		record_csv_text(out, json_string_value(json));
	else if (json_is_real(json))
		fprintf(out, "%.7g", json_real_value(json));
	else if (json_is_integer(json) || json_is_boolean(json))
		json_dumpf(json, out, JSON_ENCODE_ANY);
}

void record_csv(FILE *out, const record_type *type, const void *value)
{
	json_t *object = value ? record_to_json(type, value) : NULL;
	const char *comma = "";
	for (const record_field *f = type->field; f < type->field + type->count; f++) {
		if (f->form > FORM_REAL)
			continue;
		fputs(comma, out);
		comma = ",";
		if (value)
			csv_value(out, json_object_get(object, f->key));
		else
			fputs(f->key, out);
	}
	json_decref(object);
}

/* ---- schema ---- */

static json_t *reference_to(const char *name)
{
	return json_pack("{s:o}", "$ref", json_sprintf("#/definitions/%s", name));
}

static json_t *list_of(json_t *items) { return json_pack("{s:s, s:o}", "type", "array", "items", items); }

static json_t *of_type(const char *name) { return json_pack("{s:s}", "type", name); }

static json_t *word_schema(const record_field *f)
{
	json_t *words = json_array();
	for (size_t k = 0; k < f->words->count; k++)
		json_array_append_new(words, json_string(f->words->word[k]));
	if (f->how == HOW_SET)
		json_array_append_new(words, json_string(""));
	return json_pack("{s:o}", "enum", words);
}

static json_t *form_schema(const record_field *f)
{
	switch (f->form) {
	case FORM_TEXT: return json_pack("{s:s, s:I}", "type", "string", "maxLength", (json_int_t)f->room - 1);
	case FORM_STRING: return of_type("string");
	case FORM_WORD: return word_schema(f);
	case FORM_FLAG: return of_type("boolean");
	case FORM_COUNT: return json_pack("{s:s, s:i}", "type", "integer", "minimum", 0);
	case FORM_INTEGER: return of_type("integer");
	case FORM_REAL: return reference_to("number");
	case FORM_TEXTS:
	case FORM_STRINGS: return list_of(of_type("string"));
	case FORM_GRID: return list_of(list_of(reference_to("number")));
	case FORM_LIST: return list_of(reference_to(f->of->name));
	case FORM_MAP:
		return json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
		                 f->of->count == 2 ? of_type("string") : reference_to(f->of->name));
	default: return reference_to(f->of->name);
	}
}

static json_t *type_schema(const record_type *type)
{
	json_t *properties = json_object(), *required = json_array(), *timed = json_array();
	const char *first = "";
	for (const record_field *f = type->field; f < type->field + type->count; f++) {
		json_t *schema = form_schema(f);
		const char *in = f->unit[0] == '\0' ? "" : f->text[0] == '\0' ? "in " : ", in ";
		if (f->how == HOW_NUL)
			schema = json_pack("{s:[o, {s:s}]}", "anyOf", schema, "type", "null");
		if (f->text[0] != '\0' || f->unit[0] != '\0')
			schema = json_pack("{s:o, s:[o]}", "description", json_sprintf("%s%s%s", f->text, in, f->unit), "allOf",
			                   schema);
		json_object_set_new(properties, f->key, schema);
		if (f->how <= HOW_NUL)
			json_array_append_new(required, json_string(f->key));
		if (f->how == HOW_FIG)
			json_array_append_new(timed, json_string(f->key));
		if (strcmp(f->key, "status") == 0)
			first = f->words->word[0];
	}
	json_t *schema = json_pack("{s:s, s:s, s:o, s:o}", "type", "object", "description", type->text, "properties",
	                           properties, "required", required);
	if (json_array_size(timed) > 0)
		json_object_update_new(schema, json_pack("{s:{s:{s:{s:s}}}, s:{s:O}}", "if", "properties", "status", "const",
		                                         first, "then", "required", timed));
	json_decref(timed);
	return schema;
}

static const record_type *const every[] = {
#define RECORD(type, name, text) &type##_type,
#include "fields.def"
};
enum { EVERY = sizeof every / sizeof every[0] };

json_t *record_schema(void)
{
	json_t *definitions = json_pack("{s:{s:[{s:s}, {s:[s,s,s]}]}}", "number", "anyOf", "type", "number", "enum", "NaN",
	                                "Infinity", "-Infinity");
	json_t *kinds = json_array(), *choice = json_array();
	for (size_t k = 0; k < EVERY; k++)
		if (every[k]->text[0] != '\0')
			json_object_set_new(definitions, every[k]->name, type_schema(every[k]));
	for (int kind = 0; kind < RECORD_KINDS; kind++) {
		const char *name = record_type_of((record_kind)kind)->name;
		json_array_append_new(kinds, json_string(name));
		json_array_append_new(choice, json_pack("{s:{s:{s:{s:s}}}, s:o}", "if", "properties", "kind", "const", name,
		                                        "then", reference_to(name)));
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:{s:{s:i}, s:{s:o}}, s:[s,s,s], s:o, s:o}", "$schema",
	                 "http://json-schema.org/draft-07/schema#", "title", "Gatemark result record", "description",
	                 "One line of a result file (JSON Lines).  Readers pass over keys they do not know.", "type",
	                 "object", "properties", "schema", "const", RECORD_SCHEMA, "kind", "enum", kinds, "required",
	                 "schema", "kind", "run", "allOf", choice, "definitions", definitions);
}

/* ---- documentation ---- */

static const char *const FORM_TEXTS_OF[] = {
	"text",     "text", "",          "bool", "count", "integer", "number", "texts", "", "texts", "table of numbers",
	"list of ", "",     "object of "};

static void markdown_type(FILE *out, const record_field *f)
{
	fputs(FORM_TEXTS_OF[f->form], out);
	if (f->form == FORM_MAP && f->of->count == 2)
		fputs("texts", out);
	else if (f->of)
		fprintf(out, "`%s`", f->of->name);
	for (size_t k = 0; f->words && k < f->words->count; k++)
		fprintf(out, "%s`%s`", k ? " " : "", f->words->word[k]);
	if (f->how == HOW_NUL)
		fputs(" or null", out);
	if (f->how == HOW_OPT)
		fputs("; may be absent", out);
	if (f->how == HOW_FIG)
		fputs("; if timed", out);
}

static void markdown_record(FILE *out, const record_type *type, const char *what)
{
	fprintf(out, "\n### %s`%s`: %s\n\n| key | type | unit | what it is |\n| --- | --- | --- | --- |\n", what,
	        type->name, type->text);
	for (const record_field *f = type->field; f < type->field + type->count; f++) {
		fprintf(out, "| `%s` | ", f->key);
		markdown_type(out, f);
		fprintf(out, " | %s | %s |\n", f->unit, f->text);
	}
}

static int is_record(const record_type *type)
{
	int record = 0;
	for (int kind = 0; kind < RECORD_KINDS; kind++)
		record |= record_type_of((record_kind)kind) == type;
	return record;
}

void record_markdown(FILE *out)
{
	for (int record = 1; record >= 0; record--)
		for (size_t k = 0; k < EVERY; k++)
			if (every[k]->text[0] != '\0' && is_record(every[k]) == record)
				markdown_record(out, every[k], record ? "record " : "object ");
}

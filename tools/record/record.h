/* SPDX-License-Identifier: MIT */
/* record.h - results as JSON, CSV, JSON Schema and documentation, all from fields.def. */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include <jansson.h>
#include <stdio.h>

#include "result.h"

#define RECORD_SCHEMA 1 /* `schema` of every record */

const record_type *record_type_of(record_kind kind); /* its name is the `kind` of JSON */

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

#endif

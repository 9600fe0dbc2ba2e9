/* SPDX-License-Identifier: MIT */
/* check_bits.c - bits, not numbers: variants of one bit class against each other, forward with against without a
 * tape.  NaNs are one value; -0 and +0 are two. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_unit.h"
#include "results.h"

static int same_bits(float a, float b)
{
	uint32_t x, y;
	memcpy(&x, &a, sizeof x);
	memcpy(&y, &b, sizeof y);
	return x == y || (isnan(a) && isnan(b));
}

/* The first difference in order of the table: row and index; *count = elements of that row that differ.  0: none. */
static int first_difference(const unit *u, int pass, const float *const *a, const float *const *b, size_t *row,
                            size_t *index, size_t *count)
{
	for (size_t k = 0; k < u->c->tensors->count; k++) {
		*count = 0;
		for (size_t i = 0; unit_judges(u, pass, k) && i < u->c->tensors->row[k].count; i++) {
			if (same_bits(a[k][i], b[k][i]))
				continue;
			if ((*count)++ == 0) {
				*row = k;
				*index = i;
			}
		}
		if (*count > 0)
			return 1;
	}
	return 0;
}

static void tell(const unit *u, json_t *record, const char *from, const float *const *got, const float *const *want,
                 size_t row, size_t index, size_t count)
{
	const gm_tensor *tensor = &u->c->tensors->row[row];
	char element[96], place[96], reason[400];
	locate_name(tensor, index, element);
	locate_text(&u->c->spec, tensor, index, place);
	snprintf(reason, sizeof reason,
	         "differs in bits from %s at %s: got %.9g want %.9g\nfirst wrong %s; %zu of %zu differ", from, element,
	         got[row][index], want[row][index], place, count, tensor->count);
	record_status(record, "fail", CODE_BITS, reason);
}

float **bits_copy(const unit *u, int pass, const float *const *got)
{
	float **copy = calloc(u->c->tensors->count, sizeof *copy);
	for (size_t k = 0; copy && k < u->c->tensors->count; k++) {
		size_t bytes = u->c->tensors->row[k].count * sizeof **copy;
		if (!unit_judges(u, pass, k))
			continue;
		copy[k] = malloc(bytes);
		if (!copy[k]) {
			bits_release(u, copy);
			return NULL;
		}
		memcpy(copy[k], got[k], bytes);
	}
	return copy;
}

void bits_release(const unit *u, float **copy)
{
	for (size_t k = 0; copy && k < u->c->tensors->count; k++)
		free(copy[k]);
	free(copy);
}

void bits_free(unit *u)
{
	for (size_t k = 0; k < u->oracles; k++)
		for (int pass = 0; pass < UNIT_PASSES; pass++)
			bits_release(u, u->oracle[k].value[pass]);
	free(u->oracle);
}

gm_status bits_against_class(unit *u, json_t *record, const check_variant *v, int pass, const float *const *got,
                             gm_error *error)
{
	char bit_class[48];
	oracle *o = u->oracle;
	size_t row, index, count;
	check_bit_class(&v->info, bit_class);
	if (bit_class[0] == '\0')
		return GM_OK;
	while (o < u->oracle + u->oracles && strcmp(o->bit_class, bit_class) != 0)
		o++;
	if (o == u->oracle + u->oracles) {
		u->oracles++;
		memcpy(o->bit_class, bit_class, sizeof o->bit_class);
		memcpy(o->name, v->info.name, sizeof o->name);
	}
	if (!o->value[pass]) {
		o->value[pass] = bits_copy(u, pass, got);
		return o->value[pass] ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for the bits of %s", u->c->id);
	}
	const float *const *want = (const float *const *)o->value[pass];
	if (first_difference(u, pass, got, want, &row, &index, &count) &&
	    strcmp(results_text(record, "status"), "fail") != 0) {
		tell(u, record, o->name, got, want, row, index, count);
		json_object_set_new(record, "oracle", json_string(o->name));
	}
	return GM_OK;
}

void bits_against_tape(const unit *u, json_t *record, const float *const *with_tape, const float *const *without)
{
	size_t row, index, count;
	if (first_difference(u, UNIT_FWD, without, with_tape, &row, &index, &count) &&
	    strcmp(results_text(record, "status"), "fail") != 0)
		tell(u, record, "its forward with a tape", without, with_tape, row, index, count);
}

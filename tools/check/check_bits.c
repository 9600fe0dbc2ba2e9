/* SPDX-License-Identifier: MIT */
/* check_bits.c - bits, not numbers: variants of one bit class against each other, forward with against without a
 * tape.  NaNs are one value; -0 and +0 are two. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_unit.h"

static int same_bits(float a, float b)
{
	uint32_t x, y;
	memcpy(&x, &a, sizeof x);
	memcpy(&y, &b, sizeof y);
	return x == y || (isnan(a) && isnan(b));
}

int bits_compare(const unit *u, check_result *r, const char *from, const float *const *got, const float *const *want)
{
	char element[96], place[96], reason[400];
	for (size_t k = 0; r->status != STATUS_FAIL && k < u->c->tensors->count; k++) {
		const gm_tensor *tensor = &u->c->tensors->row[k];
		size_t differ = 0, first = 0;
		for (size_t i = 0; u->picked[r->pass][k] && i < tensor->count; i++)
			if (!same_bits(got[k][i], want[k][i]) && differ++ == 0)
				first = i;
		if (differ == 0)
			continue;
		locate_name(tensor, first, element);
		locate_text(&u->c->spec, tensor, first, place);
		snprintf(reason, sizeof reason,
		         "differs in bits from %s at %s: got %.9g want %.9g\nfirst wrong %s; %zu of %zu differ", from, element,
		         got[k][first], want[k][first], place, differ, tensor->count);
		result_status(r, STATUS_FAIL, CODE_BITS, reason);
		return 1;
	}
	return 0;
}

float **bits_copy(const unit *u, check_pass pass, const float *const *got)
{
	float **copy = calloc(u->c->tensors->count, sizeof *copy);
	for (size_t k = 0; copy && k < u->c->tensors->count; k++) {
		size_t bytes = u->c->tensors->row[k].count * sizeof **copy;
		if (!u->picked[pass][k])
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

gm_status bits_against_class(unit *u, check_result *r, const float *const *got, gm_error *error)
{
	uint64_t digest = judged_digest(&(judged_result){u->c->tensors, u->picked[r->pass], got});
	judged_bits *known = judged_bits_of(&u->judged, r->bit_class, r->pass);
	if (r->bit_class[0] == '\0' || (known && known->digest == digest))
		return GM_OK;
	if (known) {
		if (bits_compare(u, r, known->name, got, (const float *const *)known->value))
			memcpy(r->oracle, known->name, sizeof r->oracle);
		return GM_OK;
	}
	known = judged_remember(&u->judged, r->bit_class, r->variant, r->pass, digest);
	if (known)
		known->value = bits_copy(u, r->pass, got);
	return known && known->value ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for the bits of %s", u->c->id);
}

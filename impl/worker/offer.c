/* SPDX-License-Identifier: MIT */
/* offer.c - what a worker says that it has, looked at by the host: a foreign one can say anything, also without its
 * host program's help. */
#include "host.h"

#include <string.h>

#include "base/cpu.h"

#define REFUSE(...) return gm_fail(error, GM_BAD_PLUGIN, __VA_ARGS__)

static int is_word(const char *text, size_t capacity, size_t most)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
	size_t length = strnlen(text, capacity);

	return length >= 1 && length <= most && length < capacity && strspn(text, letters) == length;
}

static uint64_t known_features(void)
{
	uint64_t all = 0;

	for (size_t i = 0; i < CPU_ROWS; i++)
		all |= cpu_table[i].bit;
	return all;
}

static gm_status check_variant(const worker_variant *v, size_t index, gm_error *error)
{
	const uint64_t strange = v->needs & ~known_features();

	if (!is_word(v->name, sizeof v->name, 40))
		REFUSE("variant %zu: its name is not [A-Za-z0-9_.-]{1,40}", index);
	if (v->accuracy_class >= GM_CLASSES || v->rounding > GM_CANONICAL)
		REFUSE("variant %s: accuracy_class is %u, rounding is %u", v->name, (unsigned)v->accuracy_class,
		       (unsigned)v->rounding);
	if (strange)
		REFUSE("variant %s: needs has the bits 0x%llx, which are no feature that this host knows", v->name,
		       (unsigned long long)strange);
	/* They name its bit class, which others may be in. */
	if (v->rounding == GM_CANONICAL && !(is_word(v->activation, sizeof v->activation, sizeof v->activation) &&
	                                     is_word(v->weights, sizeof v->weights, sizeof v->weights)))
		REFUSE("variant %s: it is canonical, and its activation or weights are no word [A-Za-z0-9_.-]", v->name);
	return GM_OK;
}

gm_status offer_check(const worker_variant *list, size_t count, gm_error *error)
{
	for (size_t i = 0; i < count; i++) {
		GM_TRY(check_variant(&list[i], i, error));
		for (size_t k = 0; k < i; k++)
			if (!strcmp(list[k].name, list[i].name))
				REFUSE("two variants are called %s", list[i].name);
	}
	if (count < 1 || count > WORKER_VARIANTS)
		REFUSE("it offers %zu variants, must be 1 to %d", count, WORKER_VARIANTS);
	return GM_OK;
}

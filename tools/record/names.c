/* SPDX-License-Identifier: MIT */
/* names.c - a list of different texts.  It is looked through from its end: what comes in groups is found at once. */
#include "names.h"

#include <string.h>

#include "result.h"

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

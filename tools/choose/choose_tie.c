/* SPDX-License-Identifier: MIT */
/* choose_tie.c - who is equal within noise, and who of the equal is chosen: the rule "tie" of choose.h. */
#include <string.h>

#include "choose_contest.h"

/* The paired ratio that a's result holds, if it was measured against b in one run. */
static int paired(const contestant *a, const contestant *b, span *s)
{
	*s = (span){a->result->ratio, a->result->ratio_low, a->result->ratio_high};
	return strcmp(a->result->run, b->result->run) == 0 && b->result->ratio == 1 && s->low > 0 && s->low <= s->value &&
	       s->value <= s->high;
}

span choose_ratio(const contestant *a, const contestant *b)
{
	span s;
	if (paired(a, b, &s))
		return s;
	if (paired(b, a, &s))
		return (span){1 / s.value, 1 / s.high, 1 / s.low};
	return (span){a->said.p50_ns / b->said.p50_ns, a->said.low_ns / b->said.high_ns, a->said.high_ns / b->said.low_ns};
}

size_t choose_tie(contestant *list, size_t eligible)
{
	size_t simplest = 0;
	for (size_t i = 0; i < eligible; i++) {
		list[i].tied = i == 0 || choose_ratio(&list[i], &list[0]).low <= 1;
		if (list[i].tied && evidence_order(list[i].said.variant, list[simplest].said.variant) < 0)
			simplest = i;
	}
	return simplest;
}

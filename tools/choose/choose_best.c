/* SPDX-License-Identifier: MIT */
/* choose_best.c - who is fastest, who is equal to that one, of whom nobody knows, and who is taken: the rules of
 * choose.h.  An undecided contest takes the best estimate, which has the least regret; only what is proved equal goes
 * to the simpler. */
#include <math.h>
#include <string.h>

#include "choose_contest.h"

/* The paired ratio to the fastest of its run that a's result holds; 0: none. */
static int paired(const contestant *a, span *s)
{
	*s = (span){a->result->ratio, a->result->ratio_low, a->result->ratio_high};
	return s->low > 0 && s->low <= s->value && s->value <= s->high;
}

span choose_ratio(const contestant *a, const contestant *b)
{
	span x, y;
	if (strcmp(a->result->run, b->result->run) == 0 && paired(a, &x) && paired(b, &y))
		return compare_through(x, y);
	return compare_through((span){a->said.p50_ns, a->said.low_ns, a->said.high_ns},
	                       (span){b->said.p50_ns, b->said.low_ns, b->said.high_ns});
}

/* From the least p50 on to whoever is faster by ratio. */
static size_t fastest(const contestant *list, size_t eligible)
{
	size_t best = 0;
	for (size_t round = 0; round < eligible; round++) {
		size_t next = best;
		double least = 1;
		for (size_t i = 0; i < eligible; i++) {
			const double ratio = choose_ratio(&list[i], &list[best]).value;
			if (ratio < least) {
				least = ratio;
				next = i;
			}
		}
		best = next;
	}
	return best;
}

decision choose_best(contestant *list, size_t eligible)
{
	const size_t best = fastest(list, eligible);
	decision d = {.best = best, .chosen = best, .comparison = TIME_FASTER};
	for (size_t i = 0; i < eligible; i++) {
		list[i].beaten = i == best ? TIME_EQUAL : compare_times(choose_ratio(&list[i], &list[best]), COMPARE_DELTA);
		if (i != best && list[i].beaten > d.comparison)
			d.comparison = list[i].beaten;
	}
	for (size_t i = 0; d.comparison == TIME_EQUAL && i < eligible; i++)
		if (list[i].beaten == TIME_EQUAL && evidence_order(list[i].said.variant, list[d.chosen].said.variant) < 0)
			d.chosen = i;
	for (size_t i = 0; i < eligible; i++)
		if (i != d.chosen)
			d.regret = fmax(d.regret, choose_ratio(&list[d.chosen], &list[i]).high - 1);
	return d;
}

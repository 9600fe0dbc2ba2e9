/* SPDX-License-Identifier: MIT */
/* race_order.c - in which order: the contestants of a problem (a cyclic Latin square), the problems of a list. */
#include "race_internal.h"

#include "base/random.h"
#include "stats.h"

void race_order(uint64_t seed, size_t problem, size_t process, size_t row, size_t n, size_t order[])
{
	size_t shuffle[RACE_MAX_CONTESTANTS];
	uint64_t stream = random_draw(random_draw(seed, problem), process);
	for (size_t i = 0; i < n; i++)
		shuffle[i] = i;
	for (size_t i = n; i > 1; i--) {
		const size_t j = stats_below(&stream, i), held = shuffle[i - 1];
		shuffle[i - 1] = shuffle[j];
		shuffle[j] = held;
	}
	for (size_t j = 0; j < n; j++)
		order[j] = shuffle[(row + j) % n];
}

void race_take_turns(const gm_spec *specs, size_t count, size_t order[])
{
	for (size_t round = 0, taken = 0; taken < count; round++) {
		size_t seen[GM_CELLS][GM_PASSES] = {{0}};
		for (size_t i = 0; i < count; i++)
			if (seen[specs[i].problem.cell % GM_CELLS][specs[i].pass % GM_PASSES]++ == round)
				order[taken++] = i;
	}
}

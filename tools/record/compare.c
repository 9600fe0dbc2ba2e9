/* SPDX-License-Identifier: MIT */
/* compare.c - the rule of compare.h. */
#include "compare.h"

comparison compare_times(span other_to_ours, double delta)
{
	if (other_to_ours.low * (1 + delta) >= 1 && other_to_ours.high <= 1 + delta)
		return TIME_EQUAL;
	return other_to_ours.low > 1 ? TIME_FASTER : TIME_UNDECIDED;
}

span compare_through(span a, span b) { return (span){a.value / b.value, a.low / b.high, a.high / b.low}; }

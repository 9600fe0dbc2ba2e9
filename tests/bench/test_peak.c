/* SPDX-License-Identifier: MIT */
/* test_peak.c - the loops of the probe do the multiply-adds that they are counted for, and probing again never lowers
 * the peak. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/isa.h"
#include "limits/fma_loop.h"
#include "limits/peak.h"

extern const fma_loops fma_loops_base;
#define ISA(name, ...) extern const fma_loops fma_loops_##name;
#include "base/isa.def"
#undef ISA

/* Chain k starts at k: with x = 1 and y = 1 it ends at k + rounds. */
static void every_round_of_every_chain_counts(void **state)
{
	const struct {
		const fma_loops *loops;
		uint64_t needs;
	} row[] = {
		{&fma_loops_base, 0},
#define ISA(name, ...) {&fma_loops_##name, ISA_NEEDS_##name},
#include "base/isa.def"
#undef ISA
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		for (const fma_loop *l = row[i].loops->loop; (gm_cpu_features() & row[i].needs) == row[i].needs && l->chains;
		     l++)
			for (uint64_t rounds = 0; rounds < 1000; rounds += 333)
				assert_true(l->run(rounds, 1, 1) == (float)(l->chains * (l->chains - 1) / 2 + l->chains * (int)rounds));
}

static void again_is_never_less(void **state)
{
	peak best = {0};
	double before = 0;

	(void)state;
	for (int i = 0; i < 5; i++) {
		peak_measure(0.002, &best);
		assert_true(best.flops >= before && best.flops > 1e6 && isfinite(best.flops));
		assert_non_null(best.isa);
		assert_true(best.chains > 0);
		before = best.flops;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_round_of_every_chain_counts),
		cmocka_unit_test(again_is_never_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

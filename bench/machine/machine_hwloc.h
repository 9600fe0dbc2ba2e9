/* SPDX-License-Identifier: MIT */
/* machine_hwloc.h - caches and cores by hwloc, which knows machines whose /sys is incomplete.  A bundle does without
 * it. */
#ifndef BENCH_MACHINE_HWLOC_H
#define BENCH_MACHINE_HWLOC_H

#include "machine.h"

/* Overwrites l1d_bytes, l2_bytes, l3_bytes and threads_per_core with those of the running machine; what hwloc does not
 * know stays. */
void machine_hwloc(machine_profile *m);

#endif

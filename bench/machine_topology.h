/* SPDX-License-Identifier: MIT */
/* machine_topology.h - caches and cores of the running machine.  CMake takes one of two: machine_hwloc.c, or in a
 * bundle machine_sysfs.c.  Both say the same on the same machine, so that its fingerprint is one.  Internal to
 * bench. */
#ifndef BENCH_MACHINE_TOPOLOGY_H
#define BENCH_MACHINE_TOPOLOGY_H

#include "machine.h"

/* Fills l1d_bytes, l2_bytes, l3_bytes and threads_per_core; what cannot be read is unknown. */
void machine_topology(machine_profile *m);

#endif

/* SPDX-License-Identifier: MIT */
/* machine.h - what this machine is and what on it spoils measurements: the `machine` object of a run record and
 * the text of `gatemark doctor`.  What cannot be read is unknown: "unknown" in text, RECORD_UNKNOWN or a negative
 * number otherwise, never 0. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include "record/result.h"

#define MACHINE_NO_PERF      100 /* of perf_paranoid: the kernel has none */
#define MACHINE_UNKNOWN_PERF 101 /* it cannot be read */

/* Reads everything; takes 0.2 seconds between the two readings of steal. */
void machine_probe(machine_profile *profile);

/* The same from a copy of the system's files under `root` ("" = the real ones: /proc, /sys): for tests.  Without
 * waiting; ISAs, clock step and caches that /sys does not tell are the running CPU's. */
void machine_read(machine_profile *profile, const char *root);
/* Hints and fingerprint from the other members. */
void machine_conclude(machine_profile *profile);

#endif

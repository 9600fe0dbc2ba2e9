/* SPDX-License-Identifier: MIT */
/* steal.h - time that a process lost to others: waiting for a CPU (run-queue wait of all its threads, from
 * /proc/PID/task/TID/schedstat) and time stolen by the hypervisor from given CPUs (/proc/stat, in ticks of 10 ms as a
 * rule, so one tick taints a whole short block). */
#ifndef BENCH_STEAL_H
#define BENCH_STEAL_H

#include <stddef.h>

typedef struct steal_reading {
	double wait_ns;  /* since the process began; negative = cannot be read */
	double steal_ns; /* of the CPUs since boot; negative = cannot be read */
} steal_reading;

/* root: "" or a copy of the system's files, for tests.  cpus NULL: all CPUs together. */
steal_reading steal_read(const char *root, int pid, const int *cpus, size_t cpu_count);
/* Share of wall_ns (> 0) lost between two readings, 0..1; negative if neither can be told. */
double steal_share(steal_reading before, steal_reading after, double wall_ns);

#endif

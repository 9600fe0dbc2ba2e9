/* SPDX-License-Identifier: MIT */
/* steal.h - time that a process lost to others: waiting for a CPU (run-queue wait of all its threads, from
 * /proc/PID/task/TID/schedstat) and time stolen by the hypervisor from CPUs (/proc/stat, in ticks of 10 ms as a
 * rule, so one tick taints a whole short block).  How much is too much: RACE_STEAL_LIMIT of race.h. */
#ifndef BENCH_STEAL_H
#define BENCH_STEAL_H

typedef struct steal_reading {
	double wait_ns;  /* since the process began; negative = cannot be read */
	double steal_ns; /* of the CPU since boot; negative = cannot be read */
} steal_reading;

typedef struct steal_ticks {
	double stolen, all;
} steal_ticks;

/* root: "" or a copy of the system's files, for tests.  cpu negative: all CPUs together. */
int steal_ticks_read(const char *root, int cpu, steal_ticks *ticks); /* since boot; 0 = cannot be read */
steal_reading steal_read(const char *root, int pid, int cpu);
/* Share of wall_ns (> 0) lost between two readings, 0..1; negative if neither can be told. */
double steal_share(steal_reading before, steal_reading after, double wall_ns);

#endif

/* SPDX-License-Identifier: MIT */
/* machine.h - what this machine is and what on it spoils measurements: the `machine` object of a run record and
 * the text of `gatemark doctor`.  What cannot be read is unknown: "unknown" in text, MACHINE_UNKNOWN or a negative
 * number otherwise, never 0. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#define MACHINE_HINTS   16
#define MACHINE_UNKNOWN ((size_t)-1) /* of sizes */

typedef struct machine_profile {
	char cpu[96];       /* "AMD EPYC" */
	char cpu_model[48]; /* "family 25 model 1", "implementer 0x41 part 0xd0c", "model unknown": what that name may not tell */
	char hypervisor[32]; /* "KVM", "yes" (which one is unknown), "none", "unknown" */
	int cpus;            /* this process may use; -1 = unknown */
	int cpus_online;     /* -1 = unknown */
	char isa[8][16];     /* "fma", "avx2", "avx512", "neon": CPU and system */
	size_t isa_count;
	size_t l1d_bytes, l2_bytes, l3_bytes;
	int threads_per_core;           /* -1 = unknown */
	char governor[32];              /* "performance", ..., "unknown" */
	double load;                    /* 1 minute; -1 = unknown */
	double steal_percent;           /* of all CPU time while probing; -1 = unknown */
	double steal_boot_percent;      /* since boot; -1 = unknown */
	double quota_cpus;              /* CPU quota of the control group; 0 = none; -1 = unknown */
	int perf_paranoid;              /* kernel.perf_event_paranoid; or one of the two below */
	char clock_source[32];          /* "tsc", "kvm-clock", ... */
	double clock_ns;                /* smallest step seen of CLOCK_MONOTONIC */
	char aslr[16];                  /* "full", "partial", "off", "unknown" */
	char hints[MACHINE_HINTS][160]; /* one sentence for each thing that spoils measurements */
	size_t hint_count;
	char fingerprint[17]; /* 16 hex digits of CPU, model, ISAs and caches: equal on equal machines */
} machine_profile;

#define MACHINE_NO_PERF      100 /* of perf_paranoid: the kernel has none */
#define MACHINE_UNKNOWN_PERF 101 /* it cannot be read */

/* Reads everything; takes `seconds` between the two readings of steal (0 = 0.2). */
void machine_probe(machine_profile *profile, double seconds);

/* The same from a copy of the system's files under `root` ("" = the real ones: /proc, /sys): for tests.  Without
 * waiting; what the running CPU would say (ISAs, caches, clock step) is as machine_probe finds it. */
void machine_read(machine_profile *profile, const char *root);
/* Hints and fingerprint from the other members. */
void machine_conclude(machine_profile *profile);

#endif

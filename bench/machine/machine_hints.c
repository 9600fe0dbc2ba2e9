/* SPDX-License-Identifier: MIT */
/* machine_hints.c - what the facts of a machine mean for measurements, one sentence each, and its fingerprint. */
#include "machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/plural.h"
#include "base/random.h"

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static void
hint_if(machine_profile *m, int holds, const char *format, ...)
{
	va_list args;
	if (!holds || m->hints_count == sizeof m->hints / sizeof m->hints[0])
		return;
	va_start(args, format);
	vsnprintf(m->hints[m->hints_count++], sizeof m->hints[0], format, args);
	va_end(args);
}

static int is(const char *text, const char *word) { return strcmp(text, word) == 0; }

static void set_hints(machine_profile *m)
{
	const double cpus = m->cpus > 0 ? m->cpus : 1;
	const int perf = (int)m->perf_paranoid, counted = perf != MACHINE_NO_PERF && perf != MACHINE_UNKNOWN_PERF;
	m->hints_count = 0;
	hint_if(m, is(m->governor, "unknown"),
	        "clock governor cannot be read: the frequency may change during a measurement");
	hint_if(m, !is(m->governor, "unknown") && !is(m->governor, "performance"),
	        "clock governor is %s: set it to performance (cpupower frequency-set -g performance)", m->governor);
	hint_if(
		m, !is(m->clock_source, "tsc") && !is(m->clock_source, "kvm-clock") && !is(m->clock_source, "arch_sys_counter"),
		"clock source is %s: reading the time may be slow or coarse", m->clock_source);
	hint_if(m, m->clock_ns > 500, "the clock moves in steps of %.0f ns: short calls cannot be told apart", m->clock_ns);
	hint_if(m, !is(m->hypervisor, "none") && !is(m->hypervisor, "unknown"),
	        "virtual machine: other guests share caches, memory and the clock frequency");
	hint_if(m, m->steal_percent >= 1, "%.1f %% of CPU time is stolen by the hypervisor at this moment",
	        m->steal_percent);
	hint_if(m, m->steal_boot_percent >= 1, "%.1f %% of CPU time was stolen by the hypervisor since boot",
	        m->steal_boot_percent);
	hint_if(m, m->steal_boot_percent < 0, "stolen CPU time cannot be read: losses to other guests stay unseen");
	hint_if(m, m->load > 0.25 * cpus, "load is %.2f on %.0f CPU%s: stop other work", m->load, cpus,
	        plural(cpus, "", "s"));
	hint_if(m, m->cpus == 1, "one CPU only: the timed process shares it with the one that drives it");
	hint_if(m, m->threads_per_core > 1, "%d hardware threads share a core: give one thread a core (taskset)",
	        (int)m->threads_per_core);
	hint_if(m, m->quota_cpus > 0,
	        "CPU quota of %.2f CPUs: a process that uses it up stands still for the rest of its period", m->quota_cpus);
	hint_if(m, m->quota_cpus < 0, "CPU quota cannot be read: pauses it forces stay unseen");
	hint_if(m, perf == MACHINE_NO_PERF, "the kernel offers no performance counters");
	hint_if(m, perf == MACHINE_UNKNOWN_PERF, "access to performance counters cannot be read");
	hint_if(m, counted && perf > 2,
	        "performance counters are closed to users (kernel.perf_event_paranoid is %d, 2 opens them)", perf);
	hint_if(m, is(m->aslr, "off"),
	        "address space layout is not randomised: fresh processes all get the same, maybe unlucky, layout");
	hint_if(m, m->cpus > 0 && m->cpus_online > m->cpus, "%d of %d CPUs are allowed to this process", (int)m->cpus,
	        (int)m->cpus_online);
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
	size_t length = 0;
	for (; text[length]; length++)
		hash = random_draw(hash, (unsigned char)text[length]);
	return random_draw(hash, length);
}

/* Sizes as text, so that hosts of any word size and byte order agree. */
static void set_fingerprint(machine_profile *m)
{
	const size_t caches[] = {m->l1d_bytes, m->l2_bytes, m->l3_bytes};
	char text[32];
	uint64_t hash = hash_text(0, m->cpu);
	if (strcmp(m->cpu_model, "model unknown") != 0)
		hash = hash_text(hash, m->cpu_model);
	for (size_t i = 0; i < m->isa_count; i++)
		hash = hash_text(hash, m->isa[i]);
	for (size_t i = 0; i < 3; i++) {
		if (caches[i] == RECORD_UNKNOWN)
			snprintf(text, sizeof text, "unknown");
		else
			snprintf(text, sizeof text, "%zu", caches[i]);
		hash = hash_text(hash, text);
	}
	snprintf(m->fingerprint, sizeof m->fingerprint, "%016llx", (unsigned long long)hash);
}

void machine_conclude(machine_profile *profile)
{
	set_hints(profile);
	set_fingerprint(profile);
}

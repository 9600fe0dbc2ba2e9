/* SPDX-License-Identifier: MIT */
/* machine_hints.c - what the facts of a machine mean for measurements, one sentence each, and its fingerprint. */
#include "machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/plural.h"
#include "base/random.h"

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
hint(machine_profile *m, const char *format, ...)
{
	va_list args;
	if (m->hints_count == sizeof m->hints / sizeof m->hints[0])
		return;
	va_start(args, format);
	vsnprintf(m->hints[m->hints_count++], sizeof m->hints[0], format, args);
	va_end(args);
}

static void frequency_hints(machine_profile *m)
{
	if (strcmp(m->governor, "unknown") == 0)
		hint(m, "clock governor cannot be read: the frequency may change during a measurement");
	else if (strcmp(m->governor, "performance") != 0)
		hint(m, "clock governor is %s: set it to performance (cpupower frequency-set -g performance)", m->governor);
	if (strcmp(m->clock_source, "tsc") != 0 && strcmp(m->clock_source, "kvm-clock") != 0 &&
	    strcmp(m->clock_source, "arch_sys_counter") != 0)
		hint(m, "clock source is %s: reading the time may be slow or coarse", m->clock_source);
	if (m->clock_ns > 500)
		hint(m, "the clock moves in steps of %.0f ns: short calls cannot be told apart", m->clock_ns);
}

static void neighbour_hints(machine_profile *m)
{
	const double cpus = m->cpus > 0 ? m->cpus : 1;
	if (strcmp(m->hypervisor, "none") != 0 && strcmp(m->hypervisor, "unknown") != 0)
		hint(m, "virtual machine: other guests share caches, memory and the clock frequency");
	if (m->steal_percent >= 1)
		hint(m, "%.1f %% of CPU time is stolen by the hypervisor at this moment", m->steal_percent);
	if (m->steal_boot_percent >= 1)
		hint(m, "%.1f %% of CPU time was stolen by the hypervisor since boot", m->steal_boot_percent);
	if (m->steal_boot_percent < 0)
		hint(m, "stolen CPU time cannot be read: losses to other guests stay unseen");
	if (m->load > 0.25 * cpus)
		hint(m, "load is %.2f on %.0f CPU%s: stop other work", m->load, cpus, plural(cpus, "", "s"));
	if (m->cpus == 1)
		hint(m, "one CPU only: the timed process shares it with the one that drives it");
	if (m->threads_per_core > 1)
		hint(m, "%d hardware threads share a core: give one thread a core (taskset)", (int)m->threads_per_core);
	if (m->quota_cpus > 0)
		hint(m, "CPU quota of %.2f CPUs: a process that uses it up stands still for the rest of its period",
		     m->quota_cpus);
	if (m->quota_cpus < 0)
		hint(m, "CPU quota cannot be read: pauses it forces stay unseen");
}

static void tool_hints(machine_profile *m)
{
	if (m->perf_paranoid == MACHINE_NO_PERF)
		hint(m, "the kernel offers no performance counters");
	else if (m->perf_paranoid == MACHINE_UNKNOWN_PERF)
		hint(m, "access to performance counters cannot be read");
	else if (m->perf_paranoid > 2)
		hint(m, "performance counters are closed to users (kernel.perf_event_paranoid is %d, 2 opens them)",
		     (int)m->perf_paranoid);
	if (strcmp(m->aslr, "off") == 0)
		hint(m, "address space layout is not randomised: fresh processes all get the same, maybe unlucky, layout");
	if (m->cpus > 0 && m->cpus_online > m->cpus)
		hint(m, "%d of %d CPUs are allowed to this process", (int)m->cpus, (int)m->cpus_online);
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
	profile->hints_count = 0;
	frequency_hints(profile);
	neighbour_hints(profile);
	tool_hints(profile);
	set_fingerprint(profile);
}

/* SPDX-License-Identifier: MIT */
/* machine.c - the machine profile: the system's files, one small reader a fact, and what the facts mean for
 * measurements. */
#define _GNU_SOURCE
#include "machine.h"
#include "machine_hwloc.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/cpu.h"
#include "base/plural.h"
#include "base/random.h"
#include "protocol/steal.h"

#define CPU0 "/sys/devices/system/cpu/cpu0/"

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%.*s", (int)size - 1, from[0] ? from : "unknown");
}

/* First line of a file without its end; 0 = cannot be read. */
static int read_line(const char *root, const char *path, char *line, size_t size)
{
	char full[512];
	snprintf(full, sizeof full, "%s%s", root, path);
	FILE *f = fopen(full, "r");
	if (!f)
		return 0;
	const int ok = fgets(line, (int)size, f) != NULL;
	fclose(f);
	if (ok)
		line[strcspn(line, "\n")] = '\0';
	return ok;
}

static double read_number(const char *root, const char *path, double otherwise)
{
	char line[128], *end;
	if (!read_line(root, path, line, sizeof line))
		return otherwise;
	const double value = strtod(line, &end);
	return end == line ? otherwise : value;
}

/* ---- processor ---- */

/* Value of the first line "key : value" of /proc/cpuinfo; 0 = there is none. */
static int cpuinfo(const char *root, const char *key, char *value, size_t size)
{
	char path[512], line[8192];
	int found = 0;
	snprintf(path, sizeof path, "%s/proc/cpuinfo", root);
	FILE *f = fopen(path, "r");
	while (f && !found && fgets(line, sizeof line, f)) {
		const char *colon = strchr(line, ':');
		const size_t length = strlen(key);
		if (!colon || strncmp(line, key, length) != 0 || line[length + strspn(line + length, " \t")] != ':')
			continue;
		colon += 1 + strspn(colon + 1, " \t");
		snprintf(value, size, "%.*s", (int)strcspn(colon, "\n"), colon);
		found = 1;
	}
	if (f)
		fclose(f);
	return found;
}

/* The flag says that there is one; which one shows in files that only its guests have. */
static void read_hypervisor(machine_profile *m, const char *root)
{
	static const struct {
		const char *path, *word, *name;
	} signs[] = {{"/sys/hypervisor/type", "xen", "Xen"},
	             {"/sys/class/dmi/id/sys_vendor", "VMware", "VMware"},
	             {"/sys/class/dmi/id/sys_vendor", "Microsoft", "Hyper-V"},
	             {"/sys/class/dmi/id/sys_vendor", "innotek", "VirtualBox"},
	             {"/sys/class/dmi/id/sys_vendor", "QEMU", "KVM"},
	             {"/sys/class/dmi/id/sys_vendor", "Amazon EC2", "KVM"},
	             {"/sys/devices/system/clocksource/clocksource0/available_clocksource", "kvm-clock", "KVM"},
	             {"/sys/devices/system/clocksource/clocksource0/available_clocksource", "hyperv", "Hyper-V"}};
	char flags[8192] = " ", line[128];
	const int known = cpuinfo(root, "flags", flags + 1, sizeof flags - 2);
	const int guest = strstr(strcat(flags, " "), " hypervisor ") != NULL;

	copy(m->hypervisor, sizeof m->hypervisor, !known ? "unknown" : guest ? "some hypervisor" : "none");
	if (known && !guest)
		return;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (read_line(root, signs[i].path, line, sizeof line) && strstr(line, signs[i].word)) {
			copy(m->hypervisor, sizeof m->hypervisor, signs[i].name);
			return;
		}
}

/* The numbers behind the marketing name. */
static void read_model(machine_profile *m, const char *root)
{
	char first[16], second[16];
	if (cpuinfo(root, "cpu family", first, sizeof first) && cpuinfo(root, "model", second, sizeof second))
		snprintf(m->cpu_model, sizeof m->cpu_model, "family %.10s model %.10s", first, second);
	else if (cpuinfo(root, "CPU implementer", first, sizeof first) && cpuinfo(root, "CPU part", second, sizeof second))
		snprintf(m->cpu_model, sizeof m->cpu_model, "implementer %.10s part %.10s", first, second);
	else
		copy(m->cpu_model, sizeof m->cpu_model, "model unknown");
}

static void read_cpu(machine_profile *m, const char *root)
{
	char name[256] = "";
	if (!cpuinfo(root, "model name", name, sizeof name) && !cpuinfo(root, "Model", name, sizeof name) &&
	    cpuinfo(root, "CPU part", name + 9, sizeof name - 9))
		memcpy(name, "CPU part ", 9);
	copy(m->cpu, sizeof m->cpu, name);
}

/* What the running process may use. */
static void read_cpus(machine_profile *m)
{
	cpu_set_t allowed;
	const uint64_t features = gm_cpu_features();
	const long online = sysconf(_SC_NPROCESSORS_ONLN);

	for (size_t i = 0; i < CPU_ROWS; i++)
		if (features & cpu_table[i].bit)
			copy(m->isa[m->isa_count++], sizeof m->isa[0], cpu_table[i].name);
	m->cpus_online = online > 0 ? (int)online : -1;
	m->cpus = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : -1;
}

/* ---- caches and cores, of the first CPU ---- */

static int read_cache(const char *root, int index, const char *file, char line[64])
{
	char path[96];
	snprintf(path, sizeof path, CPU0 "cache/index%d/%s", index, file);
	return read_line(root, path, line, 64);
}

/* The data (or unified) cache of that level, "48K", "2M", "512"; where /sys says nothing, what sysconf calls `name`. */
static size_t cache_of(const char *root, int level, int name)
{
	char line[64], unit = 0;
	size_t count;
	for (int i = 0; read_cache(root, i, "level", line); i++) {
		if (strtol(line, NULL, 10) != level || !read_cache(root, i, "type", line) || strcmp(line, "Instruction") == 0)
			continue;
		if (read_cache(root, i, "size", line) && sscanf(line, "%zu%c", &count, &unit) >= 1 && count > 0)
			return unit == 'K' ? count << 10 : unit == 'M' ? count << 20 : count;
	}
	const long bytes = sysconf(name);
	return bytes > 0 ? (size_t)bytes : RECORD_UNKNOWN;
}

/* How many CPUs "0,4-5" names; -1 = no such list. */
static int count_cpus(const char *list)
{
	int cpus = 0;
	for (char *end;; list = end + 1) {
		const long first = strtol(list, &end, 10);
		if (end == list)
			return -1;
		cpus += (int)((*end == '-' ? strtol(end + 1, &end, 10) : first) - first + 1);
		if (*end != ',')
			return cpus > 0 ? cpus : -1;
	}
}

static void read_topology(machine_profile *m, const char *root)
{
	char list[64];
	m->l1d_bytes = cache_of(root, 1, _SC_LEVEL1_DCACHE_SIZE);
	m->l2_bytes = cache_of(root, 2, _SC_LEVEL2_CACHE_SIZE);
	m->l3_bytes = cache_of(root, 3, _SC_LEVEL3_CACHE_SIZE);
	m->threads_per_core = read_line(root, CPU0 "topology/thread_siblings_list", list, sizeof list) ? count_cpus(list)
	                                                                                               : -1;
}

/* ---- what the system does with it ---- */

static double stolen_percent(steal_ticks from, steal_ticks to)
{
	return to.all > from.all ? 100.0 * (to.stolen - from.stolen) / (to.all - from.all) : -1;
}

static void read_system(machine_profile *m, const char *root)
{
	static const char *const aslr[] = {"off", "partial", "full"};
	char line[128], kernel[512];
	steal_ticks ticks;
	const double randomize = read_number(root, "/proc/sys/kernel/randomize_va_space", -1);
	const double perf = read_number(root, "/proc/sys/kernel/perf_event_paranoid", MACHINE_NO_PERF);

	snprintf(kernel, sizeof kernel, "%s/proc/sys/kernel", root);
	copy(m->governor, sizeof m->governor, read_line(root, CPU0 "cpufreq/scaling_governor", line, 32) ? line : "");
	copy(m->clock_source, sizeof m->clock_source,
	     read_line(root, "/sys/devices/system/clocksource/clocksource0/current_clocksource", line, 32) ? line : "");
	copy(m->aslr, sizeof m->aslr, randomize >= 0 && randomize <= 2 ? aslr[(int)randomize] : "");
	m->load = read_number(root, "/proc/loadavg", -1);
	m->steal_boot_percent = steal_ticks_read(root, -1, &ticks) ? stolen_percent((steal_ticks){0}, ticks) : -1;
	m->steal_percent = -1;
	m->quota_cpus = cgroup_cpus(root);
	m->perf_paranoid = access(kernel, R_OK) == 0 ? (int)perf : MACHINE_UNKNOWN_PERF;
}

/* Smallest step between readings: what the shortest sample must be far above. */
static double clock_step(void)
{
	double least = 1e9;
	for (int i = 0; i < 2000; i++) {
		struct timespec a, b;
		double step;
		clock_gettime(CLOCK_MONOTONIC, &a);
		do {
			clock_gettime(CLOCK_MONOTONIC, &b);
			step = (double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec);
		} while (step == 0);
		least = step < least ? step : least;
	}
	return least;
}

/* ---- what the facts mean: a sentence each, and the fingerprint ---- */

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
	uint64_t hash = hash_text(0, m->cpu);
	if (strcmp(m->cpu_model, "model unknown") != 0)
		hash = hash_text(hash, m->cpu_model);
	for (size_t i = 0; i < m->isa_count; i++)
		hash = hash_text(hash, m->isa[i]);
	for (size_t i = 0; i < 3; i++) {
		char text[32] = "unknown";
		if (caches[i] != RECORD_UNKNOWN)
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

/* ---- all of it ---- */

void machine_read(machine_profile *profile, const char *root)
{
	memset(profile, 0, sizeof *profile);
	read_cpu(profile, root);
	read_model(profile, root);
	read_hypervisor(profile, root);
	read_cpus(profile);
	read_topology(profile, root);
#ifndef GM_BUNDLE
	if (!root[0])
		machine_hwloc(profile);
#endif
	read_system(profile, root);
	profile->clock_ns = clock_step();
	machine_conclude(profile);
}

void machine_probe(machine_profile *profile)
{
	steal_ticks before, after;
	const int known = steal_ticks_read("", -1, &before);

	nanosleep(&(struct timespec){0, 200000000}, NULL);
	machine_read(profile, "");
	if (known && steal_ticks_read("", -1, &after))
		profile->steal_percent = stolen_percent(before, after);
	machine_conclude(profile);
}

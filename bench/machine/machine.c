/* SPDX-License-Identifier: MIT */
/* machine.c - the machine profile: the system's files, one small reader a fact.  Caches and cores: machine_topology.h;
 * hints and fingerprint: machine_hints.c. */
#define _GNU_SOURCE
#include "machine_topology.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cpu.h"

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

static int has_word(const char *text, const char *word)
{
	const size_t length = strlen(word);
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if ((at == text || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return 1;
	return 0;
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
	char flags[8192], line[128];
	const int known = cpuinfo(root, "flags", flags, sizeof flags);

	copy(m->hypervisor, sizeof m->hypervisor,
	     !known                          ? "unknown"
	     : has_word(flags, "hypervisor") ? "some hypervisor"
	                                     : "none");
	if (known && !has_word(flags, "hypervisor"))
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
	static const struct {
		const char *key[2], *word[2];
	} ways[] = {{{"cpu family", "model"}, {"family", "model"}},
	            {{"CPU implementer", "CPU part"}, {"implementer", "part"}}};
	char first[16], second[16], text[48] = "";
	for (size_t i = 0; i < sizeof ways / sizeof *ways && !text[0]; i++)
		if (cpuinfo(root, ways[i].key[0], first, sizeof first) && cpuinfo(root, ways[i].key[1], second, sizeof second))
			snprintf(text, sizeof text, "%s %.10s %s %.10s", ways[i].word[0], first, ways[i].word[1], second);
	copy(m->cpu_model, sizeof m->cpu_model, text[0] ? text : "model unknown");
}

static void read_cpu(machine_profile *m, const char *root)
{
	char name[256] = "";
	if (!cpuinfo(root, "model name", name, sizeof name) && !cpuinfo(root, "Model", name, sizeof name) &&
	    cpuinfo(root, "CPU part", name + 9, sizeof name - 9))
		memcpy(name, "CPU part ", 9);
	snprintf(m->cpu, sizeof m->cpu, "%.95s", name[0] ? name : "unknown");
	read_model(m, root);
	read_hypervisor(m, root);
}

static void read_isa(machine_profile *m)
{
	const uint64_t features = gm_cpu_features();
	m->isa_count = 0;
	for (size_t i = 0; i < CPU_ROWS; i++)
		if (features & cpu_table[i].bit)
			copy(m->isa[m->isa_count++], sizeof m->isa[0], cpu_table[i].name);
}

static void read_cpus(machine_profile *m)
{
	cpu_set_t allowed;
	const long online = sysconf(_SC_NPROCESSORS_ONLN);

	m->cpus_online = online > 0 ? (int)online : -1;
	m->cpus = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : -1;
}

/* ---- what the system does with it ---- */

typedef struct cpu_ticks {
	double steal, all;
} cpu_ticks;

static int read_ticks(const char *root, cpu_ticks *ticks)
{
	char line[512];
	double v[8];
	if (!read_line(root, "/proc/stat", line, sizeof line) ||
	    sscanf(line, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6, v + 7) != 8)
		return 0;
	*ticks = (cpu_ticks){v[7], 0};
	for (size_t i = 0; i < 8; i++)
		ticks->all += v[i];
	return 1;
}

static double steal_share(cpu_ticks from, cpu_ticks to)
{
	return to.all > from.all ? 100.0 * (to.steal - from.steal) / (to.all - from.all) : -1;
}

/* cpu.max of version 2 ("max 100000", "150000 100000"), else the two files of version 1. */
static double read_quota(const char *root)
{
	char line[128];
	double quota, period;
	if (read_line(root, "/sys/fs/cgroup/cpu.max", line, sizeof line)) {
		if (strncmp(line, "max", 3) == 0)
			return 0;
		return sscanf(line, "%lf %lf", &quota, &period) == 2 && period > 0 ? quota / period : -1;
	}
	quota = read_number(root, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", -2);
	period = read_number(root, "/sys/fs/cgroup/cpu/cpu.cfs_period_us", -2);
	if (quota == -1)
		return 0; // version 1 says "none" so
	return quota > 0 && period > 0 ? quota / period : -1;
}

static int read_perf(const char *root)
{
	char path[512];
	const double level = read_number(root, "/proc/sys/kernel/perf_event_paranoid", MACHINE_NO_PERF);
	snprintf(path, sizeof path, "%s/proc/sys/kernel", root);
	return access(path, R_OK) == 0 ? (int)level : MACHINE_UNKNOWN_PERF;
}

static void read_system(machine_profile *m, const char *root)
{
	static const char *const aslr[] = {"off", "partial", "full"};
	char line[128];
	cpu_ticks ticks;
	const double randomize = read_number(root, "/proc/sys/kernel/randomize_va_space", -1);

	copy(m->governor, sizeof m->governor,
	     read_line(root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", line, 32) ? line : "");
	copy(m->clock_source, sizeof m->clock_source,
	     read_line(root, "/sys/devices/system/clocksource/clocksource0/current_clocksource", line, 32) ? line : "");
	copy(m->aslr, sizeof m->aslr, randomize >= 0 && randomize <= 2 ? aslr[(int)randomize] : "");
	m->load = read_number(root, "/proc/loadavg", -1);
	m->steal_boot_percent = read_ticks(root, &ticks) ? steal_share((cpu_ticks){0, 0}, ticks) : -1;
	m->steal_percent = -1;
	m->quota_cpus = read_quota(root);
	m->perf_paranoid = read_perf(root);
}

/* Smallest step between readings: what the shortest sample must be far above. */
static double clock_step(void)
{
	double least = 1e9;
	for (int i = 0; i < 2000; i++) {
		struct timespec a, b;
		clock_gettime(CLOCK_MONOTONIC, &a);
		do
			clock_gettime(CLOCK_MONOTONIC, &b);
		while (b.tv_nsec == a.tv_nsec && b.tv_sec == a.tv_sec);
		const double step = (double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec);
		least = step < least ? step : least;
	}
	return least;
}

void machine_read(machine_profile *profile, const char *root)
{
	memset(profile, 0, sizeof *profile);
	read_cpu(profile, root);
	read_isa(profile);
	read_cpus(profile);
	machine_topology(profile);
	read_system(profile, root);
	profile->clock_ns = clock_step();
	machine_conclude(profile);
}

void machine_probe(machine_profile *profile, double seconds)
{
	cpu_ticks before, after;
	const double wait = seconds > 0 ? seconds : 0.2;
	const int known = read_ticks("", &before);

	nanosleep(&(struct timespec){(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)}, NULL);
	machine_read(profile, "");
	if (known && read_ticks("", &after))
		profile->steal_percent = steal_share(before, after);
	machine_conclude(profile);
}

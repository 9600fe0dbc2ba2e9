/* SPDX-License-Identifier: MIT */
/* steal.c - readings from /proc with stdio; a line that does not look as documented is "cannot be
 * read", never 0. */
#include "steal.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static double thread_wait(const char *folder, const char *thread)
{
	char path[512];
	unsigned long long on_cpu, wait, slices;
	snprintf(path, sizeof path, "%s/%.32s/schedstat", folder, thread);
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	const int found = fscanf(f, "%llu %llu %llu", &on_cpu, &wait, &slices);
	fclose(f);
	return found == 3 && slices > 0 ? (double)wait : -1;
}

static double process_wait(const char *root, int pid)
{
	char folder[256];
	double sum = -1;
	snprintf(folder, sizeof folder, "%s/proc/%d/task", root, pid);
	DIR *d = opendir(folder);
	if (!d)
		return -1;
	for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
		const double wait = e->d_name[0] == '.' ? -1 : thread_wait(folder, e->d_name);
		if (wait >= 0)
			sum = (sum < 0 ? 0 : sum) + wait;
	}
	closedir(d);
	return sum;
}

/* "cpu3 user nice system idle iowait irq softirq steal ..." */
static double cpu_steal(const char *root, int wanted)
{
	char path[256], line[512];
	double ticks = -1;
	snprintf(path, sizeof path, "%s/proc/stat", root);
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof line, f)) {
		int cpu;
		unsigned long long steal;
		if (sscanf(line, "cpu%d %*u %*u %*u %*u %*u %*u %*u %llu", &cpu, &steal) != 2)
			continue;
		if (wanted < 0 || wanted == cpu)
			ticks = (ticks < 0 ? 0 : ticks) + (double)steal;
	}
	fclose(f);
	return ticks < 0 ? -1 : ticks * 1e9 / (double)sysconf(_SC_CLK_TCK);
}

steal_reading steal_read(const char *root, int pid, int cpu)
{
	return (steal_reading){process_wait(root, pid), cpu_steal(root, cpu)};
}

double steal_share(steal_reading before, steal_reading after, double wall_ns)
{
	double lost = -1;
	if (before.wait_ns >= 0 && after.wait_ns >= before.wait_ns)
		lost = after.wait_ns - before.wait_ns;
	if (before.steal_ns >= 0 && after.steal_ns >= before.steal_ns)
		lost = (lost < 0 ? 0 : lost) + after.steal_ns - before.steal_ns;
	if (lost < 0)
		return -1;
	return lost < wall_ns ? lost / wall_ns : 1.0;
}

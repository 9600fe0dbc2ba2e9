/* SPDX-License-Identifier: MIT */
/* steal.c - readings from /proc with stdio; a line that does not look as documented is "cannot be
 * read", never 0. */
#include "steal.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static double process_wait(const char *root, int pid)
{
	char threads[256];
	glob_t found;
	double sum = -1;
	snprintf(threads, sizeof threads, "%s/proc/%d/task/*/schedstat", root, pid);
	if (glob(threads, GLOB_NOSORT, NULL, &found) != 0)
		return -1;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		unsigned long long wait, slices;
		FILE *f = fopen(found.gl_pathv[i], "r");
		if (f && fscanf(f, "%*u %llu %llu", &wait, &slices) == 2 && slices > 0)
			sum = (sum < 0 ? 0 : sum) + (double)wait;
		if (f)
			fclose(f);
	}
	globfree(&found);
	return sum;
}

/* "cpu3 user nice system idle iowait irq softirq steal ..." */
int steal_ticks_read(const char *root, int cpu, steal_ticks *ticks)
{
	char path[256], line[512], name[24], wanted[24] = "cpu";
	double v[8];
	int found = 0;
	if (cpu >= 0)
		snprintf(wanted, sizeof wanted, "cpu%d", cpu);
	snprintf(path, sizeof path, "%s/proc/stat", root);
	FILE *f = fopen(path, "r");
	while (f && !found && fgets(line, sizeof line, f))
		found = sscanf(line, "%23s %lf %lf %lf %lf %lf %lf %lf %lf", name, v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6,
		               v + 7) == 9 &&
		        strcmp(name, wanted) == 0;
	if (f)
		fclose(f);
	*ticks = (steal_ticks){.stolen = found ? v[7] : 0};
	for (size_t i = 0; found && i < 8; i++)
		ticks->all += v[i];
	return found;
}

steal_reading steal_read(const char *root, int pid, int cpu)
{
	steal_ticks ticks;
	const int known = steal_ticks_read(root, cpu, &ticks);
	return (steal_reading){process_wait(root, pid), known ? ticks.stolen * 1e9 / (double)sysconf(_SC_CLK_TCK) : -1};
}

double steal_share(steal_reading before, steal_reading after, double wall_ns)
{
	double lost = -1;
	if (before.wait_ns >= 0 && after.wait_ns >= before.wait_ns)
		lost = after.wait_ns - before.wait_ns;
	if (before.steal_ns >= 0 && after.steal_ns >= before.steal_ns)
		lost = (lost < 0 ? 0 : lost) + after.steal_ns - before.steal_ns;
	return lost < 0 ? -1 : lost < wall_ns ? lost / wall_ns : 1.0;
}

/* SPDX-License-Identifier: MIT */
/* cgroup.c - from the line of a controller in /proc/self/cgroup and the mount of its hierarchy to a folder; the file
 * asked for is read there and in each folder above, up to the mount. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* getline */
#endif
#include "cgroup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER 4096

typedef struct group { /* where a controller's files of this process lie */
	char folder[FOLDER];
	size_t top; /* length of the mount point: no folder above it is looked at */
	int version;
} group;

static FILE *open_under(const char *root, const char *folder, const char *name)
{
	char path[2 * FOLDER];

	if (snprintf(path, sizeof path, "%s%s%s", root, folder, name) >= (int)sizeof path)
		return NULL;
	return fopen(path, "re");
}

/* Is the word one of a list with commas? */
static int listed(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, word, length) && (!at[length] || at[length] == ','))
			return 1;
	}
	return 0;
}

/* "4:memory:/a/b" or "0::/a/b": version and path of the controller's group; version 0 = there is none. */
static int find_path(const char *root, const char *controller, char path[FOLDER])
{
	FILE *file = open_under(root, "", "/proc/self/cgroup");
	char *line = NULL;
	size_t room = 0;
	int version = 0;

	while (file && version != 1 && getline(&line, &room, file) > 0) {
		char *list = strchr(line, ':'), *where = list ? strchr(list + 1, ':') : NULL;
		if (!where)
			continue;
		*where++ = 0;
		where[strcspn(where, "\n")] = 0;
		int found = list[1] == 0 ? 2 : listed(list + 1, controller) ? 1 : 0;
		if (found && strlen(where) < FOLDER) {
			version = found;
			strcpy(path, where);
		}
	}
	free(line);
	if (file)
		fclose(file);
	return version;
}

/* Of a line of mountinfo, cut up in place: 1 if it is the hierarchy's mount. */
static int read_mount(char *line, int version, const char *controller, char **inside, char **point)
{
	char *rest = strstr(line, " - "), *save = NULL, *word = NULL;

	if (!rest)
		return 0;
	*rest = 0;
	const char *type = strtok_r(rest + 3, " \n", &save);
	if (!type || strcmp(type, version == 2 ? "cgroup2" : "cgroup"))
		return 0;
	(void)strtok_r(NULL, " \n", &save); // the source
	const char *options = strtok_r(NULL, " \n", &save);
	if (version == 1 && !(options && listed(options, controller)))
		return 0;
	word = strtok_r(line, " ", &save);
	for (int i = 0; word && i < 3; i++)
		word = strtok_r(NULL, " ", &save);
	*inside = word;
	*point = strtok_r(NULL, " ", &save);
	return *inside && *point;
}

/* The mount shows the hierarchy from `inside` on; a group that lies outside of it shows as the mount itself. */
static void place(group *g, const char *point, const char *inside, const char *path)
{
	size_t skip = strcmp(inside, "/") ? strlen(inside) : 0;
	int within = !strncmp(path, inside, skip) && (path[skip] == '/' || !path[skip]) && !strstr(path, "/..");

	g->top = strlen(point);
	snprintf(g->folder, sizeof g->folder, "%.2000s%.2000s", point, within ? path + skip : "");
}

static int find_group(const char *root, const char *controller, group *g)
{
	char path[FOLDER], *line = NULL, *inside, *point;
	size_t room = 0;
	int found = 0;
	FILE *mounts = NULL;

	g->version = find_path(root, controller, path);
	if (g->version)
		mounts = open_under(root, "", "/proc/self/mountinfo");
	while (mounts && !found && getline(&line, &room, mounts) > 0)
		found = read_mount(line, g->version, controller, &inside, &point);
	if (found)
		place(g, point, inside, path);
	free(line);
	if (mounts)
		fclose(mounts);
	return found;
}

/* What a file says as a number; 0 = nothing. */
typedef int reading(FILE *file, double *value);

static int number_in(const char *root, const char *folder, const char *name, reading *read, double *value)
{
	FILE *file = open_under(root, folder, name);
	int known = file && read(file, value);

	if (file)
		fclose(file);
	return known;
}

static int plain_number(FILE *file, double *value) { return fscanf(file, "%lf", value) == 1; }

/* "150000 100000"; "max" is no number. */
static int share(FILE *file, double *value)
{
	double quota, period;
	int known = fscanf(file, "%lf %lf", &quota, &period) == 2 && period > 0;

	if (known)
		*value = quota / period;
	return known;
}

static int oom_kill(FILE *file, double *value)
{
	char key[64];
	double number;

	while (fscanf(file, "%63s %lf", key, &number) == 2)
		if (!strcmp(key, "oom_kill")) {
			*value = number;
			return 1;
		}
	return 0;
}

/* ---- limits ---- */

static double cpus_in(const char *root, const char *folder, int version)
{
	double quota, period;

	if (version == 2)
		return number_in(root, folder, "/cpu.max", share, &quota) ? quota : 0;
	if (!number_in(root, folder, "/cpu.cfs_quota_us", plain_number, &quota) ||
	    !number_in(root, folder, "/cpu.cfs_period_us", plain_number, &period) || period <= 0)
		return -1;
	return quota > 0 ? quota / period : 0;
}

#define NO_LIMIT 9e18 /* version 1 says "none" with a number of pages near 2^63 bytes */

static double memory_in(const char *root, const char *folder, int version)
{
	double bytes;

	if (!number_in(root, folder, version == 2 ? "/memory.max" : "/memory.limit_in_bytes", plain_number, &bytes))
		return version == 2 ? 0 : -1;
	return bytes < NO_LIMIT ? bytes : 0;
}

/* The least over the group and those around it. */
static double tightest(const char *root, const char *controller,
                       double (*limit)(const char *root, const char *folder, int version))
{
	group g;
	double least = -1;

	if (!find_group(root, controller, &g))
		return -1;
	for (;;) {
		double one = limit(root, g.folder, g.version);

		if (one > 0 ? least <= 0 || one < least : one == 0 && least < 0)
			least = one;
		char *slash = strrchr(g.folder, '/');
		if (!slash || (size_t)(slash - g.folder) < g.top)
			return least;
		*slash = 0;
	}
}

double cgroup_cpus(const char *root) { return tightest(root, "cpu", cpus_in); }

double cgroup_memory(const char *root) { return tightest(root, "memory", memory_in); }

double cgroup_oom_kills(const char *root)
{
	group g;
	double kills;

	if (find_group(root, "memory", &g) &&
	    number_in(root, g.folder, g.version == 2 ? "/memory.events" : "/memory.oom_control", oom_kill, &kills))
		return kills;
	return number_in(root, "", "/proc/vmstat", oom_kill, &kills) ? kills : -1;
}

double memory_limit(void)
{
	double machine = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE), group = cgroup_memory("");

	return group > 0 && group < machine ? group : machine;
}

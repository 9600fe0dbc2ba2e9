/* SPDX-License-Identifier: MIT */
/* machine_sysfs.c - caches and cores by /sys, of the first CPU; caches by sysconf where /sys says nothing. */
#define _GNU_SOURCE /* CPU sets */
#include "machine_topology.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CPU0 "/sys/devices/system/cpu/cpu0/"
enum { CACHES = 16, WORDS = 64 };

static int read_word(const char *path, char word[WORDS])
{
	FILE *f = fopen(path, "r");
	const int ok = f && fscanf(f, "%63s", word) == 1;
	if (f)
		fclose(f);
	return ok;
}

static int read_cache(int index, const char *file, char word[WORDS])
{
	char path[96];
	snprintf(path, sizeof path, CPU0 "cache/index%d/%s", index, file);
	return read_word(path, word);
}

/* "48K", "2M", "512" */
static size_t bytes_of(const char *word)
{
	size_t count;
	char unit = 0;
	if (sscanf(word, "%zu%c", &count, &unit) < 1 || count == 0)
		return MACHINE_UNKNOWN;
	return unit == 'K' ? count << 10 : unit == 'M' ? count << 20 : count;
}

/* The data (or unified) cache of that level. */
static size_t cache_of(int level, int name)
{
	char word[WORDS];
	int found;
	for (int i = 0; i < CACHES && read_cache(i, "level", word); i++) {
		if (sscanf(word, "%d", &found) != 1 || found != level)
			continue;
		if (read_cache(i, "type", word) && strcmp(word, "Instruction") != 0 && read_cache(i, "size", word))
			return bytes_of(word);
	}
	const long bytes = sysconf(name);
	return bytes > 0 ? (size_t)bytes : MACHINE_UNKNOWN;
}

/* How many CPUs "0,4-5" names; -1 = no such list. */
static int count_cpus(const char *list)
{
	int cpus = 0, first, last, used;
	for (;;) {
		if (sscanf(list, "%d%n", &first, &used) != 1)
			return -1;
		list += used;
		last = first;
		if (*list == '-' && sscanf(++list, "%d%n", &last, &used) == 1)
			list += used;
		cpus += last - first + 1;
		if (*list++ != ',')
			return cpus > 0 ? cpus : -1;
	}
}

void machine_topology(machine_profile *m)
{
	char list[WORDS];

	m->l1d_bytes = cache_of(1, _SC_LEVEL1_DCACHE_SIZE);
	m->l2_bytes = cache_of(2, _SC_LEVEL2_CACHE_SIZE);
	m->l3_bytes = cache_of(3, _SC_LEVEL3_CACHE_SIZE);
	m->threads_per_core = read_word(CPU0 "topology/thread_siblings_list", list) ? count_cpus(list) : -1;
}

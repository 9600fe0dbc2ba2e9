/* SPDX-License-Identifier: MIT */
/* test_cgroup.c - limits of memory and counts of ended processes, from copies of the files of control groups. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cgroup.h"

static char root[64];

static int make_root(void **state)
{
	(void)state;
	strcpy(root, "/tmp/test_cgroup_XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof command, "rm -r '%s'", root);
	return system(command);
}

static void put(const char *path, const char *text)
{
	char full[256];

	snprintf(full, sizeof full, "%s%s", root, path);
	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		mkdir(full, 0700);
		*slash = '/';
	}
	FILE *file = fopen(full, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void nothing_is_known(void **state)
{
	(void)state;
	assert_true(cgroup_memory(root) == -1 && cgroup_cpus(root) == -1 && cgroup_oom_kills(root) == -1);
	put("/proc/vmstat", "nr_free_pages 12\noom_kill 7\n"); // the whole machine's
	assert_true(cgroup_oom_kills(root) == 7);
}

static void version_2(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "0::/a/b\n");
	put("/proc/self/mountinfo", "1 1 0:1 / / rw - ext4 x rw\n2 1 0:2 / /cg rw - cgroup2 cgroup rw\n");
	assert_true(cgroup_memory(root) == 0); // a group without the controller has no limit
	put("/cg/a/b/memory.max", "max\n");
	put("/cg/a/memory.max", "1000000\n");
	put("/cg/a/b/memory.events", "low 0\nhigh 0\nmax 5\noom 2\noom_kill 3\n");
	assert_true(cgroup_memory(root) == 1000000 && cgroup_oom_kills(root) == 3);
	put("/cg/a/b/memory.max", "70000\n");
	assert_true(cgroup_memory(root) == 70000);
}

static void version_1(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "4:memory:/job\n1:cpu:/\n0::/\n");
	put("/proc/self/mountinfo", "2 1 0:2 / /cg/memory rw - cgroup c rw,memory\n3 1 0:3 / /cg/v2 rw - cgroup2 c rw\n");
	put("/cg/memory/memory.limit_in_bytes", "9223372036854771712\n");
	put("/cg/memory/job/memory.limit_in_bytes", "9223372036854771712\n");
	put("/cg/memory/job/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
	assert_true(cgroup_memory(root) == 0 && cgroup_oom_kills(root) == 2);
	put("/cg/memory/job/memory.limit_in_bytes", "41943040\n");
	assert_true(cgroup_memory(root) == 41943040);
}

static void real_ones_are_sane(void **state)
{
	(void)state;
	assert_true(memory_limit() > 1e6);
	assert_true(cgroup_memory("") >= -1 && cgroup_cpus("") >= -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_known, make_root, remove_root),
		cmocka_unit_test_setup_teardown(version_2, make_root, remove_root),
		cmocka_unit_test_setup_teardown(version_1, make_root, remove_root),
		cmocka_unit_test(real_ones_are_sane),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* test_machine.c - the machine profile and the reading of lost time, from copies of the system's files in a temporary
 * folder: what is there is read, what is not is unknown and never 0, and each thing that spoils measurements has its
 * hint. */
#define _GNU_SOURCE
#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "protocol/steal.h"
#include "machine/machine.h"

static char root[64];

static int make_root(void **state)
{
	(void)state;
	snprintf(root, sizeof root, "/tmp/test_machine_XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
	(void)s, (void)type, (void)ftw;
	return remove(path);
}

static int remove_root(void **state)
{
	(void)state;
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *path, const char *text)
{
	char full[512];
	snprintf(full, sizeof full, "%s%s", root, path);
	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	FILE *f = fopen(full, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void put_good_machine(void)
{
	put("/proc/cpuinfo", "processor\t: 0\ncpu family\t: 25\nmodel\t\t: 97\nmodel name\t: Imaginary 9000 CPU\n"
	                     "flags\t\t: fpu avx2 hypervisor_like\n\nprocessor\t: 1\nmodel name\t: other\n");
	put("/proc/stat", "cpu  100 0 100 9800 0 0 0 0 0 0\ncpu0 50 0 50 4900 0 0 0 0 0 0\n");
	put("/proc/loadavg", "0.05 0.10 0.10 1/100 4242\n");
	put("/proc/sys/kernel/randomize_va_space", "2\n");
	put("/proc/sys/kernel/perf_event_paranoid", "1\n");
	put("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
	put("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
	put("/proc/self/cgroup", "0::/user/job\n");
	put("/proc/self/mountinfo", "30 1 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
	put("/sys/fs/cgroup/user/job/cpu.max", "max 100000\n");
}

static int has_hint(const machine_profile *m, const char *words)
{
	for (size_t i = 0; i < m->hints_count; i++)
		if (strstr(m->hints[i], words))
			return 1;
	return 0;
}

static void nothing_readable_is_unknown_never_zero(void **state)
{
	(void)state;
	machine_profile m;
	machine_read(&m, root);
	assert_string_equal(m.cpu, "unknown");
	assert_string_equal(m.cpu_model, "model unknown");
	assert_string_equal(m.hypervisor, "unknown");
	assert_string_equal(m.governor, "unknown");
	assert_string_equal(m.clock_source, "unknown");
	assert_string_equal(m.aslr, "unknown");
	assert_true(m.load < 0 && m.steal_percent < 0 && m.steal_boot_percent < 0 && m.quota_cpus < 0);
	assert_int_equal(m.perf_paranoid, MACHINE_UNKNOWN_PERF);
	assert_true(has_hint(&m, "governor cannot be read") && has_hint(&m, "stolen CPU time cannot be read") &&
	            has_hint(&m, "quota cannot be read"));
	assert_int_equal(strlen(m.fingerprint), 16);
}

static void good_machine_is_read_as_it_is(void **state)
{
	(void)state;
	machine_profile m;
	put_good_machine();
	machine_read(&m, root);
	assert_string_equal(m.cpu, "Imaginary 9000 CPU");
	assert_string_equal(m.cpu_model, "family 25 model 97");
	assert_string_equal(m.hypervisor, "none"); // hypervisor_like is another word
	assert_string_equal(m.governor, "performance");
	assert_string_equal(m.clock_source, "tsc");
	assert_string_equal(m.aslr, "full");
	assert_true(m.load == 0.05 && m.steal_boot_percent == 0 && m.quota_cpus == 0);
	assert_int_equal(m.perf_paranoid, 1);
	assert_false(has_hint(&m, "governor") || has_hint(&m, "virtual") || has_hint(&m, "stolen") ||
	             has_hint(&m, "load") || has_hint(&m, "quota") || has_hint(&m, "counters") ||
	             has_hint(&m, "address space"));
}

static void each_spoiler_has_its_hint(void **state)
{
	(void)state;
	static const struct {
		const char *path, *text, *hint;
	} spoilers[] = {
		{"/proc/stat", "cpu 100 0 100 9000 0 0 0 800 0 0\n", "8.0 % of CPU time was stolen"},
		{"/proc/loadavg", "64.00 1 1 1/100 1\n", "load is 64.00"},
		{"/proc/sys/kernel/randomize_va_space", "0\n", "not randomised"},
		{"/proc/sys/kernel/perf_event_paranoid", "4\n", "is 4, 2 opens them"},
		{"/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n", "governor is powersave"},
		{"/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n", "clock source is hpet"},
		{"/sys/fs/cgroup/user/job/cpu.max", "150000 100000\n", "quota of 1.50 CPUs"},
		{"/sys/fs/cgroup/user/cpu.max", "30000 100000\n", "quota of 0.30 CPUs"},
		{"/proc/cpuinfo", "model name : X\nflags : fpu hypervisor\n", "virtual machine"}};
	for (size_t i = 0; i < sizeof spoilers / sizeof *spoilers; i++) {
		machine_profile m;
		put_good_machine();
		machine_read(&m, root);
		assert_false(has_hint(&m, spoilers[i].hint));
		put(spoilers[i].path, spoilers[i].text);
		machine_read(&m, root);
		if (!has_hint(&m, spoilers[i].hint))
			fail_msg("no hint '%s' with %s", spoilers[i].hint, spoilers[i].path);
	}
}

/* Where a process finds its group: by the controller's line and the mount of that hierarchy, whose root may be the
 * group itself, as in a container. */
static void quota_of_control_groups_version_1(void **state)
{
	(void)state;
	static const struct {
		const char *mount, *own, *above;
		double want;
	} cases[] = {{"/", "-1\n", "-1\n", 0},
	             {"/", "50000\n", "-1\n", 0.5},
	             {"/", "50000\n", "20000\n", 0.2},
	             {"/", "50000\n", "80000\n", 0.5},
	             {"/", "x\n", "x\n", -1},
	             {"/job", "-1\n", "30000\n", 0.3},
	             {"/elsewhere", "10000\n", "40000\n", 0.4}};
	put("/proc/self/cgroup", "3:memory:/other\n2:cpuset:/other\n1:cpu,cpuacct:/job\n0::/\n");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		machine_profile m;
		char mounts[256];
		snprintf(mounts, sizeof mounts,
		         "8 1 0:2 / /v2 rw - cgroup2 c rw\n9 1 0:3 / /sets rw - cgroup c rw,cpuset\n"
		         "9 1 0:4 %s /cg/cpu rw shared:1 - cgroup c rw,cpuacct,cpu\n",
		         cases[i].mount);
		put("/proc/self/mountinfo", mounts);
		put("/cg/cpu/job/cpu.cfs_quota_us", cases[i].own);
		put("/cg/cpu/job/cpu.cfs_period_us", "100000\n");
		put("/cg/cpu/cpu.cfs_quota_us", cases[i].above);
		put("/cg/cpu/cpu.cfs_period_us", "100000\n");
		machine_read(&m, root);
		if (m.quota_cpus != cases[i].want)
			fail_msg("row %zu: quota is %g, want %g", i, m.quota_cpus, cases[i].want);
	}
}

static void hypervisors_by_their_signs(void **state)
{
	(void)state;
	machine_profile m;
	put("/proc/cpuinfo", "model name : X\nflags : fpu hypervisor\n");
	machine_read(&m, root);
	assert_string_equal(m.hypervisor, "some hypervisor");
	put("/sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc kvm-clock\n");
	machine_read(&m, root);
	assert_string_equal(m.hypervisor, "KVM");
	put("/sys/class/dmi/id/sys_vendor", "VMware, Inc.\n");
	machine_read(&m, root);
	assert_string_equal(m.hypervisor, "VMware");
}

static void fingerprint_is_of_the_hardware(void **state)
{
	(void)state;
	machine_profile a, b;
	put_good_machine();
	machine_read(&a, root);
	put("/proc/loadavg", "9.0 9.0 9.0 1/1 1\n");
	put("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
	machine_read(&b, root);
	assert_string_equal(a.fingerprint, b.fingerprint);
	b.l2_bytes = a.l2_bytes + 1;
	machine_conclude(&b);
	assert_string_not_equal(a.fingerprint, b.fingerprint);
	b = a;
	b.isa_count = a.isa_count ? 0 : 1;
	machine_conclude(&b);
	assert_string_not_equal(a.fingerprint, b.fingerprint);
	b = a;
	b.cpu[0] = 'J';
	machine_conclude(&b);
	assert_string_not_equal(a.fingerprint, b.fingerprint);
}

/* Two processors of one name are told apart by the numbers behind it. */
static void a_name_is_not_a_model(void **state)
{
	machine_profile a, b;
	(void)state;
	put_good_machine();
	machine_read(&a, root);
	put("/proc/cpuinfo", "cpu family\t: 26\nmodel\t\t: 2\nmodel name\t: Imaginary 9000 CPU\nflags\t\t: fpu\n");
	machine_read(&b, root);
	assert_string_equal(a.cpu, b.cpu);
	assert_string_equal(b.cpu_model, "family 26 model 2");
	assert_string_not_equal(a.fingerprint, b.fingerprint);
	put("/proc/cpuinfo", "CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n");
	machine_read(&b, root);
	assert_string_equal(b.cpu_model, "implementer 0x41 part 0xd0c");
}

static void caches_and_cores_of_the_first_cpu(void **state)
{
	static const struct {
		const char *list;
		int threads;
	} siblings[] = {{"0\n", 1}, {"0,4-5\n", 3}, {"0-1\n", 2}, {"none\n", -1}, {"", -1}};
	machine_profile m;
	(void)state;
	put("/sys/devices/system/cpu/cpu0/cache/index0/level", "1\n");
	put("/sys/devices/system/cpu/cpu0/cache/index0/type", "Instruction\n");
	put("/sys/devices/system/cpu/cpu0/cache/index0/size", "64K\n");
	put("/sys/devices/system/cpu/cpu0/cache/index1/level", "1\n");
	put("/sys/devices/system/cpu/cpu0/cache/index1/type", "Data\n");
	put("/sys/devices/system/cpu/cpu0/cache/index1/size", "48K\n");
	put("/sys/devices/system/cpu/cpu0/cache/index2/level", "2\n");
	put("/sys/devices/system/cpu/cpu0/cache/index2/type", "Unified\n");
	put("/sys/devices/system/cpu/cpu0/cache/index2/size", "3M\n");
	for (size_t i = 0; i < sizeof siblings / sizeof *siblings; i++) {
		put("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list", siblings[i].list);
		machine_read(&m, root);
		assert_int_equal(m.threads_per_core, siblings[i].threads);
		assert_true(m.l1d_bytes == 48 << 10 && m.l2_bytes == 3 << 20);
	}
}

static void this_machine_answers(void **state)
{
	(void)state;
	machine_profile m;
	machine_probe(&m);
	assert_true(m.cpu[0] && m.governor[0] && m.clock_source[0] && m.aslr[0] && m.hypervisor[0]);
	assert_true(m.cpus != 0 && m.l1d_bytes != 0 && m.l2_bytes != 0 && m.l3_bytes != 0 && m.threads_per_core != 0);
	assert_true(m.clock_ns > 0);
	machine_profile by_files; // as in a bundle: nothing is asked of hwloc for a tree of files
	machine_read(&by_files, "/");
	assert_string_equal(by_files.fingerprint, m.fingerprint);
	assert_int_equal(by_files.threads_per_core, m.threads_per_core);
	assert_true(m.steal_percent == -1 || (m.steal_percent >= 0 && m.steal_percent <= 100));
}

/* ---- lost time ---- */

static void losses_from_files(void **state)
{
	(void)state;
	const double tick = 1e9 / (double)sysconf(_SC_CLK_TCK);
	put("/proc/77/task/77/schedstat", "5000 1000 3\n");
	put("/proc/77/task/78/schedstat", "5000 500 3\n");
	put("/proc/stat", "cpu  1 0 1 1 0 0 0 9 0 0\ncpu0 1 0 1 1 0 0 0 6 0 0\ncpu1 1 0 1 1 0 0 0 3 0 0\nintr 5\n");
	const steal_reading a = steal_read(root, 77, 1), all = steal_read(root, 77, -1);
	assert_true(a.wait_ns == 1500 && a.steal_ns == 3 * tick && all.steal_ns == 9 * tick);
	put("/proc/77/task/78/schedstat", "9000 2500 5\n");
	const steal_reading b = steal_read(root, 77, 1);
	assert_true(fabs(steal_share(a, b, 20000) - 0.1) < 1e-12);
	assert_true(steal_share(a, b, 1000) == 1.0);
}

static void losses_that_cannot_be_read(void **state)
{
	(void)state;
	const steal_reading none = steal_read(root, 77, -1);
	assert_true(none.wait_ns < 0 && none.steal_ns < 0);
	assert_true(steal_share(none, none, 1000) < 0);
	put("/proc/77/task/77/schedstat", "0 0 0\n"); // a kernel that does not count
	assert_true(steal_read(root, 77, -1).wait_ns < 0);
	const steal_reading only_steal_a = {-1, 100}, only_steal_b = {-1, 200};
	assert_true(fabs(steal_share(only_steal_a, only_steal_b, 1000) - 0.1) < 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_readable_is_unknown_never_zero, make_root, remove_root),
		cmocka_unit_test_setup_teardown(good_machine_is_read_as_it_is, make_root, remove_root),
		cmocka_unit_test_setup_teardown(each_spoiler_has_its_hint, make_root, remove_root),
		cmocka_unit_test_setup_teardown(quota_of_control_groups_version_1, make_root, remove_root),
		cmocka_unit_test_setup_teardown(hypervisors_by_their_signs, make_root, remove_root),
		cmocka_unit_test_setup_teardown(fingerprint_is_of_the_hardware, make_root, remove_root),
		cmocka_unit_test_setup_teardown(a_name_is_not_a_model, make_root, remove_root),
		cmocka_unit_test_setup_teardown(caches_and_cores_of_the_first_cpu, make_root, remove_root),
		cmocka_unit_test(this_machine_answers),
		cmocka_unit_test_setup_teardown(losses_from_files, make_root, remove_root),
		cmocka_unit_test_setup_teardown(losses_that_cannot_be_read, make_root, remove_root),
	};
	return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}

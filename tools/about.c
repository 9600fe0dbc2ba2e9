/* SPDX-License-Identifier: MIT */
/* about.c - build, libraries and versions.  GM_COMMIT, GM_*_VERSION come from CMake: what only the build knows. */
#include "about.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#ifndef GM_BUNDLE
#include <libxml/xmlversion.h>
#endif

#include "base/cpu.h"
#include "machine.h"
#include "judge.h"
#include "race.h"
#include "results.h"

#define CANONICAL_VERSION 1 /* reference/CANONICAL.md */

static const struct {
	const char *name, *version;
} library[] = {
#ifndef GM_BUNDLE
	{"sleef", GM_SLEEF_VERSION},
	{"benchmark", GM_BENCHMARK_VERSION},
	{"hdf5", GM_HDF5_VERSION},
	{"libxml2", LIBXML_DOTTED_VERSION},
#endif
	{"jansson", JANSSON_VERSION}};
enum { LIBRARIES = sizeof library / sizeof library[0] };

const char *about_version(void) { return GM_VERSION; }

const char *about_commit(void) { return GM_COMMIT; }

const char *about_compiler(void)
{
	static char text[48];
#if defined(__clang__)
	snprintf(text, sizeof text, "clang-%d.%d", __clang_major__, __clang_minor__);
#else
	snprintf(text, sizeof text, "gcc-%d.%d", __GNUC__, __GNUC_MINOR__);
#endif
	return text;
}

const char *about_sleef(void) { return GM_SLEEF_VERSION; }

void about_print(void)
{
	printf("gatemark %s  commit %s  %s\nlibraries ", about_version(), about_commit(), about_compiler());
	for (size_t k = 0; k < LIBRARIES; k++)
		printf(" %s %s", library[k].name, library[k].version);
	printf("\nISAs here ");
	for (size_t k = 0; k < CPU_ROWS; k++)
		if (gm_cpu_features() & cpu_table[k].bit)
			printf(" %s", cpu_table[k].name);
	printf("\nversions   fixtures %s  judge %d  protocol %d  canonical %d  ABI %d.%d\n", GM_FIXTURES_VERSION,
	       JUDGE_VERSION, RACE_PROTOCOL, CANONICAL_VERSION, GM_ABI_MAJOR, GM_ABI_MINOR);
}

/* Sizes and counts that could not be read are null: unknown is never 0. */
static json_t *size_or_null(size_t bytes)
{
	return bytes == MACHINE_UNKNOWN || bytes == 0 ? json_null() : json_integer((json_int_t)bytes);
}

static json_t *real_or_null(double value) { return value < 0 ? json_null() : json_real(value); }

static json_t *texts(size_t count, const char *first, size_t stride)
{
	json_t *array = json_array();
	for (size_t k = 0; k < count; k++)
		json_array_append_new(array, json_string(first + k * stride));
	return array;
}

json_t *about_machine(void)
{
	static machine_profile p;
	static int probed;
	if (!probed)
		machine_probe(&p, 0);
	probed = 1;
	return json_pack(
		"{s:s, s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:i, s:s, s:o, s:o, s:o, s:o, s:i, s:s, s:f, s:s, s:o, s:s}", "cpu",
		p.cpu, "hypervisor", p.hypervisor, "cpus", p.cpus, "cpus_online", p.cpus_online, "isa",
		texts(p.isa_count, p.isa[0], sizeof p.isa[0]), "l1d_bytes", size_or_null(p.l1d_bytes), "l2_bytes",
		size_or_null(p.l2_bytes), "l3_bytes", size_or_null(p.l3_bytes), "threads_per_core", p.threads_per_core,
		"governor", p.governor, "load", real_or_null(p.load), "steal_percent", real_or_null(p.steal_percent),
		"steal_boot_percent", real_or_null(p.steal_boot_percent), "quota_cpus", real_or_null(p.quota_cpus),
		"perf_paranoid", p.perf_paranoid, "clock_source", p.clock_source, "clock_ns", p.clock_ns, "aslr", p.aslr,
		"hints", texts(p.hint_count, p.hints[0], sizeof p.hints[0]), "fingerprint", p.fingerprint);
}

json_t *about_run_record(const cli_options *options, const char *fixtures)
{
	json_t *record = results_record("run"), *libraries = json_object(), *arguments = json_array();
	char abi[16], when[32];
	time_t now = time(NULL);
	struct tm utc;
	snprintf(abi, sizeof abi, "%d.%d", GM_ABI_MAJOR, GM_ABI_MINOR);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	for (size_t k = 0; k < LIBRARIES; k++)
		json_object_set_new(libraries, library[k].name, json_string(library[k].version));
	for (size_t k = 1; k < options->argc; k++)
		json_array_append_new(arguments, json_string(options->argv[k])); // NULL for bytes that are no UTF-8: left out
	json_t *more = json_pack("{s:s, s:s, s:s, s:s, s:o, s:{s:s, s:i, s:i, s:i, s:s}, s:I, s:s, s:o, s:o}", "verb",
	                         options->verb, "gatemark", about_version(), "commit", about_commit(), "compiler",
	                         about_compiler(), "libraries", libraries, "versions", "fixtures",
	                         !fixtures ? GM_FIXTURES_VERSION : fixtures, "judge", JUDGE_VERSION, "protocol",
	                         RACE_PROTOCOL, "canonical", CANONICAL_VERSION, "abi", abi, "seed",
	                         (json_int_t)options->seed, "time", when, "arguments", arguments, "machine", about_machine());
	json_object_update(record, more);
	json_decref(more);
	return record;
}

json_t *about_end_record(int exit_code, double seconds, int interrupted, json_t *counts)
{
	json_t *record = results_record("end");
	json_object_set_new(record, "exit_code", json_integer(exit_code));
	json_object_set_new(record, "seconds", json_real(seconds));
	json_object_set_new(record, "interrupted", json_boolean(interrupted));
	json_object_set_new(record, "counts", counts);
	return record;
}

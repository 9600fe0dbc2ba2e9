/* SPDX-License-Identifier: MIT */
/* about.c - build, libraries and versions.  GM_COMMIT, GM_*_VERSION come from CMake: what only the build knows. */
#include "about.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#ifndef GM_BUNDLE
#include <libxml/xmlversion.h>
#endif

#include "base/cpu.h"
#include "machine/machine.h"
#include "judge/judge.h"
#include "protocol/race.h"
#include "record/results.h"

#define CANONICAL_VERSION 1 /* reference/CANONICAL.md */

static const library_version library[] = {
#ifndef GM_BUNDLE
	{"sleef", GM_SLEEF_VERSION},
	{"benchmark", GM_BENCHMARK_VERSION},
	{"hdf5", GM_HDF5_VERSION},
	{"libxml2", LIBXML_DOTTED_VERSION},
#endif
	{"jansson", JANSSON_VERSION}};
enum { LIBRARIES = sizeof library / sizeof library[0] };

#define TEXT(number)    #number
#define TEXT_OF(number) TEXT(number)
const char about_version[] = GM_VERSION, about_commit[] = GM_COMMIT, about_sleef[] = GM_SLEEF_VERSION;
#if defined(__clang__)
const char about_compiler[] = "clang-" TEXT_OF(__clang_major__) "." TEXT_OF(__clang_minor__);
#else
const char about_compiler[] = "gcc-" TEXT_OF(__GNUC__) "." TEXT_OF(__GNUC_MINOR__);
#endif

void about_print(void)
{
	printf("gatemark %s  commit %s  %s\nlibraries ", about_version, about_commit, about_compiler);
	for (size_t k = 0; k < LIBRARIES; k++)
		printf(" %s %s", library[k].name, library[k].version);
	printf("\nISAs here ");
	for (size_t k = 0; k < CPU_ROWS; k++)
		if (gm_cpu_features() & cpu_table[k].bit)
			printf(" %s", cpu_table[k].name);
	printf("\nversions   fixtures %s  judge %d  protocol %d  canonical %d  ABI %d.%d\n", GM_FIXTURES_VERSION,
	       JUDGE_VERSION, RACE_PROTOCOL, CANONICAL_VERSION, GM_ABI_MAJOR, GM_ABI_MINOR);
}

const machine_profile *about_machine(void)
{
	static machine_profile p;
	static int probed;
	if (!probed)
		machine_probe(&p);
	probed = 1;
	return &p;
}

int about_run(const cli_options *options, const char *fixtures, run_begin *head)
{
	time_t now = time(NULL);
	struct tm utc;
	int good = 1;
	run_begin_init(head);
	snprintf(head->run, sizeof head->run, "%s", results_run_id());
	snprintf(head->verb, sizeof head->verb, "%s", options->verb);
	snprintf(head->gatemark, sizeof head->gatemark, "%s", about_version);
	snprintf(head->commit, sizeof head->commit, "%s", about_commit);
	snprintf(head->compiler, sizeof head->compiler, "%s", about_compiler);
	head->versions = (version_set){.judge = JUDGE_VERSION, .protocol = RACE_PROTOCOL, .canonical = CANONICAL_VERSION};
	snprintf(head->versions.fixtures, sizeof head->versions.fixtures, "%s", !fixtures ? GM_FIXTURES_VERSION : fixtures);
	snprintf(head->versions.abi, sizeof head->versions.abi, "%d.%d", GM_ABI_MAJOR, GM_ABI_MINOR);
	head->seed = (int64_t)options->seed;
	strftime(head->time, sizeof head->time, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	for (size_t k = 0; k < LIBRARIES; k++) {
		library_version *one = record_grow(&head->libraries, &head->libraries_count, sizeof *one);
		if (one)
			*one = library[k];
		good &= one != NULL;
	}
	for (size_t k = 1; k < options->argc; k++)
		good &= record_append(&head->arguments, &head->arguments_count, options->argv[k]);
	for (size_t k = 0; k < options->plugin.count; k++)
		good &= record_append(&head->plugins, &head->plugins_count, options->plugin.text[k]);
	head->options.allow_unlisted = options->allow_unlisted;
	head->options.no_fork = options->no_fork;
	return good & record_set(&head->program, options->argv[0]) &
	       record_set(&head->options.fixtures, options->fixtures ? options->fixtures : getenv("GATEMARK_FIXTURES")) &
	       record_set(&head->options.accuracy_class, options->accuracy_class) &
	       record_set(&head->options.isa_cap, options->isa_cap) &
	       record_set(&head->options.timeout, options->timeout.text) &
	       record_set(&head->options.executor, options->executor);
}

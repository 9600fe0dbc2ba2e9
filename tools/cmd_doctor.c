/* SPDX-License-Identifier: MIT */
/* cmd_doctor.c - `gatemark doctor`: the machine as measurements will see it, a line for each thing that spoils them. */
#include <string.h>

#include "about.h"
#include "results.h"
#include "terminal.h"

static void line(const char *name, const char *value)
{
	printf("  %-14s %s\n", name, value[0] == '\0' ? "unknown" : value);
}

static void number_line(const json_t *machine, const char *name, const char *key, const char *format)
{
	char text[64];
	double value = results_get(machine, key, -1);
	snprintf(text, sizeof text, format, value);
	line(name, value < 0 ? "unknown" : text);
}

static void joined(const json_t *list, char *text, size_t bytes)
{
	size_t k, used = 0;
	json_t *word;
	text[0] = '\0';
	json_array_foreach(list, k, word)
		if (used < bytes)
			used += (size_t)snprintf(text + used, bytes - used, "%s%s", k ? " " : "", json_string_value(word));
}

static void print_caches(const json_t *machine)
{
	char l1[16], l2[16], l3[16], text[64];
	term_bytes(results_get(machine, "l1d_bytes", 0), l1);
	term_bytes(results_get(machine, "l2_bytes", 0), l2);
	term_bytes(results_get(machine, "l3_bytes", 0), l3);
	snprintf(text, sizeof text, "L1d %s, L2 %s, L3 %s", l1, l2, l3);
	line("caches", text);
}

static void print_profile(const json_t *machine)
{
	char text[200];
	size_t k;
	json_t *hint, *hints = json_object_get(machine, "hints");
	joined(json_object_get(machine, "isa"), text, sizeof text);
	printf("MACHINE  %s %s\n", results_text(machine, "cpu"), results_text(machine, "cpu_model"));
	line("hypervisor", results_text(machine, "hypervisor"));
	number_line(machine, "CPUs allowed", "cpus", "%.0f");
	line("ISAs", text[0] == '\0' ? "none of ours" : text);
	print_caches(machine);
	number_line(machine, "CPU quota", "quota_cpus", results_get(machine, "quota_cpus", -1) == 0 ? "none" : "%.2f CPUs");
	line("governor", results_text(machine, "governor"));
	number_line(machine, "load", "load", "%.2f");
	number_line(machine, "steal", "steal_percent", "%.2f %%");
	line("clock", results_text(machine, "clock_source"));
	line("ASLR", results_text(machine, "aslr"));
	double perf = results_get(machine, "perf_paranoid", 100);
	snprintf(text, sizeof text, perf >= 100 ? "none" : "perf_event_paranoid %.0f", perf);
	line("perf events", text);
	line("fingerprint", results_text(machine, "fingerprint"));
	printf(json_array_size(hints) == 0 ? "HINTS  none: nothing here spoils measurements\n" : "HINTS\n");
	json_array_foreach(hints, k, hint)
		printf("  %s\n", json_string_value(hint));
}

int cmd_doctor(const cli_options *options)
{
	gm_error error = {.status = GM_OK};
	json_t *machine = about_machine();
	int code = CLI_OK;
	if (!options->json || strcmp(options->json, "-") != 0)
		print_profile(machine);
	if (options->json && results_document(options->json, machine, &error) != GM_OK)
		code = cli_fail(CLI_NO_WRITE, "%s", error.message);
	json_decref(machine);
	return code;
}

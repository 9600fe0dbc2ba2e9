/* SPDX-License-Identifier: MIT */
/* cmd_doctor.c - `gatemark doctor`: the machine as measurements will see it, a line for each thing that spoils them. */
#include <string.h>

#include "about.h"
#include "machine/machine.h"
#include "record/results.h"
#include "terminal.h"

static void line(const char *name, const char *value)
{
	printf("  %-14s %s\n", name, value[0] == '\0' ? "unknown" : value);
}

static void number_line(const char *name, double value, const char *format)
{
	char text[64];
	snprintf(text, sizeof text, format, value);
	line(name, value < 0 ? "unknown" : text);
}

static void print_profile(const machine_profile *m)
{
	char text[200] = "", l1[16], l2[16], l3[16];
	for (size_t k = 0; k < m->isa_count; k++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", k ? " " : "", m->isa[k]);
	printf("MACHINE  %s %s\n", m->cpu, m->cpu_model);
	line("hypervisor", m->hypervisor);
	number_line("CPUs allowed", (double)m->cpus, "%.0f");
	line("ISAs", text[0] == '\0' ? "none of ours" : text);
	term_bytes(m->l1d_bytes, l1);
	term_bytes(m->l2_bytes, l2);
	term_bytes(m->l3_bytes, l3);
	snprintf(text, sizeof text, "L1d %s, L2 %s, L3 %s", l1, l2, l3);
	line("caches", text);
	number_line("CPU quota", m->quota_cpus, m->quota_cpus == 0 ? "none" : "%.2f CPUs");
	line("governor", m->governor);
	number_line("load", m->load, "%.2f");
	number_line("steal", m->steal_percent, "%.2f %%");
	line("clock", m->clock_source);
	line("ASLR", m->aslr);
	number_line("perf events", (double)m->perf_paranoid,
	            m->perf_paranoid >= MACHINE_NO_PERF ? "none" : "perf_event_paranoid %.0f");
	line("fingerprint", m->fingerprint);
	printf(m->hints_count == 0 ? "HINTS  none: nothing here spoils measurements\n" : "HINTS\n");
	for (size_t k = 0; k < m->hints_count; k++)
		printf("  %s\n", m->hints[k]);
}

int cmd_doctor(const cli_options *options)
{
	const machine_profile *machine = about_machine();
	gm_error error;
	if (!options->json || strcmp(options->json, "-") != 0)
		print_profile(machine);
	if (!options->json)
		return CLI_OK;
	json_t *json = record_to_json(&machine_profile_type, machine);
	gm_status status = results_document(options->json, json, RESULTS_INDENTED, &error);
	json_decref(json);
	return cli_status(status, CLI_NO_WRITE, &error);
}

/* SPDX-License-Identifier: MIT */
/* incidents.c - one list from four kinds of records: verdicts, refused inputs, ends of runs, bench results. */
#include "incidents.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "record/verdict.h"

const incident_words incident_row[INCIDENT_KINDS] = {
	[INCIDENT_INCOMPLETE] = {"INCOMPLETE", "gatemark.run", "incomplete", 0},
	[INCIDENT_FIXTURE] = {"REFUSED", "gatemark.fixture", "refused", 0},
	[INCIDENT_PLUGIN] = {"REFUSED", "gatemark.plugin", "refused", 0},
	[INCIDENT_REQUIRED] = {"REQUIRED", "gatemark.require", "required", 1},
	[INCIDENT_WRONG] = {"REJECTED", "gatemark.bench", "wrong", 1},
	[INCIDENT_BROKEN] = {"FAILED", "gatemark.bench", "broken", 0},
};

typedef struct finder {
	incidents *found;
	int no_memory;
} finder;

#if defined(__GNUC__)
__attribute__((format(printf, 5, 6)))
#endif
static void
add(finder *f, incident_kind kind, const char *machine, const char *message, const char *name, ...)
{
	incident *one = record_grow(&f->found->list, &f->found->count, sizeof *one);
	va_list arguments;
	f->no_memory |= !one;
	if (!one)
		return;
	*one = (incident){.kind = kind};
	snprintf(one->machine, sizeof one->machine, "%s", machine);
	snprintf(one->message, sizeof one->message, "%s", message ? message : "");
	va_start(arguments, name);
	vsnprintf(one->name, sizeof one->name, name, arguments);
	va_end(arguments);
}

/* A machine whose results are not all that was asked for, or no verdict. */
static void add_verdicts(finder *f, const evidence *e)
{
	names machines = evidence_machines(e);
	for (size_t m = 0; m < machines.count; m++) {
		const verdict v = verdict_of(e, machines.name[m]);
		char message[VERDICT_TEXT];
		verdict_text(&v, message);
		if (v.extent != VERDICT_PASS || v.word == VERDICT_NONE)
			add(f, INCIDENT_INCOMPLETE, machines.name[m], message, "run on %s",
			    machines.name[m][0] ? machines.name[m] : "a machine unknown");
	}
	free(machines.name);
}

static void add_inputs(finder *f, const evidence *e)
{
	for (const refused_input *r = e->refused; r < e->refused + e->refused_count; r++)
		if (verdict_counts(e, r->run))
			add(f, r->what == REFUSED_PLUGIN ? INCIDENT_PLUGIN : INCIDENT_FIXTURE, evidence_machine(e, r->run),
			    r->reason, "%s%s%s", r->path ? r->path : "", r->case_id[0] ? " " : "", r->case_id);
	for (const run_end *end = e->end; end < e->end + e->end_count; end++)
		for (size_t i = 0; i < end->unmet_count && verdict_counts(e, end->run); i++)
			add(f, INCIDENT_REQUIRED, evidence_machine(e, end->run), "", "%s", end->unmet[i]);
}

gm_status incidents_find(const evidence *e, incidents *found, gm_error *error)
{
	finder f = {.found = found};
	*found = (incidents){0};
	add_verdicts(&f, e);
	add_inputs(&f, e);
	for (const bench_result *r = e->bench; r < e->bench + e->bench_count; r++)
		if (r->status == RACE_REJECTED || r->status == RACE_FAILED)
			add(&f, r->status == RACE_REJECTED ? INCIDENT_WRONG : INCIDENT_BROKEN, evidence_machine(e, r->run),
			    r->reason, "%s %s", r->problem, r->variant);
	if (!f.no_memory)
		return GM_OK;
	free(found->list);
	*found = (incidents){0};
	return gm_fail(error, GM_NO_MEMORY, "no memory for what is no check");
}

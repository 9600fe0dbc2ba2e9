/* SPDX-License-Identifier: MIT */
/* junit.c - checks as JUnit XML, made in memory by libxml2's writer.
 *
 *   testsuite   a variant        classname   cell.pass.variant     name   case id
 *   testsuite   gatemark         classname   gatemark.WHAT         name   what is no check: runs that are not whole,
 *               if there is any                                           inputs refused, what broke where it was timed
 *   failure     wrong numbers or bits, the text self-sufficient with its cause and what repeats it
 *   error       crash, time-out, broken contract: nothing could be judged
 *   skipped     skipped and unsupported, with the reason as message
 * Times are plain decimals; characters that XML 1.0 forbids are replaced; texts are capped. */
#include <libxml/xmlwriter.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "record/output.h"
#include "record/verdict.h"
#include "causes/causes.h"
#include "report.h"

enum { TEXT_CAP = 4000, LINE_CAP = 586 };

/* XML 1.0 has no control characters but tab and newline; what is not ASCII is foreign text of unknown encoding. */
static const xmlChar *clean(char *text)
{
	for (char *c = text; *c != '\0'; c++)
		if (((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t') || (unsigned char)*c >= 0x7f)
			*c = '?';
	return BAD_CAST text;
}

static void attribute(xmlTextWriterPtr w, const char *name, const char *format, ...)
{
	char text[TEXT_CAP];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	xmlTextWriterWriteAttribute(w, BAD_CAST name, clean(text));
}

/* ---- what is no check ---- */

typedef struct incident {
	const char *element, *type, *classname;
	char name[400], message[LINE_CAP + 1];
} incident;

typedef struct incidents {
	incident *list;
	size_t count, failures;
	int failed;  /* no memory */
	int several; /* machines: names say of which they are */
} incidents;

#if defined(__GNUC__)
__attribute__((format(printf, 5, 6)))
#endif
static void
add(incidents *all, const char *type, const char *classname, const char *message, const char *name, ...)
{
	const int failure = strcmp(type, "wrong") == 0 || strcmp(type, "required") == 0;
	incident *one = record_grow(&all->list, &all->count, sizeof *one);
	va_list arguments;
	all->failed |= !one;
	if (!one)
		return;
	*one = (incident){failure ? "failure" : "error", type, classname, "", ""};
	all->failures += (size_t)failure;
	va_start(arguments, name);
	vsnprintf(one->name, sizeof one->name, name, arguments);
	va_end(arguments);
	snprintf(one->message, sizeof one->message, "%s", message);
}

/* A machine whose results are not all that was asked for, or no verdict. */
static void add_verdicts(incidents *all, const evidence *e)
{
	names machines = evidence_machines(e);
	for (size_t m = 0; m < machines.count; m++) {
		const verdict v = verdict_of(e, machines.name[m]);
		char message[VERDICT_TEXT];
		verdict_text(&v, message);
		if (v.extent != VERDICT_PASS || v.word == VERDICT_NONE)
			add(all, "incomplete", "gatemark.run", message, "run on %s",
			    machines.name[m][0] ? machines.name[m] : "a machine unknown");
	}
	all->several = machines.count > 1;
	free(machines.name);
}

static incidents incidents_of(const evidence *e)
{
	incidents all = {0};
	add_verdicts(&all, e);
	for (const refused_input *r = e->refused; r < e->refused + e->refused_count; r++)
		if (verdict_counts(e, r->run))
			add(&all, "refused", r->what == REFUSED_PLUGIN ? "gatemark.plugin" : "gatemark.fixture",
			    r->reason ? r->reason : "", "%s%s%s", r->path ? r->path : "", r->case_id[0] ? " " : "", r->case_id);
	for (const run_end *end = e->end; end < e->end + e->end_count; end++)
		for (size_t i = 0; i < end->unmet_count && verdict_counts(e, end->run); i++)
			add(&all, "required", "gatemark.require", end->unmet[i], "%s", end->unmet[i]);
	for (const bench_result *r = e->bench; r < e->bench + e->bench_count; r++)
		if (r->status == RACE_REJECTED || r->status == RACE_FAILED)
			add(&all, r->status == RACE_REJECTED ? "wrong" : "broken", "gatemark.bench", r->reason, "%s %s", r->problem,
			    r->variant);
	return all;
}

static void put_incidents(xmlTextWriterPtr w, incidents *all)
{
	if (all->count == 0)
		return;
	xmlTextWriterStartElement(w, BAD_CAST "testsuite");
	attribute(w, "name", "gatemark");
	attribute(w, "tests", "%zu", all->count);
	attribute(w, "failures", "%zu", all->failures);
	attribute(w, "errors", "%zu", all->count - all->failures);
	attribute(w, "skipped", "0");
	attribute(w, "time", "0");
	for (incident *one = all->list; one < all->list + all->count; one++) {
		xmlTextWriterStartElement(w, BAD_CAST "testcase");
		attribute(w, "classname", "%s", one->classname);
		attribute(w, "name", "%s", one->name);
		attribute(w, "time", "0");
		xmlTextWriterStartElement(w, BAD_CAST one->element);
		attribute(w, "message", "%s", one->message);
		attribute(w, "type", "%s", one->type);
		xmlTextWriterEndElement(w);
		xmlTextWriterEndElement(w);
	}
	xmlTextWriterEndElement(w);
}

/* ---- checks ---- */

static int was_judged(const check_result *r) { return r->tensors_count > 0; }

/* The suite of a check: its variant on its machine. */
static int is_of(const evidence *e, const check_result *r, const check_result *first)
{
	return strcmp(r->variant, first->variant) == 0 &&
	       strcmp(evidence_machine(e, r->run), evidence_machine(e, first->run)) == 0;
}

/* "@" and the machine of a check, where there are several. */
static void put_named(xmlTextWriterPtr w, const char *attribute_name, const char *name, const char *machine)
{
	attribute(w, attribute_name, "%s%s%s", name, machine ? "@" : "", machine ? machine : "");
}

static const char *machine_of(const evidence *e, const check_result *r, const incidents *all)
{
	return all->several ? evidence_machine(e, r->run) : NULL;
}

/* first NULL: all, incidents too. */
static void head(xmlTextWriterPtr w, const evidence *e, const check_result *first, const incidents *all)
{
	size_t tests = first ? 0 : all->count, failures = first ? 0 : all->failures, errors = tests - failures, skipped = 0;
	double seconds = 0;
	for (const check_result *r = e->check; r < e->check + e->check_count; r++) {
		if (first && !is_of(e, r, first))
			continue;
		tests++;
		failures += r->status == STATUS_FAIL && was_judged(r);
		errors += r->status == STATUS_FAIL && !was_judged(r);
		skipped += r->status == STATUS_SKIPPED || r->status == STATUS_UNSUPPORTED;
		seconds += r->seconds;
	}
	put_named(w, "name", !first ? "gatemark" : first->variant, first ? machine_of(e, first, all) : NULL);
	attribute(w, "tests", "%zu", tests);
	attribute(w, "failures", "%zu", failures);
	attribute(w, "errors", "%zu", errors);
	attribute(w, "skipped", "%zu", skipped);
	attribute(w, "time", "%.6f", seconds);
}

static void properties(xmlTextWriterPtr w, const run_begin *run, const char *plugin)
{
	char judge[24];
	const struct {
		const char *name, *value;
	} rows[] = {{"gatemark", run->gatemark},
	            {"commit", run->commit},
	            {"compiler", run->compiler},
	            {"machine", run->machine.cpu},
	            {"fingerprint", run->machine.fingerprint},
	            {"fixtures", run->versions.fixtures},
	            {"judge", judge},
	            {"run", run->run},
	            {"plugin", plugin}};
	snprintf(judge, sizeof judge, "%zu", run->versions.judge);
	xmlTextWriterStartElement(w, BAD_CAST "properties");
	for (size_t k = 0; k < sizeof rows / sizeof *rows && rows[k].value; k++) {
		xmlTextWriterStartElement(w, BAD_CAST "property");
		attribute(w, "name", "%s", rows[k].name);
		attribute(w, "value", "%s", rows[k].value);
		xmlTextWriterEndElement(w);
	}
	xmlTextWriterEndElement(w);
}

static void outcome(xmlTextWriterPtr w, const evidence *e, const causes *found, const check_result *r)
{
	const char *reason = r->reason ? r->reason : "";
	const size_t line = strcspn(reason, "\n");
	int failed = r->status == STATUS_FAIL;
	if (r->status == STATUS_PASS || r->status == STATUS_XFAIL)
		return;
	xmlTextWriterStartElement(w, BAD_CAST(failed ? was_judged(r) ? "failure" : "error" : "skipped"));
	attribute(w, "message", "%s%.*s", r->status == STATUS_UNSUPPORTED ? "unsupported: " : "",
	          (int)(line < LINE_CAP ? line : LINE_CAP), reason);
	if (failed) {
		attribute(w, "type", "%s", was_judged(r) ? "wrong" : "broken");
		const cause *c = causes_of(found, r);
		char *text = c ? cause_text(c, e, r) : NULL;
		xmlTextWriterWriteFormatString(w, "%.*s", TEXT_CAP - 1, text ? (const char *)clean(text) : "");
		free(text);
	}
	xmlTextWriterEndElement(w);
}

static void testcase(xmlTextWriterPtr w, const evidence *e, const causes *found, const check_result *r,
                     const incidents *all)
{
	char name[256];
	int cell = (int)strcspn(r->problem, "_");
	if (strncmp(r->problem, "rnn_", 4) == 0)
		cell = 4 + (int)strcspn(r->problem + 4, "_");
	xmlTextWriterStartElement(w, BAD_CAST "testcase");
	snprintf(name, sizeof name, "%.*s.%s.%s", cell, r->problem, check_pass_word(r->pass), r->variant);
	put_named(w, "classname", name, machine_of(e, r, all));
	attribute(w, "name", "%s", r->case_id);
	attribute(w, "time", "%.6f", r->seconds);
	outcome(w, e, found, r);
	xmlTextWriterEndElement(w);
}

/* All results of the suite of this one, its first. */
static void suite(xmlTextWriterPtr w, const evidence *e, const causes *found, const check_result *first,
                  const incidents *all)
{
	xmlTextWriterStartElement(w, BAD_CAST "testsuite");
	head(w, e, first, all);
	if (e->run_count > 0)
		properties(w, evidence_run_or_first(e, first->run), first->plugin);
	for (const check_result *r = first; r < e->check + e->check_count; r++)
		if (is_of(e, r, first))
			testcase(w, e, found, r, all);
	xmlTextWriterEndElement(w);
}

static int is_first(const evidence *e, const check_result *r)
{
	const check_result *first = e->check;
	while (!is_of(e, r, first))
		first++;
	return first == r;
}

static void document(xmlTextWriterPtr w, const evidence *e, const causes *found, incidents *all)
{
	xmlTextWriterSetIndent(w, 1);
	xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
	xmlTextWriterStartElement(w, BAD_CAST "testsuites");
	head(w, e, NULL, all);
	put_incidents(w, all);
	for (size_t k = 0; k < e->check_count; k++)
		if (is_first(e, &e->check[k]))
			suite(w, e, found, &e->check[k], all);
	xmlTextWriterEndDocument(w);
}

gm_status junit_write(const char *path, const evidence *e, gm_error *error)
{
	causes found;
	GM_TRY(causes_find(e, STATUS_FAIL, &found, error));
	gm_status status;
	incidents all = incidents_of(e);
	xmlBufferPtr buffer = xmlBufferCreate();
	xmlTextWriterPtr w = !buffer || all.failed ? NULL : xmlNewTextWriterMemory(buffer, 0);
	if (!w) {
		status = gm_fail(error, GM_NO_MEMORY, "no memory for %s", path);
	} else {
		document(w, e, &found, &all);
		xmlFreeTextWriter(w); // flushes
		status = output_write(path, xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer), error);
	}
	if (buffer)
		xmlBufferFree(buffer);
	free(all.list);
	causes_free(&found);
	return status;
}

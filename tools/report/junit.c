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
#include "causes/causes.h"
#include "incidents.h"
#include "report.h"

enum { TEXT_CAP = 4000, LINE_CAP = 586 };

typedef struct junit {
	xmlTextWriterPtr w;
	const evidence *e;
	causes found;
	incidents incidents;
	int several; /* machines: names say of which they are */
} junit;

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

static size_t failures_of(const incidents *all)
{
	size_t failures = 0;
	for (size_t k = 0; k < all->count; k++)
		failures += incident_row[all->list[k].kind].failure != 0;
	return failures;
}

static void put_incident(xmlTextWriterPtr w, const incident *one)
{
	const incident_words *row = &incident_row[one->kind];
	xmlTextWriterStartElement(w, BAD_CAST "testcase");
	attribute(w, "classname", "%s", row->classname);
	attribute(w, "name", "%s", one->name);
	attribute(w, "time", "0");
	xmlTextWriterStartElement(w, BAD_CAST(row->failure ? "failure" : "error"));
	attribute(w, "message", "%.*s", LINE_CAP, one->message[0] ? one->message : one->name);
	attribute(w, "type", "%s", row->type);
	xmlTextWriterEndElement(w);
	xmlTextWriterEndElement(w);
}

static void put_incidents(xmlTextWriterPtr w, const incidents *all)
{
	const size_t failures = failures_of(all);
	if (all->count == 0)
		return;
	xmlTextWriterStartElement(w, BAD_CAST "testsuite");
	attribute(w, "name", "gatemark");
	attribute(w, "tests", "%zu", all->count);
	attribute(w, "failures", "%zu", failures);
	attribute(w, "errors", "%zu", all->count - failures);
	attribute(w, "skipped", "0");
	attribute(w, "time", "0");
	for (size_t k = 0; k < all->count; k++)
		put_incident(w, &all->list[k]);
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

static const char *machine_of(const junit *j, const check_result *r)
{
	return j->several ? evidence_machine(j->e, r->run) : NULL;
}

/* first NULL: all, incidents too. */
static void head(const junit *j, const check_result *first)
{
	const evidence *e = j->e;
	size_t tests = first ? 0 : j->incidents.count, failures = first ? 0 : failures_of(&j->incidents);
	size_t errors = tests - failures, skipped = 0;
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
	put_named(j->w, "name", !first ? "gatemark" : first->variant, first ? machine_of(j, first) : NULL);
	attribute(j->w, "tests", "%zu", tests);
	attribute(j->w, "failures", "%zu", failures);
	attribute(j->w, "errors", "%zu", errors);
	attribute(j->w, "skipped", "%zu", skipped);
	attribute(j->w, "time", "%.6f", seconds);
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

static void outcome(const junit *j, const check_result *r)
{
	xmlTextWriterPtr w = j->w;
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
		const cause *c = causes_of(&j->found, r);
		char *text = c ? cause_text(c, j->e, r) : NULL;
		xmlTextWriterWriteFormatString(w, "%.*s", TEXT_CAP - 1, text ? (const char *)clean(text) : "");
		free(text);
	}
	xmlTextWriterEndElement(w);
}

static void testcase(const junit *j, const check_result *r)
{
	char name[256];
	int cell = (int)strcspn(r->problem, "_");
	if (strncmp(r->problem, "rnn_", 4) == 0)
		cell = 4 + (int)strcspn(r->problem + 4, "_");
	xmlTextWriterStartElement(j->w, BAD_CAST "testcase");
	snprintf(name, sizeof name, "%.*s.%s.%s", cell, r->problem, check_pass_word(r->pass), r->variant);
	put_named(j->w, "classname", name, machine_of(j, r));
	attribute(j->w, "name", "%s", r->case_id);
	attribute(j->w, "time", "%.6f", r->seconds);
	outcome(j, r);
	xmlTextWriterEndElement(j->w);
}

/* All results of the suite of this one, its first. */
static void suite(const junit *j, const check_result *first)
{
	xmlTextWriterStartElement(j->w, BAD_CAST "testsuite");
	head(j, first);
	if (j->e->run_count > 0)
		properties(j->w, evidence_run_or_first(j->e, first->run), first->plugin);
	for (const check_result *r = first; r < j->e->check + j->e->check_count; r++)
		if (is_of(j->e, r, first))
			testcase(j, r);
	xmlTextWriterEndElement(j->w);
}

static int is_first(const evidence *e, const check_result *r)
{
	const check_result *first = e->check;
	while (!is_of(e, r, first))
		first++;
	return first == r;
}

static void document(const junit *j)
{
	xmlTextWriterSetIndent(j->w, 1);
	xmlTextWriterStartDocument(j->w, NULL, "UTF-8", NULL);
	xmlTextWriterStartElement(j->w, BAD_CAST "testsuites");
	head(j, NULL);
	put_incidents(j->w, &j->incidents);
	for (size_t k = 0; k < j->e->check_count; k++)
		if (is_first(j->e, &j->e->check[k]))
			suite(j, &j->e->check[k]);
	xmlTextWriterEndDocument(j->w);
}

static gm_status print(junit *j, const char *path, gm_error *error)
{
	gm_status status;
	xmlBufferPtr buffer = xmlBufferCreate();
	j->w = buffer ? xmlNewTextWriterMemory(buffer, 0) : NULL;
	if (!j->w) {
		status = gm_fail(error, GM_NO_MEMORY, "no memory for %s", path);
	} else {
		document(j);
		xmlFreeTextWriter(j->w); // flushes
		status = output_write(path, xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer), error);
	}
	if (buffer)
		xmlBufferFree(buffer);
	return status;
}

gm_status junit_write(const char *path, const evidence *e, gm_error *error)
{
	junit j = {.e = e};
	names machines = evidence_machines(e);
	j.several = machines.count > 1;
	free(machines.name);
	GM_TRY(causes_find(e, STATUS_FAIL, &j.found, error));
	gm_status status = incidents_find(e, &j.incidents, error);
	if (status == GM_OK)
		status = print(&j, path, error);
	free(j.incidents.list);
	causes_free(&j.found);
	return status;
}

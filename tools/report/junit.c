/* SPDX-License-Identifier: MIT */
/* junit.c - checks as JUnit XML, made in memory by libxml2's writer.
 *
 *   testsuite   a variant        classname   cell.pass.variant     name   case id
 *   failure     wrong numbers or bits, the text self-sufficient with its reproducer
 *   error       crash, time-out, broken contract: nothing could be judged
 *   skipped     skipped and unsupported, with the reason as message
 * Times are plain decimals; characters that XML 1.0 forbids are replaced; texts are capped. */
#include <libxml/xmlwriter.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "record/output.h"
#include "record/rerun.h"
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

static int was_judged(const check_result *r) { return r->tensors_count > 0; }

/* variant NULL: all. */
static void head(xmlTextWriterPtr w, const evidence *e, const char *variant)
{
	size_t tests = 0, failures = 0, errors = 0, skipped = 0;
	double seconds = 0;
	for (const check_result *r = e->check; r < e->check + e->check_count; r++) {
		if (variant && strcmp(r->variant, variant) != 0)
			continue;
		tests++;
		failures += r->status == STATUS_FAIL && was_judged(r);
		errors += r->status == STATUS_FAIL && !was_judged(r);
		skipped += r->status == STATUS_SKIPPED || r->status == STATUS_UNSUPPORTED;
		seconds += r->seconds;
	}
	attribute(w, "name", "%s", !variant ? "gatemark" : variant);
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

static void outcome(xmlTextWriterPtr w, const check_result *r, const rerun_options *options)
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
		char *text = failure_text(r, options);
		xmlTextWriterWriteFormatString(w, "%.*s", TEXT_CAP - 1, text ? (const char *)clean(text) : "");
		free(text);
	}
	xmlTextWriterEndElement(w);
}

static const run_begin *run_of(const evidence *e, const check_result *r)
{
	const run_begin *run = evidence_run(e, r->run);
	return run->run[0] != '\0' || e->run_count == 0 ? run : e->run;
}

static void testcase(xmlTextWriterPtr w, const evidence *e, const check_result *r)
{
	int cell = (int)strcspn(r->problem, "_");
	if (strncmp(r->problem, "rnn_", 4) == 0)
		cell = 4 + (int)strcspn(r->problem + 4, "_");
	xmlTextWriterStartElement(w, BAD_CAST "testcase");
	attribute(w, "classname", "%.*s.%s.%s", cell, r->problem, check_pass_word(r->pass), r->variant);
	attribute(w, "name", "%s", r->case_id);
	attribute(w, "time", "%.6f", r->seconds);
	outcome(w, r, &run_of(e, r)->options);
	xmlTextWriterEndElement(w);
}

/* All results of the variant of this one, its first. */
static void suite(xmlTextWriterPtr w, const evidence *e, const check_result *first)
{
	xmlTextWriterStartElement(w, BAD_CAST "testsuite");
	head(w, e, first->variant);
	if (e->run_count > 0)
		properties(w, run_of(e, first), first->plugin);
	for (const check_result *r = first; r < e->check + e->check_count; r++)
		if (strcmp(r->variant, first->variant) == 0)
			testcase(w, e, r);
	xmlTextWriterEndElement(w);
}

static void document(xmlTextWriterPtr w, const evidence *e)
{
	names variants = {0};
	xmlTextWriterSetIndent(w, 1);
	xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
	xmlTextWriterStartElement(w, BAD_CAST "testsuites");
	head(w, e, NULL);
	for (size_t k = 0; k < e->check_count; k++)
		if (names_new(&variants, e->check[k].variant))
			suite(w, e, &e->check[k]);
	free(variants.name);
	xmlTextWriterEndDocument(w);
}

gm_status junit_write(const char *path, const evidence *e, gm_error *error)
{
	gm_status status;
	xmlBufferPtr buffer = xmlBufferCreate();
	xmlTextWriterPtr w = !buffer ? NULL : xmlNewTextWriterMemory(buffer, 0);
	if (!w) {
		status = gm_fail(error, GM_NO_MEMORY, "no memory for %s", path);
	} else {
		document(w, e);
		xmlFreeTextWriter(w); // flushes
		status = output_write(path, xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer), error);
	}
	if (buffer)
		xmlBufferFree(buffer);
	return status;
}

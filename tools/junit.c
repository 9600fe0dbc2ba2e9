/* SPDX-License-Identifier: MIT */
/* junit.c - the XML is made in memory by libxml2's writer and replaces the file as a whole. */
#include "junit.h"

#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

#include "about.h"
#include "judge.h"
#include "output.h"

enum { TEXT_CAP = 4000 };

/* XML 1.0 has no control characters but tab and newline; what is not ASCII is foreign text of unknown encoding. */
static const char *clean(const char *text, char *room, size_t bytes)
{
	size_t n = 0;
	for (; text[n] != '\0' && n + 1 < bytes; n++) {
		unsigned char c = (unsigned char)text[n];
		room[n] = (c < 0x20 && c != '\n' && c != '\t') || c >= 0x7f ? '?' : (char)c;
	}
	room[n] = '\0';
	return room;
}

static void attribute(xmlTextWriterPtr w, const char *name, const char *value)
{
	char room[TEXT_CAP];
	xmlTextWriterWriteAttribute(w, BAD_CAST name, BAD_CAST clean(value, room, sizeof room));
}

static void number(xmlTextWriterPtr w, const char *name, size_t value)
{
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST name, "%zu", value);
}

static int is(const json_t *record, const char *status) { return strcmp(results_text(record, "status"), status) == 0; }

static int was_judged(const json_t *record) { return json_array_size(json_object_get(record, "tensors")) > 0; }

static void head(xmlTextWriterPtr w, const check_summary *s, const char *variant)
{
	size_t tests = 0, failures = 0, errors = 0, skipped = 0, k;
	double seconds = 0;
	json_t *record;
	json_array_foreach(s->records, k, record) {
		if (variant && strcmp(results_text(record, "variant"), variant) != 0)
			continue;
		tests++;
		failures += is(record, "fail") && was_judged(record);
		errors += is(record, "fail") && !was_judged(record);
		skipped += is(record, "skipped") || is(record, "unsupported");
		seconds += results_get(record, "seconds", 0);
	}
	attribute(w, "name", !variant ? "gatemark" : variant);
	number(w, "tests", tests);
	number(w, "failures", failures);
	number(w, "errors", errors);
	number(w, "skipped", skipped);
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "time", "%.6f", seconds);
}

static void property(xmlTextWriterPtr w, const char *name, const char *value)
{
	xmlTextWriterStartElement(w, BAD_CAST "property");
	attribute(w, "name", name);
	attribute(w, "value", value);
	xmlTextWriterEndElement(w);
}

static void properties(xmlTextWriterPtr w, const char *fixtures, const char *plugin)
{
	char judge[16];
	const machine_profile *machine = about_machine();
	snprintf(judge, sizeof judge, "%d", JUDGE_VERSION);
	xmlTextWriterStartElement(w, BAD_CAST "properties");
	property(w, "gatemark", about_version());
	property(w, "commit", about_commit());
	property(w, "compiler", about_compiler());
	property(w, "machine", machine->cpu);
	property(w, "fingerprint", machine->fingerprint);
	property(w, "fixtures", fixtures);
	property(w, "judge", judge);
	property(w, "run", results_run_id());
	if (plugin)
		property(w, "plugin", plugin);
	xmlTextWriterEndElement(w);
}

static void outcome(xmlTextWriterPtr w, const json_t *record, const rerun_options *options)
{
	char message[600], room[TEXT_CAP];
	const char *reason = results_text(record, "reason");
	if (is(record, "pass") || is(record, "xfail"))
		return;
	int failed = is(record, "fail");
	xmlTextWriterStartElement(w, BAD_CAST(failed ? was_judged(record) ? "failure" : "error" : "skipped"));
	snprintf(message, sizeof message, "%s%.*s", is(record, "unsupported") ? "unsupported: " : "",
	         (int)strcspn(reason, "\n"), reason);
	attribute(w, "message", message);
	if (failed) {
		attribute(w, "type", was_judged(record) ? "wrong" : "broken");
		char *text = failure_text(record, options);
		xmlTextWriterWriteString(w, BAD_CAST clean(!text ? "" : text, room, sizeof room));
		free(text);
	}
	xmlTextWriterEndElement(w);
}

static void testcase(xmlTextWriterPtr w, const json_t *record, const rerun_options *options)
{
	char classname[200];
	const char *problem = results_text(record, "problem");
	int cell = (int)strcspn(problem, "_");
	if (strncmp(problem, "rnn_", 4) == 0)
		cell = 4 + (int)strcspn(problem + 4, "_");
	snprintf(classname, sizeof classname, "%.*s.%s.%s", cell, problem, results_text(record, "pass"),
	         results_text(record, "variant"));
	xmlTextWriterStartElement(w, BAD_CAST "testcase");
	attribute(w, "classname", classname);
	attribute(w, "name", results_text(record, "case"));
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "time", "%.6f", results_get(record, "seconds", 0));
	outcome(w, record, options);
	xmlTextWriterEndElement(w);
}

static void document(xmlTextWriterPtr w, const check_summary *s, const char *fixtures)
{
	size_t k;
	json_t *record;
	xmlTextWriterSetIndent(w, 1);
	xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
	xmlTextWriterStartElement(w, BAD_CAST "testsuites");
	head(w, s, NULL);
	for (size_t v = 0; v < s->roster->count; v++) {
		const char *name = s->roster->variant[v].info.name;
		xmlTextWriterStartElement(w, BAD_CAST "testsuite");
		head(w, s, name);
		properties(w, fixtures, s->roster->variant[v].plugin);
		json_array_foreach(s->records, k, record)
			if (strcmp(results_text(record, "variant"), name) == 0)
				testcase(w, record, &s->rerun);
		xmlTextWriterEndElement(w);
	}
	xmlTextWriterEndDocument(w);
}

gm_status junit_write(const char *path, const check_summary *s, const char *fixtures, gm_error *error)
{
	gm_status status = GM_OK;
	xmlBufferPtr buffer = xmlBufferCreate();
	xmlTextWriterPtr w = !buffer ? NULL : xmlNewTextWriterMemory(buffer, 0);
	if (!w) {
		status = gm_fail(error, GM_NO_MEMORY, "no memory for %s", path);
	} else {
		document(w, s, fixtures);
		xmlFreeTextWriter(w); // flushes
		status = output_write(path, xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer), error);
	}
	if (buffer)
		xmlBufferFree(buffer);
	return status;
}

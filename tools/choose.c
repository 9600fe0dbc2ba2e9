/* SPDX-License-Identifier: MIT */
/* choose.c - the choice document (choose.h): which machine, which problems, one contest each
 * (choose_contest.c), and the evidence that stands behind it.  The same records give the same bytes. */
#include "choose.h"

#include <stdlib.h>
#include <string.h>

#include "choose_contest.h"
#include "cli.h"
#include "gatemark/tensors.h"
#include "output.h"
#include "plural.h"
#include "results.h"

enum { CHOICE_SCHEMA = 1 };

json_t *choose_problems(const evidence *e, const char *machine)
{
	json_t *seen = json_object(), *problems = json_array(), *record;
	const char *text;
	size_t i;
	json_array_foreach(e->bench, i, record)
		if (strcmp(evidence_machine_of(e, record), machine) == 0)
			json_object_set_new(seen, results_text(record, "problem"), json_true());
	json_object_foreach(seen, text, record)
		json_array_append_new(problems, json_string(text));
	json_decref(seen);
	return problems;
}

/* Does a record's problem answer to what was asked for, however that is spelt? */
static int answers(const char *asked, const char *problem)
{
	gm_spec a, p;
	char x[GM_SPEC_TEXT], y[GM_SPEC_TEXT];
	if (strcmp(asked, problem) == 0)
		return 1;
	if (gm_spec_parse(asked, &a, NULL) != GM_OK || gm_spec_parse(problem, &p, NULL) != GM_OK)
		return 0;
	if (a.pass == GM_PASS_NONE)
		p.pass = GM_PASS_NONE;
	gm_spec_format(&a, x);
	gm_spec_format(&p, y);
	return strcmp(x, y) == 0;
}

static int wanted(const choose_options *options, const char *problem)
{
	size_t count = options ? options->problems : 0, i = 0;
	while (i < count && !answers(options->problem[i], problem))
		i++;
	return count == 0 || i < count;
}

const char *choose_unanswered(const choose_options *options, const json_t *problems)
{
	for (size_t k = 0; options && k < options->problems; k++) {
		size_t i = 0, count = json_array_size(problems);
		while (i < count && !answers(options->problem[k], json_string_value(json_array_get(problems, i))))
			i++;
		if (i == count)
			return options->problem[k];
	}
	return NULL;
}

/* {class: true, ...} from "f32,f32-abs". */
static gm_status accepted_classes(const char *list, json_t **accept, gm_error *error)
{
	*accept = json_object();
	for (const char *at = list ? list : "f32"; *at;) {
		size_t length = strcspn(at, ","), known = 0;
		for (uint32_t c = 0; c < GM_CLASSES; c++) {
			const char *name = gm_class_name(c);
			if (strlen(name) != length || strncmp(name, at, length) != 0)
				continue;
			json_object_set_new(*accept, name, json_true());
			known = 1;
		}
		if (!known) {
			json_decref(*accept);
			return gm_fail(error, GM_BAD_ARGUMENT, "there is no accuracy class '%.*s'", (int)length, at);
		}
		at += length + (at[length] == ',');
	}
	return GM_OK;
}

static json_t *records_of(const evidence *e, const char *machine, const char *problem)
{
	json_t *list = json_array(), *record;
	size_t i;
	json_array_foreach(e->bench, i, record)
		if (strcmp(results_text(record, "problem"), problem) == 0 &&
		    strcmp(evidence_machine_of(e, record), machine) == 0)
			json_array_append(list, record);
	return list;
}

static json_t *domain_of(const evidence *e, const char *machine, const json_t *problems, json_t *conformance,
                         const choose_options *options, const json_t *accept)
{
	json_t *domain = json_array(), *problem;
	size_t i;
	json_array_foreach(problems, i, problem) {
		const char *text = json_string_value(problem);
		if (!wanted(options, text))
			continue;
		json_t *bench = records_of(e, machine, text);
		json_array_append_new(domain, choose_contest(e, text, bench, conformance, accept));
		json_decref(bench);
	}
	return domain;
}

/* The cases that every verdict rests on, per variant and in sum. */
static json_t *conformance_part(const evidence *e, const char *machine, json_t *variants)
{
	json_t *cases = json_object(), *executors = json_object(), *record;
	double worst = 0, passed = 0;
	size_t i;
	json_array_foreach(e->check, i, record) {
		if (strcmp(evidence_machine_of(e, record), machine) != 0 || strcmp(results_text(record, "status"), "pass") != 0)
			continue;
		json_object_set_new(cases, results_text(record, "case"), json_true());
		json_object_set_new(executors, results_text(record, "executor"), json_true());
		worst = results_get(record, "used", 0) > worst ? results_get(record, "used", 0) : worst;
		passed++;
	}
	json_t *names = json_array(), *value;
	const char *name;
	json_object_foreach(executors, name, value)
		json_array_append_new(names, json_string(name));
	json_t *part = json_pack("{so sI sI so sO}", "executors", names, "cases", (json_int_t)json_object_size(cases),
	                         "checks_passed", (json_int_t)passed, "worst_used", results_number(worst), "variants",
	                         variants);
	json_decref(cases);
	json_decref(executors);
	return part;
}

static void add_note(json_t *notes, json_t *text) { json_array_append_new(notes, text); }

/* What a reader should know before trusting the choice. */
static json_t *notes_of(const evidence *e, const json_t *latest, const char *machine)
{
	json_t *notes = json_array(), *record;
	size_t i, checks = 0, others = evidence_machines(e);
	const char *commit = results_text(latest, "commit"), *checked = commit;
	json_array_foreach(e->check, i, record) {
		if (strcmp(evidence_machine_of(e, record), machine) != 0)
			continue;
		checks++;
		if (strcmp(results_text(evidence_run(e, record), "commit"), commit) != 0)
			checked = results_text(evidence_run(e, record), "commit");
	}
	if (!checks)
		add_note(notes, json_string("no check records: conformance rests on the timed problems alone"));
	if (strcmp(checked, commit) != 0)
		add_note(notes, json_sprintf("checked at commit %s, timed at commit %s", checked, commit));
	if (others > 1)
		add_note(notes, json_sprintf("records of %zu other machine%s not used", others - 1,
		                             plural((double)others - 1, "", "s")));
	return notes;
}

/* The members of the run that say what was built; absent ones are left out. */
static json_t *pick(const json_t *object, const char *const *member)
{
	json_t *part = json_object();
	for (; *member; member++)
		if (json_object_get(object, *member))
			json_object_set(part, *member, json_object_get(object, *member));
	return part;
}

static json_t *document_of(const evidence *e, const json_t *latest, const char *machine, const json_t *accept,
                           json_t *conformance, json_t *domain)
{
	static const char *const BUILD[] = {"commit", "compiler", "libraries", NULL};
	static const char *const MACHINE[] = {"fingerprint", "cpu",       "cpu_model", "hypervisor", "cpus",
	                                      "isa",         "l1d_bytes", "l2_bytes",  "l3_bytes",   NULL};
	json_t *classes = json_array(), *value, *versions = json_object_get(latest, "versions");
	const char *name;
	json_object_foreach((json_t *)(uintptr_t)accept, name, value)
		json_array_append_new(classes, json_string(name));
	return json_pack("{si ss ss so ss ss sO? so so so sO so}", "schema", CHOICE_SCHEMA, "kind", "choices", "objective",
	                 "p50", "accept", classes, "date", results_text(latest, "time"), "gatemark",
	                 results_text(latest, "gatemark"), "versions", versions, "build", pick(latest, BUILD), "machine",
	                 pick(json_object_get(latest, "machine"), MACHINE), "conformance",
	                 conformance_part(e, machine, conformance), "domain", domain, "notes",
	                 notes_of(e, latest, machine));
}

gm_status choose_decide(const evidence *e, const choose_options *options, json_t **choice, gm_error *error)
{
	json_t *accept;
	const json_t *latest = evidence_latest(e);
	const char *machine = results_text(json_object_get(latest, "machine"), "fingerprint");
	GM_TRY(accepted_classes(options ? options->accept : NULL, &accept, error));
	json_t *conformance = choose_conformance(e, machine), *problems = choose_problems(e, machine), *made = NULL;
	json_t *domain = domain_of(e, machine, problems, conformance, options, accept);
	const char *unanswered = choose_unanswered(options, problems);
	gm_status status = GM_OK;
	if (unanswered)
		status = gm_fail(error, GM_BAD_ARGUMENT, "no bench record of problem '%s'", unanswered);
	if (status == GM_OK) {
		made = document_of(e, latest, machine, accept, conformance, domain);
		status = made ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for the choice");
	}
	json_decref(accept);
	json_decref(conformance);
	json_decref(problems);
	json_decref(domain);
	if (made)
		*choice = made;
	return status;
}

int choose_exit(const json_t *choice)
{
	json_t *entry;
	size_t i;
	json_array_foreach(json_object_get(choice, "domain"), i, entry)
		if (json_is_string(json_object_get(entry, "chosen")))
			return CLI_OK;
	return CLI_NOTHING;
}

gm_status choose_write(const json_t *choice, const char *path, gm_error *error)
{
	char *text = json_dumps(choice, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
	size_t length = text ? strlen(text) : 0;
	if (!text)
		return gm_fail(error, GM_NO_MEMORY, "no memory for the text of the choice");
	text[length] = '\n'; /* in place of the NUL: the length is given */
	gm_status status = output_write(path, text, length + 1, error);
	free(text);
	return status;
}

int choose_from_results(const char *const *path, size_t count, const choose_options *options, const char *output,
                        json_t **choice, gm_error *error)
{
	evidence *e;
	json_t *made = NULL;
	gm_status status = evidence_load(path, count, &e, error);
	if (status != GM_OK)
		return status == GM_NO_MEMORY ? CLI_INTERNAL : CLI_REFUSED;
	status = choose_decide(e, options, &made, error);
	evidence_destroy(e);
	if (status != GM_OK)
		return cli_exit_of(status);
	int code = choose_exit(made);
	if (code == CLI_NOTHING)
		gm_fail(error, GM_UNSUPPORTED, "no problem has a variant that was judged and timed");
	else if (output && (status = choose_write(made, output, error)) != GM_OK)
		code = status == GM_IO ? CLI_NO_WRITE : CLI_INTERNAL;
	if (choice)
		*choice = json_incref(made);
	json_decref(made);
	return code;
}

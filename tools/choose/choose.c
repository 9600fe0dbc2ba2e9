/* SPDX-License-Identifier: MIT */
/* choose.c - the choice document (choose.h): which machine, which problems, one contest each
 * (choose_contest.c), and the evidence that stands behind it.  The same records give the same bytes. */
#include "choose.h"

#include <stdlib.h>
#include <string.h>

#include "choose_contest.h"
#include "gatemark/tensors.h"
#include "base/plural.h"
#include "record/results.h"

/* ---- which problems ---- */

names choose_problems(const evidence *e, const char *machine)
{
	names problems = {0};
	for (size_t i = 0; i < e->bench_count; i++)
		if (strcmp(evidence_machine(e, e->bench[i].run), machine) == 0)
			names_add(&problems, e->bench[i].problem);
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

const char *choose_unanswered(const choose_options *options, const names *problems)
{
	for (size_t k = 0; options && k < options->problems; k++) {
		size_t i = 0;
		while (i < problems->count && !answers(options->problem[k], problems->name[i]))
			i++;
		if (i == problems->count)
			return options->problem[k];
	}
	return NULL;
}

static int wanted(const choose_options *options, const char *problem)
{
	int any = !options || options->problems == 0;
	for (size_t i = 0; !any && i < options->problems; i++)
		any = answers(options->problem[i], problem);
	return any;
}

/* ---- what stands around them ---- */

/* Class by class of "f32,f32-abs". */
static gm_status accept_classes(const char *list, choice_document *choice, gm_error *error)
{
	for (const char *at = list ? list : "f32"; *at;) {
		size_t length = strcspn(at, ","), c = 0;
		const char *const *word = class_name_words.word;
		while (c < class_name_words.count && (strlen(word[c]) != length || strncmp(word[c], at, length) != 0))
			c++;
		if (c == class_name_words.count)
			return gm_fail(error, GM_BAD_ARGUMENT, "there is no accuracy class '%.*s'", (int)length, at);
		if (!record_append(&choice->accept, &choice->accept_count, word[c]))
			return gm_fail(error, GM_NO_MEMORY, "no memory for the choice");
		at += length + (at[length] == ',');
	}
	return GM_OK;
}

/* What a reader should know before trusting the choice; 0 without memory. */
static int add_notes(choice_document *choice, const evidence *e, const run_begin *latest)
{
	size_t checks = 0, others = evidence_machines(e);
	const char *checked = latest->commit;
	int good = 1;
	for (size_t i = 0; i < e->check_count; i++) {
		const run_begin *run = evidence_run(e, e->check[i].run);
		if (strcmp(run->machine.fingerprint, latest->machine.fingerprint) != 0)
			continue;
		checks++;
		if (strcmp(run->commit, latest->commit) != 0)
			checked = run->commit;
	}
	if (!checks)
		good &= record_appendf(&choice->notes, &choice->notes_count,
		                       "no check records: conformance rests on the timed problems alone");
	if (strcmp(checked, latest->commit) != 0)
		good &= record_appendf(&choice->notes, &choice->notes_count, "checked at commit %s, timed at commit %s",
		                       checked, latest->commit);
	if (others > 1)
		good &= record_appendf(&choice->notes, &choice->notes_count, "records of %zu other machine%s not used",
		                       others - 1, plural((double)others - 1, "", "s"));
	return good;
}

/* ---- the document ---- */

static gm_status add_entries(choice_document *choice, const evidence *e, const char *machine,
                             const choose_options *options, gm_error *error)
{
	names problems = choose_problems(e, machine);
	const char *unanswered = choose_unanswered(options, &problems);
	gm_status status = problems.failed ? gm_fail(error, GM_NO_MEMORY, "no memory for the choice")
	                 : unanswered      ? gm_fail(error, GM_BAD_ARGUMENT, "no bench record of problem '%s'", unanswered)
	                                   : GM_OK;
	for (size_t i = 0; status == GM_OK && i < problems.count; i++) {
		if (!wanted(options, problems.name[i]))
			continue;
		choice_entry *entry = record_grow(&choice->domain, &choice->domain_count, sizeof *entry);
		status = entry ? choose_contest(e, machine, problems.name[i], choice, entry, error)
		               : gm_fail(error, GM_NO_MEMORY, "no memory for the choice");
	}
	free(problems.name);
	return status;
}

static gm_status fill(choice_document *choice, const evidence *e, const run_begin *latest,
                      const choose_options *options, gm_error *error)
{
	GM_TRY(accept_classes(options ? options->accept : NULL, choice, error));
	GM_TRY(record_take(&choice_document_type, choice, &run_begin_type, latest, error)); // gatemark, versions, machine
	GM_TRY(record_take(&build_facts_type, &choice->build, &run_begin_type, latest, error));
	GM_TRY(choose_checks(e, latest->machine.fingerprint, &choice->conformance, error));
	GM_TRY(add_entries(choice, e, latest->machine.fingerprint, options, error));
	return add_notes(choice, e, latest) ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for the choice");
}

gm_status choose_decide(const evidence *e, const choose_options *options, choice_document *choice, gm_error *error)
{
	const run_begin *latest = evidence_latest(e);
	choice_document_init(choice);
	choice->schema = RECORD_SCHEMA;
	strcpy(choice->kind, "choices");
	strcpy(choice->objective, "p50");
	memcpy(choice->date, latest->time, sizeof choice->date);
	gm_status status = fill(choice, e, latest, options, error);
	if (status != GM_OK)
		choice_document_free(choice);
	return status;
}

size_t choose_chosen(const choice_document *choice)
{
	size_t chosen = 0;
	for (size_t i = 0; i < choice->domain_count; i++)
		chosen += choice->domain[i].chosen[0] != '\0';
	return chosen;
}

static void append(FILE *out, const char *name, size_t count)
{
	if (count)
		fprintf(out, "%s%s %zu", ftell(out) > 0 ? ", " : "", name, count);
}

char *choose_counts(const choice_document *choice)
{
	names chosen = {0};
	char *text = NULL;
	size_t bytes, ties = 0;
	FILE *out = open_memstream(&text, &bytes);
	for (size_t i = 0; i < choice->domain_count; i++) {
		ties += (size_t)choice->domain[i].tie;
		if (choice->domain[i].chosen[0])
			names_add(&chosen, choice->domain[i].chosen);
	}
	for (size_t k = 0; out && k < chosen.count; k++) {
		size_t count = 0;
		for (size_t i = 0; i < choice->domain_count; i++)
			count += strcmp(choice->domain[i].chosen, chosen.name[k]) == 0;
		append(out, chosen.name[k], count);
	}
	if (out) {
		append(out, "tie to simpler", ties);
		append(out, "without a choice", choice->domain_count - choose_chosen(choice));
		fclose(out);
	}
	free(chosen.name);
	return text;
}

gm_status choose_write(const choice_document *choice, const char *path, gm_error *error)
{
	json_t *json = record_to_json(&choice_document_type, choice);
	gm_status status = results_json(path, json, JSON_INDENT(1) | JSON_REAL_PRECISION(9), error);
	json_decref(json);
	return status;
}

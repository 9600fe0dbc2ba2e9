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
#include "record/verdict.h"

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

const char *choose_unanswered(const names *asked, const names *problems)
{
	for (size_t k = 0; asked && k < asked->count; k++) {
		int any = 0;
		for (size_t i = 0; i < problems->count; i++)
			any |= answers(asked->name[k], problems->name[i]);
		if (!any)
			return asked->name[k];
	}
	return NULL;
}

static int is_wanted(const names *asked, const char *problem)
{
	int any = !asked || asked->count == 0;
	for (size_t i = 0; !any && i < asked->count; i++)
		any = answers(asked->name[i], problem);
	return any;
}

/* ---- what the checks of a machine say, in sum and of each variant ---- */

/* Those of r's variant; NULL without memory. */
static variant_checks *checks_of(conformance *all, const check_result *r)
{
	for (size_t i = 0; i < all->variants_count; i++)
		if (strcmp(all->variants[i].variant, r->variant) == 0)
			return &all->variants[i];
	variant_checks *v = record_grow(&all->variants, &all->variants_count, sizeof *v);
	if (v)
		variant_checks_init(v);
	return v && record_take(&variant_checks_type, v, &check_result_type, r, NULL) == GM_OK ? v : NULL;
}

static void count_check(variant_checks *v, const check_result *r)
{
	size_t *const counter[CHECK_STATUSES] = {&v->passed, &v->failed, &v->xfail, &v->unsupported, &v->skipped};
	++*counter[r->status];
	if (r->status == STATUS_PASS && (v->passed == 1 || r->used >= v->worst_used)) {
		v->worst_used = r->used;
		snprintf(v->worst_case, sizeof v->worst_case, "%s", r->case_id);
		snprintf(v->worst_where, sizeof v->worst_where, "%s", r->where);
	}
	if ((r->status == STATUS_FAIL || r->status == STATUS_XFAIL) && v->failure[0] == '\0')
		snprintf(v->failure, sizeof v->failure, "%s/%s %s", r->case_id, check_pass_word(r->pass), r->where);
}

static gm_status sum_checks(const evidence *e, const char *machine, conformance *all, gm_error *error)
{
	names cases = {0}, executors = {0};
	int good = 1;
	conformance_init(all);
	for (const check_result *r = e->check; good && r < e->check + e->check_count; r++) {
		if (strcmp(evidence_machine(e, r->run), machine) != 0)
			continue;
		variant_checks *v = checks_of(all, r);
		good = v != NULL;
		if (v)
			count_check(v, r);
		if (r->status != STATUS_PASS)
			continue;
		names_add(&cases, r->case_id);
		if (names_new(&executors, r->executor))
			good &= record_append(&all->executors, &all->executors_count, r->executor);
		all->worst_used = r->used > all->worst_used ? r->used : all->worst_used;
		all->checks_passed++;
	}
	good &= !cases.failed && !executors.failed;
	all->cases = cases.count;
	free(cases.name);
	free(executors.name);
	return good ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for the checks");
}

/* ---- what stands around them ---- */

/* What a reader should know before trusting the choice; 0 without memory. */
static int add_notes(choice_document *choice, const evidence *e, const run_begin *latest)
{
	const verdict v = verdict_of(e, latest->machine.fingerprint);
	names machines = evidence_machines(e);
	char ***notes = &choice->notes, part[VERDICT_TEXT];
	size_t checks = 0, *count = &choice->notes_count;
	const char *checked = latest->commit;
	for (size_t i = 0; i < e->check_count; i++) {
		const run_begin *run = evidence_run(e, e->check[i].run);
		if (strcmp(run->machine.fingerprint, latest->machine.fingerprint) != 0)
			continue;
		checks++;
		if (strcmp(run->commit, latest->commit) != 0)
			checked = run->commit;
	}
	int good = checks || record_append(notes, count, "no check records: conformance rests on the timed problems alone");
	if (strcmp(checked, latest->commit) != 0)
		good &= record_appendf(notes, count, "checked at commit %s, timed at commit %s", checked, latest->commit);
	if (machines.count > 1)
		good &= record_appendf(notes, count, "records of %zu other machine%s not used", machines.count - 1,
		                       plural((double)machines.count - 1, "", "s"));
	if (e->replaced > 0)
		good &= record_appendf(notes, count, "%zu result%s of earlier runs on the same machine: the later run's count",
		                       e->replaced, plural((double)e->replaced, "", "s"));
	choice->verdict = v.extent != VERDICT_PASS ? v.extent : v.word;
	verdict_text(&v, part);
	if (v.extent != VERDICT_PASS)
		good &= record_append(notes, count, part);
	free(machines.name);
	return good;
}

/* ---- the document ---- */

static gm_status add_entries(choice_document *choice, const evidence *e, const names *asked, gm_error *error)
{
	names problems = choose_problems(e, choice->machine.fingerprint);
	const char *unanswered = choose_unanswered(asked, &problems);
	gm_status status = problems.failed ? gm_fail(error, GM_NO_MEMORY, "no memory for the choice")
	                 : unanswered      ? gm_fail(error, GM_BAD_ARGUMENT, "no bench record of problem '%s'", unanswered)
	                                   : GM_OK;
	for (size_t i = 0; status == GM_OK && i < problems.count; i++) {
		if (!is_wanted(asked, problems.name[i]))
			continue;
		choice_entry *entry = record_grow(&choice->domain, &choice->domain_count, sizeof *entry);
		status = entry ? choose_contest(e, problems.name[i], choice, entry, error)
		               : gm_fail(error, GM_NO_MEMORY, "no memory for the choice");
	}
	free(problems.name);
	return status;
}

static gm_status fill(choice_document *choice, const evidence *e, const names *asked, gm_error *error)
{
	const run_begin *latest = evidence_latest(e);
	choice->schema = RECORD_SCHEMA;
	strcpy(choice->kind, "choices");
	strcpy(choice->objective, "p50");
	memcpy(choice->date, latest->time, sizeof choice->date);
	GM_TRY(record_take(&choice_document_type, choice, &run_begin_type, latest, error)); // gatemark, versions, machine
	GM_TRY(record_take(&build_facts_type, &choice->build, &run_begin_type, latest, error));
	GM_TRY(sum_checks(e, choice->machine.fingerprint, &choice->conformance, error));
	GM_TRY(add_entries(choice, e, asked, error));
	if (record_append(&choice->accept, &choice->accept_count, class_name_word(CHOOSE_CLASS)) &&
	    add_notes(choice, e, latest))
		return GM_OK;
	return gm_fail(error, GM_NO_MEMORY, "no memory for the choice");
}

gm_status choose_decide(const evidence *e, const names *asked, choice_document *choice, gm_error *error)
{
	choice_document_init(choice);
	gm_status status = fill(choice, e, asked, error);
	if (status != GM_OK)
		choice_document_free(choice);
	return status;
}

size_t choose_open(const choice_document *choice, const choice_entry **first)
{
	size_t open = 0;
	for (const choice_entry *c = choice->domain; c < choice->domain + choice->domain_count; c++)
		if ((!c->chosen[0] || c->comparison == TIME_UNDECIDED || c->disturbed) && open++ == 0)
			*first = c;
	return open;
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
	size_t bytes, disturbed = 0, compared[COMPARISONS] = {0}, *count = calloc(choice->domain_count + 1, sizeof *count);
	FILE *out = count ? open_memstream(&text, &bytes) : NULL;
	for (size_t i = 0; out && i < choice->domain_count; i++) {
		if (!choice->domain[i].chosen[0])
			continue;
		count[names_add(&chosen, choice->domain[i].chosen)]++;
		disturbed += choice->domain[i].disturbed != 0;
		if (choice->domain[i].comparison != comparison_none)
			compared[choice->domain[i].comparison]++;
	}
	for (size_t k = 0; k < chosen.count; k++)
		append(out, chosen.name[k], count[k]);
	if (out) {
		append(out, "equal to simpler", compared[TIME_EQUAL]);
		append(out, "undecided", compared[TIME_UNDECIDED]);
		append(out, "disturbed", disturbed);
		append(out, "without a choice", choice->domain_count - choose_chosen(choice));
		if (ftell(out) > 0 && (choice->verdict == VERDICT_STOPPED || choice->verdict == VERDICT_PARTIAL))
			fprintf(out, "; from results that are %s", verdict_word_word(choice->verdict));
		fclose(out);
	}
	free(chosen.name);
	free(count);
	return text;
}

gm_status choose_write(const choice_document *choice, const char *path, gm_error *error)
{
	json_t *json = record_to_json(&choice_document_type, choice);
	gm_status status = results_document(path, json, JSON_INDENT(1) | JSON_REAL_PRECISION(9), error);
	json_decref(json);
	return status;
}

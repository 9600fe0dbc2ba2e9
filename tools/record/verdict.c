/* SPDX-License-Identifier: MIT */
/* verdict.c - counts what was asked, what is there and what failed, then the word (verdict.h). */
#include "verdict.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/plural.h"

enum { INTERNAL = 70, SKIPPED_HERE = 77 }; /* exit codes: from the first on a run broke off, but for the second */

/* ---- one run ---- */

typedef struct extent { /* what a file holds of a run */
	size_t checks, cases, wrong, problems, cut;
} extent;

static extent extent_of(const evidence *e, const char *run)
{
	extent x = {0};
	names cases = {0}, problems = {0}, cut = {0};
	for (const check_result *r = e->check; r < e->check + e->check_count; r++)
		if (strcmp(r->run, run) == 0) {
			x.checks++;
			names_add(&cases, r->case_id);
		}
	for (const bench_result *r = e->bench; r < e->bench + e->bench_count; r++)
		if (strcmp(r->run, run) == 0) {
			x.cut += r->code == CODE_BUDGET_SPENT;
			x.wrong += r->status == RACE_REJECTED || r->status == RACE_FAILED;
			names_add(&problems, r->problem);
			if (r->code == CODE_BUDGET_SPENT || r->code == CODE_INTERRUPTED)
				names_add(&cut, r->problem);
		}
	x.cases = cases.count;
	x.problems = problems.count - cut.count;
	free(cases.name);
	free(problems.name);
	free(cut.name);
	return x;
}

static size_t known(size_t count) { return count == RECORD_UNKNOWN ? 0 : count; }

/* How many checks the end record speaks of, and contestants that were wrong; those of a bench may be given twice. */
static size_t counted(const run_counts *n)
{
	const run_counts *bench = n->bench_count ? n->bench : n;
	const size_t checks = n->pass == RECORD_UNKNOWN
	                        ? 0
	                        : n->pass + known(n->fail) + known(n->xfail) + known(n->unsupported) + known(n->skipped);
	return checks + known(bench->rejected) + known(bench->failed);
}

static int is_latest_of(const evidence *e, const run_begin *run)
{
	const run_begin *latest = run;
	for (const run_begin *r = run + 1; r < e->run + e->run_count; r++)
		if (strcmp(r->machine.fingerprint, run->machine.fingerprint) == 0)
			latest = r;
	return latest == run;
}

static int is_whole(const run_end *end)
{
	return end && !end->interrupted && (end->exit_code < INTERNAL || end->exit_code == SKIPPED_HERE);
}

static int has_results(const evidence *e, const char *run)
{
	int any = 0;
	for (size_t i = 0; !any && i < e->check_count; i++)
		any = strcmp(e->check[i].run, run) == 0;
	for (size_t i = 0; !any && i < e->bench_count; i++)
		any = strcmp(e->bench[i].run, run) == 0;
	return any;
}

int verdict_counts(const evidence *e, const char *run)
{
	const run_begin *of = evidence_run(e, run);
	return of->run[0] == '\0' || !is_whole(evidence_end(e, run)) || has_results(e, run) || is_latest_of(e, of);
}

static void add_run(verdict *v, const evidence *e, const run_begin *run)
{
	const extent x = extent_of(e, run->run);
	const run_end *end = evidence_end(e, run->run);
	const int whole = is_whole(end);
	const size_t judged = whole && end->counts.cases != RECORD_UNKNOWN ? end->counts.cases : x.cases;
	const size_t there = x.checks + x.wrong, told = whole ? counted(&end->counts) : 0;
	v->runs++;
	v->stopped += !whole;
	v->cut += x.cut;
	v->unmet += end ? end->unmet_count : 0;
	v->missing += e->replaced == 0 && told > there ? told - there : 0;
	if (run->asked.cases != RECORD_UNKNOWN) {
		v->cases += judged;
		v->cases_asked += run->asked.cases;
	}
	if (run->asked.problems != RECORD_UNKNOWN && (!whole || x.cut > 0)) {
		v->problems += x.problems;
		v->problems_asked += run->asked.problems;
	}
	for (const refused_input *r = e->refused; r < e->refused + e->refused_count; r++)
		v->refused += strcmp(r->run, run->run) == 0;
}

/* ---- all of a machine ---- */

static int is_orphan(const evidence *e, const char *run) { return evidence_run(e, run)->run[0] == '\0'; }

static void add_results(verdict *v, const evidence *e, const char *machine)
{
	for (const check_result *r = e->check; r < e->check + e->check_count; r++)
		if (strcmp(evidence_machine(e, r->run), machine) == 0) {
			v->checks[r->status]++;
			v->unable += r->status == STATUS_SKIPPED && r->code != CODE_UNFIT;
			v->orphans += is_orphan(e, r->run);
		}
	for (const bench_result *r = e->bench; r < e->bench + e->bench_count; r++)
		if (strcmp(evidence_machine(e, r->run), machine) == 0) {
			v->rejected += r->status == RACE_REJECTED;
			v->broken += r->status == RACE_FAILED;
			v->orphans += is_orphan(e, r->run);
		}
	for (const refused_input *r = e->refused; r < e->refused + e->refused_count; r++)
		v->orphans += is_orphan(e, r->run) && machine[0] == '\0';
}

/* ---- the word, and why it is not PASS ---- */

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
say(verdict *v, const char *format, ...)
{
	const size_t used = strlen(v->why);
	const int comma = used > 0 && v->why[used - 1] != ' ' && used + 2 < sizeof v->why;
	va_list arguments;
	if (comma)
		memcpy(v->why + used, ", ", 3);
	va_start(arguments, format);
	vsnprintf(v->why + used + 2 * (size_t)comma, sizeof v->why - used - 2 * (size_t)comma, format, arguments);
	va_end(arguments);
}

static void say_why(verdict *v, const evidence *e)
{
	const struct {
		size_t count;
		const char *one, *many;
	} rows[] = {{v->refused, "input refused", "inputs refused"},
	            {v->problems_asked ? 0 : v->cut, "result without time", "results without time"},
	            {v->unmet, "requirement not met", "requirements not met"},
	            {v->missing, "result missing", "results missing"},
	            {v->orphans, "result without its run record", "results without their run record"},
	            {v->unknown, "record of an unknown kind", "records of unknown kinds"},
	            {e->torn, "file cut off", "files cut off"}};
	if (v->word == VERDICT_FAIL && v->extent != VERDICT_PASS)
		say(v, "%s: ", verdict_word_word(v->extent));
	if (v->cases_asked > v->cases || (v->cases_asked > 0 && v->stopped > 0))
		say(v, "%zu of %zu %s", v->cases, v->cases_asked, plural((double)v->cases_asked, "case", "cases"));
	if (v->problems_asked > v->problems)
		say(v, "%zu of %zu %s", v->problems, v->problems_asked,
		    plural((double)v->problems_asked, "problem", "problems"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].count > 0)
			say(v, "%zu %s", rows[i].count, plural((double)rows[i].count, rows[i].one, rows[i].many));
	if (v->stopped > 0 && (v->runs > 1 || v->cases_asked + v->problems_asked == 0))
		say(v, "%zu of %zu %s did not end", v->stopped, v->runs, plural((double)v->runs, "run", "runs"));
	if (v->word == VERDICT_NONE)
		say(v, v->checks[STATUS_XFAIL] + v->checks[STATUS_UNSUPPORTED] + v->checks[STATUS_SKIPPED] > 0
		           ? "no check passed"
		           : "no check record");
}

static verdict_word extent_word(const verdict *v, const evidence *e)
{
	return v->stopped + e->torn > 0                                                                    ? VERDICT_STOPPED
	     : v->refused + v->cut + v->missing + v->orphans + v->unknown > 0 || v->cases < v->cases_asked ? VERDICT_PARTIAL
	                                                                                                   : VERDICT_PASS;
}

static verdict_word word_of(const verdict *v)
{
	const size_t *n = v->checks;
	return n[STATUS_FAIL] + v->rejected + v->broken + v->unmet > 0                                   ? VERDICT_FAIL
	     : v->extent != VERDICT_PASS                                                                 ? v->extent
	     : n[STATUS_PASS] > 0                                                                        ? VERDICT_PASS
	     : v->unable > 0 && v->unable == n[STATUS_SKIPPED] + n[STATUS_UNSUPPORTED] + n[STATUS_XFAIL] ? VERDICT_SKIPPED
	                                                                                                 : VERDICT_NONE;
}

verdict verdict_of(const evidence *e, const char *machine)
{
	verdict v = {.unknown = e->unknown};
	add_results(&v, e, machine);
	for (const run_begin *run = e->run; run < e->run + e->run_count; run++)
		if (strcmp(run->machine.fingerprint, machine) == 0 && verdict_counts(e, run->run))
			add_run(&v, e, run);
	v.extent = extent_word(&v, e);
	v.word = word_of(&v);
	say_why(&v, e);
	return v;
}

void verdict_text(const verdict *v, char text[VERDICT_TEXT])
{
	const char *word = v->word == VERDICT_FAIL ? "" : verdict_word_word(v->word);
	snprintf(text, VERDICT_TEXT, "%s%s%s", word, word[0] ? ": " : "", v->why);
}

verdict verdict_of_all(const evidence *e)
{
	static const int gravity[VERDICT_WORDS] = {
		[VERDICT_SKIPPED] = 1, [VERDICT_NONE] = 2, [VERDICT_PARTIAL] = 3, [VERDICT_STOPPED] = 4, [VERDICT_FAIL] = 5};
	names machines = evidence_machines(e);
	verdict worst = verdict_of(e, machines.count ? machines.name[0] : "");
	for (size_t m = 1; m < machines.count; m++) {
		const verdict v = verdict_of(e, machines.name[m]);
		if (gravity[v.word] > gravity[worst.word])
			worst = v;
	}
	free(machines.name);
	return worst;
}

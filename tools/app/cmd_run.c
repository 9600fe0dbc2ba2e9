/* SPDX-License-Identifier: MIT */
/* cmd_run.c - `gatemark run`: check, then bench what passed, then choose, then report: one folder of results and one
 * page of text.  Ctrl-C leaves what there is until then, as a valid result. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "about.h"
#include "choose/choose.h"
#include "conform.h"
#include "judge/judge.h"
#include "measure.h"
#include "base/plural.h"
#include "record/output.h"
#include "report/report.h"
#include "base/clock.h"

enum { JUNIT, CHOICE, HTML, MARKDOWN, FILES }; /* beside the records */

typedef struct run {
	session s;
	char *path[FILES];
	contestants passed; /* the check: what is timed */
	check_summary checked;
	measured timed;
} run;

static void print_head(const run *r)
{
	char l2[16], l3[16], text[400];
	const machine_profile *machine = about_machine();
	const double cpus = (double)machine->cpus;
	printf("gatemark %s  fixtures %s  judge %d  build %s %s\n", about_version, r->s.cases.set->version, JUDGE_VERSION,
	       about_commit, about_compiler);
	term_bytes(machine->l2_bytes, l2);
	term_bytes(machine->l3_bytes, l3);
	int used = snprintf(text, sizeof text, "%s %s, %s, %.0f %s,", machine->cpu, machine->cpu_model, machine->hypervisor,
	                    cpus, plural(cpus, "CPU", "CPUs"));
	for (size_t k = 0; k < machine->isa_count; k++)
		used += snprintf(text + used, sizeof text - (size_t)used, " %s", machine->isa[k]);
	snprintf(text + used, sizeof text - (size_t)used, ", L2 %s, L3 %s", l2, l3);
	term_wrap(stdout, text, 0, 2);
	fflush(stdout);
}

/* Only what passed is timed: a variant with one failed check is out. */
static int bench_step(run *r)
{
	const contestants *all = &r->s.contestants;
	if (all->count == 0) // all of them were refused
		return CLI_OK;
	r->passed.variant = calloc(all->count + 1, sizeof *r->passed.variant);
	if (!r->passed.variant)
		return cli_fail(CLI_INTERNAL, "no memory");
	for (size_t k = 0; k < all->count; k++) {
		const tally *t = &r->checked.variant[k];
		if (t->count[STATUS_FAIL] == 0 && t->count[STATUS_PASS] + t->count[STATUS_SKIPPED] > 0)
			r->passed.variant[r->passed.count++] = all->variant[k];
	}
	int code = measure(&r->s, &r->passed, &r->timed);
	measure_print(&r->timed);
	fflush(stdout);
	return code == CLI_SKIPPED || code == CLI_NOTHING ? CLI_OK : code; // the check has said so already
}

static int choose_step(run *r)
{
	gm_error error;
	choice_document choice;
	gm_status status = choose_decide(&r->s.found, NULL, &choice, &error);
	if (status != GM_OK)
		return cli_status(status, 0, &error);
	if (choose_chosen(&choice) == 0) {
		printf("CHOOSE nothing: no variant passed and was timed\n");
	} else if ((status = choose_write(&choice, r->path[CHOICE], &error)) == GM_OK) {
		char *counts = choose_counts(&choice);
		fputs("CHOOSE ", stdout);
		term_wrap(stdout, counts ? counts : "", 7, 7);
		free(counts);
	}
	choice_document_free(&choice);
	return cli_status(status, 0, &error);
}

/* Decides and shows what this run has found; the file is for others. */
static int conclude(run *r)
{
	gm_error error;
	const evidence *found = &r->s.found;
	int code = cli_worse(choose_step(r), conform_junit(&r->s, r->path[JUNIT]));
	return cli_worse(code, cli_status(report_write(found, r->path[HTML], r->path[MARKDOWN], &error), 0, &error));
}

/* What spoilt the figures, then the verdict. */
static void print_end(const run *r)
{
	const verdict v = verdict_of_all(&r->s.found);
	const run_counts checked = summary_counts(&r->checked);
	const size_t hints = about_machine()->hints_count;
	measure_notes(&r->timed, stdout, "NOTES  ");
	if (hints > 0)
		printf("NOTES  %zu %s on this machine %s measurements -> gatemark doctor\n", hints,
		       plural((double)hints, "thing", "things"), plural((double)hints, "spoils", "spoil"));
	printf("%s%-6s%s %zu failed, %zu skipped%s%s -> %s\n",
	       term_escape(stdout, v.word == VERDICT_PASS ? TERM_GREEN : TERM_RED), verdict_word_word(v.word),
	       term_escape(stdout, TERM_PLAIN), checked.fail + r->timed.summary.rejected + r->timed.summary.failed,
	       checked.skipped, v.why[0] ? "; " : "", v.why, r->path[HTML]);
}

static int steps(run *r)
{
	double started = clock_now();
	int code = session_begin(&r->s);
	if (code != CLI_OK)
		return code;
	for (size_t k = 0; k < FILES; k++)
		output_forget(r->path[k]);
	code = conform_junit(&r->s, r->path[JUNIT]);
	if (code != CLI_OK)
		return code;
	print_head(r);
	code = conform(&r->s, &r->checked);
	run_counts counts = summary_counts(&r->checked);
	const verdict of_check = session_verdict(&r->s, code, &counts, SESSION_CASES);
	summary_print(&r->checked, &of_check);
	fflush(stdout);
	if (session_stop == 0 && code != CLI_INTERNAL)
		code = cli_worse(code, bench_step(r));
	run_counts timed = measure_counts(&r->timed);
	counts.bench = &timed;
	counts.bench_count = 1;
	code = session_end(&r->s, code, counts);
	if (code == CLI_NO_WRITE)
		return code;
	code = cli_worse(code, conclude(r));
	print_end(r);
	if (r->s.options->verbose)
		fprintf(stderr, "run took %.0f s\n", clock_now() - started);
	return code;
}

static int set_paths(run *r)
{
	static const char *const file[FILES] = {"junit.xml", "choice.json", "report.html", "report.md"};
	for (size_t k = 0; k < FILES; k++)
		if (asprintf(&r->path[k], "%s/%s", r->s.options->out, file[k]) < 0) {
			r->path[k] = NULL;
			return cli_fail(CLI_INTERNAL, "no memory");
		}
	return CLI_OK;
}

int cmd_run(const cli_options *given)
{
	cli_options options = *given;
	run r = {0};
	options.out = !given->out ? "out" : given->out;
	int code = session_load(&r.s, &options, SESSION_CASES | SESSION_SHAPES);
	if (code == CLI_OK)
		code = set_paths(&r);
	if (code == CLI_OK)
		code = steps(&r);
	summary_free(&r.checked);
	measure_free(&r.timed);
	contestants_free(&r.passed);
	session_free(&r.s);
	for (size_t k = 0; k < FILES; k++)
		free(r.path[k]);
	return code;
}

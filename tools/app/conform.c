/* SPDX-License-Identifier: MIT */
/* conform.c - runs the engine of check; each result goes to the result file, the summary and, if it failed,
 * the terminal. */
#include "conform.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "about.h"
#include "record/output.h"
#include "report/report.h"
#include "worker/worker.h"
#include "base/clock.h"

int summary_open(check_summary *s, session *of)
{
	*s = (check_summary){
		.session = of, .torch_worst = -1, .variant = calloc(of->contestants.count + 1, sizeof *s->variant)};
	if (!s->variant)
		return cli_fail(CLI_INTERNAL, "no memory");
	for (size_t k = 0; k < of->contestants.count; k++)
		s->variant[k].worst = -1;
	return CLI_OK;
}

void summary_free(check_summary *s)
{
	for (size_t k = 0; k < s->bits_count; k++)
		bits_result_free(&s->bits[k].result);
	digests_free(&s->committed);
	free(s->bits);
	free(s->variant);
}

/* ---- results ---- */

/* With --verbose each in a line as it comes. */
static void show(check_summary *s, const check_result *r)
{
	FILE *stream = s->session->text;
	if (!s->session->options->verbose)
		return;
	term_progress_end(&s->progress); // the line must not stand in the way of the text
	if (r->status == STATUS_PASS)
		fprintf(stream, "pass %s/%s %s uses %.0f %% at %s%s%s%s\n", r->case_id, check_pass_word(r->pass), r->variant,
		        100 * r->used, r->where, r->flaky ? " FLAKY" : "", r->reason && r->reason[0] ? "; " : "",
		        r->reason ? r->reason : "");
	else
		fprintf(stream, "%s %s/%s %s: %.*s\n", check_status_word(r->status), r->case_id, check_pass_word(r->pass),
		        r->variant, r->reason ? (int)strcspn(r->reason, "\n") : 0, r->reason ? r->reason : "");
}

static void count(tally *t, const check_result *r)
{
	t->count[r->status]++;
	t->upper_halves |= r->upper_halves;
	if (r->tensors_count > 0 && r->used > t->worst) {
		t->worst = r->used;
		snprintf(t->where, sizeof t->where, "%s/%s", r->case_id, r->where);
	} else if (t->where[0] == '\0' && r->reason) {
		snprintf(t->where, sizeof t->where, "%.*s", (int)strcspn(r->reason, "\n"), r->reason);
	}
}

static void on_result(void *context, check_result *r)
{
	check_summary *s = context;
	const contestants *among = &s->session->contestants;
	size_t k = 0;
	while (k < among->count && strcmp(among->variant[k].info.name, r->variant) != 0)
		k++;
	if (k == among->count)
		return;
	summary_committed(s, r);
	show(s, r);
	session_put(s->session, RECORD_CHECK, r);
	count(&s->variant[k], r);
	summary_take_digest(s, r);
}

static void on_facts(void *context, case_facts *facts)
{
	check_summary *s = context;
	s->cases++;
	s->unfit_rows += facts->unfit_rows;
	s->unfit_cases += facts->unfit_rows > 0;
	s->torch_worst = fmax(s->torch_worst, facts->torch_used);
}

/* A golden that the reference contradicts. */
static void on_refused(void *context, size_t case_index, const char *why)
{
	check_summary *s = context;
	const fixture_set *set = s->session->cases.set;
	const gm_case *c = set->cases[case_index];
	const char *given = cli_fixtures_name(cli_fixtures_path(s->session->options));
	char *path = fixture_path_of(set, c);
	refused_input one;
	refused_input_init(&one);
	one.what = REFUSED_FIXTURE;
	snprintf(one.case_id, sizeof one.case_id, "%s", c->id);
	s->no_memory |= !record_set(&one.path, path ? path : given) || !record_set(&one.reason, why);
	term_progress_end(&s->progress);
	cli_fail(CLI_REFUSED, "%s: %s: %s", path ? path : given, c->id, why);
	session_put(s->session, RECORD_REFUSED, &one);
	refused_input_free(&one);
	free(path);
}

static void on_step(void *context, size_t done) { term_progress_step(&((check_summary *)context)->progress, done); }

/* ---- what they amount to ---- */

run_counts summary_counts(const check_summary *s)
{
	run_counts n;
	run_counts_init(&n);
	n.pass = n.fail = n.xfail = n.unsupported = n.skipped = 0;
	for (const tally *t = s->variant; t < s->variant + s->session->contestants.count; t++) {
		n.pass += t->count[STATUS_PASS];
		n.fail += t->count[STATUS_FAIL];
		n.xfail += t->count[STATUS_XFAIL];
		n.unsupported += t->count[STATUS_UNSUPPORTED];
		n.skipped += t->count[STATUS_SKIPPED];
	}
	n.cases = s->cases;
	return n;
}

/* Why the first result that is unfit is so. */
static const char *why_unfit(const check_summary *s)
{
	static char text[300];
	const evidence *e = &s->session->found;
	const check_result *r = e->check;
	while (r < e->check + e->check_count && r->code != CODE_UNFIT)
		r++;
	if (r == e->check + e->check_count)
		return "nothing was judged: every row is unfit";
	snprintf(text, sizeof text, "nothing was judged: in %s %s", r->case_id, r->reason);
	return text;
}

static int exit_of(const check_summary *s)
{
	const contestants *r = &s->session->contestants;
	const run_counts n = summary_counts(s);
	return contestants_exit(r, n.fail > 0, n.pass + n.fail > 0,
	                        n.unsupported > 0 ? "nothing ran: no variant supports any of these cases"
	                        : n.skipped == 0  ? "nothing ran"
	                        : contestants_able(r->variant, r->count) ? why_unfit(s)
	                                                                 : NULL);
}

/* ---- the step ---- */

int conform_junit(const session *s, const char *path)
{
	gm_status status = GM_OK;
	gm_error error = {.status = GM_OK};
#ifdef GM_BUNDLE // has no --junit
	(void)path, (void)s;
#else
	if (s->found.end_count > 0 || !output_is_direct(path)) // what is no file holds the last one only
		status = junit_write(path, &s->found, &error);
#endif
	return cli_status(status, CLI_NO_WRITE, &error);
}

int conform_run(const check_plan *plan)
{
	gm_error error;
	gm_status status = check_run(plan, &error);
	return cli_status(status, status == GM_BAD_FIXTURE ? CLI_REFUSED : CLI_INTERNAL, &error);
}

static int run_engine(check_summary *s)
{
	const contestants *r = &s->session->contestants;
	const check_plan plan = {.set = s->session->cases.set,
	                         .chosen = s->session->cases.chosen,
	                         .variant = r->variant,
	                         .variant_count = r->count,
	                         .passes = s->session->passes,
	                         .accuracy_class = s->session->accuracy_class,
	                         .executor = &r->executor,
	                         .no_fork = s->session->options->no_fork,
	                         .timeout = s->session->options->timeout.seconds,
	                         .stop = &session_stop,
	                         .emit = on_result,
	                         .facts = on_facts,
	                         .step = on_step,
	                         .refuse = on_refused,
	                         .context = s};
	term_progress_begin(&s->progress, "check", s->session->cases.count, s->session->options->quiet);
	int code = conform_run(&plan);
	term_progress_end(&s->progress);
	return code == CLI_OK && s->no_memory ? cli_fail(CLI_INTERNAL, "no memory") : code;
}

int conform(session *s, check_summary *summary)
{
	double started = clock_now();
	int code = summary_open(summary, s);
	if (code == CLI_OK)
		code = session_try_worker(s);
	if (code == CLI_OK)
		code = summary_digests_open(summary);
	if (code != CLI_OK)
		return code;
	const int any = s->contestants.count > 0 && s->cases.count > 0; // else all of them were refused
	code = any ? run_engine(summary) : CLI_OK;
	code = cli_worse(code, summary_print_failures(summary));
	summary->seconds = clock_now() - started;
	if (code == CLI_OK && session_stop == 0)
		code = cli_worse(any ? exit_of(summary) : CLI_OK, require_met(summary));
	else if (code == CLI_OK && summary_counts(summary).fail > 0)
		code = CLI_WRONG;
	return cli_worse(code, summary_digests_close(summary));
}

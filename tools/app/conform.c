/* SPDX-License-Identifier: MIT */
/* conform.c - runs the engine of check; each result goes to the result file, the summary and, if it failed,
 * the terminal. */
#include "conform.h"

#include <string.h>

#include "about.h"
#include "report/report.h"
#include "require.h"
#include "terminal.h"
#include "worker/worker.h"
#include "base/clock.h"

typedef struct flow {
	session *s;
	check_summary *summary;
	term_progress progress;
} flow;

static void on_result(void *context, check_result *result)
{
	flow *f = context;
	summary_committed(f->summary, result);
	if (result->status == STATUS_FAIL || f->s->options->verbose)
		term_progress_end(&f->progress); // the line must not stand in the way of the text
	summary_show(f->summary, f->s->text, result);
	session_put(f->s, RECORD_CHECK, result);
	summary_take(f->summary, result);
}

static void on_facts(void *context, case_facts *facts) { summary_facts(((flow *)context)->summary, facts); }

static void on_step(void *context, size_t done, size_t total)
{
	flow *f = context;
	(void)total;
	term_progress_step(&f->progress, done);
}

static int run_engine(flow *f, const check_plan *plan)
{
	gm_error error = {.status = GM_OK};
	gm_status status = check_run(plan, &error);
	term_progress_end(&f->progress);
	if (status == GM_OK)
		return f->summary->no_memory ? cli_fail(CLI_INTERNAL, "no memory") : CLI_OK;
	return cli_fail(status == GM_BAD_FIXTURE ? CLI_REFUSED : CLI_INTERNAL, "%s", error.message);
}

/* One worker, started and stopped: better one sentence now than a failure for every case. */
static int try_worker(const contestants *r, const cli_options *options)
{
	gm_error error = {.status = GM_OK};
	worker *w = NULL;
	worker_launch launch = {.in_place = options->no_fork,
	                        .program = !r->executor ? NULL : r->executor->program,
	                        .executor = !r->executor ? NULL : r->executor->words};
	gm_status status = worker_start(&launch, &w, &error);
	worker_stop(w);
	return status == GM_OK ? CLI_OK : cli_fail(status == GM_IO ? CLI_NOTHING : CLI_INTERNAL, "%s", error.message);
}

static int write_junit(const char *path, const check_summary *s)
{
	gm_status status = GM_OK;
	gm_error error = {.status = GM_OK};
#ifdef GM_BUNDLE // has no --junit
	(void)path, (void)s;
#else
	run_begin run;
	if (!about_run(s->options, s->fixtures_version, &run))
		status = gm_fail(&error, GM_NO_MEMORY, "no memory for %s", path);
	else
		status = junit_write(
			path, &(evidence){.check = s->results, .check_count = s->results_count, .run = &run, .run_count = 1},
			&error);
	run_begin_free(&run);
#endif
	return status == GM_OK ? CLI_OK : cli_fail(CLI_NO_WRITE, "%s", error.message);
}

int conform(session *s, const contestants *r, const case_list *cases, unsigned passes, int accuracy_class,
            const char *junit, check_summary *summary)
{
	flow f = {.s = s, .summary = summary};
	double started = clock_now();
	check_plan plan = {.set = cases->set,
	                   .chosen = cases->chosen,
	                   .variant = r->variant,
	                   .variant_count = r->count,
	                   .passes = passes,
	                   .accuracy_class = accuracy_class,
	                   .executor = r->executor,
	                   .no_fork = s->options->no_fork,
	                   .stop = &session_stop,
	                   .emit = on_result,
	                   .facts = on_facts,
	                   .step = on_step,
	                   .context = &f};
	int code = summary_open(summary, r, s->options);
	if (code == CLI_OK)
		code = try_worker(r, s->options);
	if (code == CLI_OK)
		code = summary_digests_open(summary, cases->set->version);
	if (code != CLI_OK)
		return code;
	term_progress_begin(&f.progress, "check", cases->count, s->options->quiet);
	code = run_engine(&f, &plan);
	summary->seconds = clock_now() - started;
	summary_bits(summary, s);
	if (code == CLI_OK && session_stop == 0)
		code = cli_worse(summary_exit(summary), require_met(summary));
	else if (code == CLI_OK && summary_total(summary, STATUS_FAIL) > 0)
		code = CLI_WRONG;
	code = cli_worse(code, summary_digests_close(summary));
	return junit ? cli_worse(code, write_junit(junit, summary)) : code;
}

/* SPDX-License-Identifier: MIT */
/* conform.c - lets the engine of check run and passes its records on: to the file, the summary, the eye. */
#include "conform.h"

#include <string.h>

#include "junit.h"
#include "require.h"
#include "terminal.h"
#include "worker.h"

typedef struct flow {
	session *s;
	check_summary *summary;
	term_progress progress;
} flow;

static void on_record(void *context, json_t *record)
{
	flow *f = context;
	summary_committed(f->summary, record);
	summary_take(f->summary, record);
	if (strcmp(results_text(record, "kind"), "check") != 0)
		return;
	if (strcmp(results_text(record, "status"), "fail") == 0 || f->s->options->verbose)
		term_progress_end(&f->progress); // the line must not stand in the way of the text
	summary_show(f->summary, f->s->text, record);
	session_put_json(f->s, json_incref(record));
}

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
		return CLI_OK;
	return cli_fail(status == GM_BAD_FIXTURE ? CLI_REFUSED : CLI_INTERNAL, "%s", error.message);
}

/* One worker, started and stopped: better one sentence now than a failure for every case. */
static int try_worker(const roster *r, const cli_options *options)
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

static int begin(session *s, const roster *r, const case_list *cases, check_summary *summary)
{
	int code = summary_open(summary, r, s->options);
	if (code == CLI_OK)
		code = try_worker(r, s->options);
	return code == CLI_OK ? summary_digests_open(summary, cases->set->version) : code;
}

int conform(session *s, const roster *r, const case_list *cases, unsigned passes, int accuracy_class, const char *junit,
            check_summary *summary)
{
	gm_error error = {.status = GM_OK};
	flow f = {.s = s, .summary = summary};
	double started = term_seconds();
	check_plan plan = {.set = cases->set,
	                   .chosen = cases->chosen,
	                   .variant = r->variant,
	                   .variant_count = r->count,
	                   .passes = passes,
	                   .accuracy_class = accuracy_class,
	                   .executor = r->executor,
	                   .no_fork = s->options->no_fork,
	                   .stop = &session_stop,
	                   .emit = on_record,
	                   .step = on_step,
	                   .context = &f};
	int code = begin(s, r, cases, summary);
	if (code != CLI_OK)
		return code;
	term_progress_begin(&f.progress, "check", cases->count, s->options->quiet);
	code = run_engine(&f, &plan);
	summary->seconds = term_seconds() - started;
	summary_bits(summary, s);
	if (code == CLI_OK && session_stop == 0)
		code = cli_worse(summary_exit(summary), require_met(summary));
	else if (code == CLI_OK && summary_total(summary, TALLY_FAIL) > 0)
		code = CLI_WRONG;
	code = cli_worse(code, summary_digests_close(summary));
#ifdef GM_BUNDLE // has no --junit
	(void)junit;
	(void)error;
#else
	if (junit && junit_write(junit, summary, cases->set->version, &error) != GM_OK)
		code = cli_worse(code, cli_fail(CLI_NO_WRITE, "%s", error.message));
#endif
	return code;
}

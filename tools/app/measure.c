/* SPDX-License-Identifier: MIT */
/* measure.c - runs the race; each result goes to the result file and the table of the terminal. */
#include "measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench_judge.h"
#include "worker/emulation.h"
#include "terminal.h"
#include "base/clock.h"

typedef struct flow {
	session *s;
	measure_table *table;
	double started, last;
	size_t wrong; /* rejected or failed */
} flow;

int measure_allowed(void)
{
	char how[EMULATION_TEXT];
	if (!emulation_detect(how))
		return CLI_OK;
	return cli_fail(CLI_NOTHING, "times from an emulator are never taken: %s", how);
}

int measure_shapes(const cli_options *options, shape_list *list, const char **name)
{
	gm_error error = {.status = GM_OK};
	const char *names[32];
	size_t count = 0;
	if (options->problem.count > 0 && options->shapes)
		return cli_usage(options, "--shapes and --problem exclude each other");
	char *given = cli_joined(&options->problem);
	if (!given)
		return cli_fail(CLI_INTERNAL, "no memory");
	for (char *comma = given; (comma = strchr(comma, ',')) != NULL;)
		*comma = '\n'; // a list has a problem a line
	*name = given[0] ? "given" : options->shapes ? options->shapes : options->quick ? "quick" : "full";
	gm_status status = given[0] ? shapes_parse("--problem", given, list, &error) : shapes_load(*name, list, &error);
	free(given);
	if (status == GM_OK)
		return CLI_OK;
	for (; count < shapes_builtin_count() && count < 32; count++)
		names[count] = shapes_builtin_name(count);
	if (status == GM_IO && options->shapes && !strpbrk(options->shapes, "/."))
		return cli_unknown("list or file", options->shapes, names, count);
	return cli_fail(status == GM_IO ? CLI_REFUSED : cli_exit_of(status), "%s", error.message);
}

/* ---- results ---- */

static void on_results(void *context, const bench_result *results, size_t count)
{
	flow *f = context;
	for (size_t k = 0; k < count; k++) {
		bench_result r = results[k];
		if (r.status == RACE_FAILED && session_signal != 0) { // Ctrl-C may have reached the worker itself
			r.status = RACE_SKIPPED;
			r.code = CODE_INTERRUPTED;
			snprintf(r.reason, sizeof r.reason, "interrupted");
		}
		f->wrong += r.status == RACE_REJECTED || r.status == RACE_FAILED;
		session_put(f->s, RECORD_BENCH, &r);
		r.plugin = NULL;
		r.blocks_ns = NULL; // goes now
		f->table->result[r.place * count + k] = r;
	}
}

static void on_progress(void *context, const char *text, double done)
{
	flow *f = context;
	if (!f->s->options->quiet)
		term_status(text, done, f->started, &f->last);
}

/* ---- the race ---- */

static int table_open(measure_table *t, size_t problems, const contestant *const *racing, size_t count, int every)
{
	*t = (measure_table){.result = calloc(problems * count + 1, sizeof *t->result),
	                     .problems = problems,
	                     .contestants = count,
	                     .own = calloc(count + 1, 1),
	                     .every = every};
	for (size_t k = 0; t->own && k < count; k++)
		t->own[k] = racing[k]->plugin != NULL;
	return t->result && t->own;
}

/* Bit oracles race only if named literally; what is so named twice races against itself.  NULL without memory. */
static const contestant **racing_of(const contestants *r, size_t *count)
{
	size_t most = 1;
	for (size_t k = 0; k < r->count; k++)
		most += r->variant[k].literal > 1 ? (size_t)r->variant[k].literal : 1;
	const contestant **racing = calloc(most, sizeof *racing);
	for (size_t k = 0; racing && k < r->count; k++) {
		const contestant *v = &r->variant[k];
		int times = v->literal > 0 ? v->literal : strcmp(v->info.strategy, "oracle") != 0;
		for (; times > 0; times--)
			racing[(*count)++] = v;
	}
	return racing;
}

static int exit_of(const contestants *r, const measured *m, const flow *f)
{
	const contestant *unable = contestants_unable(r);
	const race_summary *sum = &m->summary;
	int code = f->wrong > 0 ? CLI_WRONG : CLI_OK;
	if (unable)
		return cli_worse(code, cli_fail(CLI_NOTHING, "cannot run: %s", unable->why));
	if (sum->timed > 0 || f->wrong > 0 || session_stop != 0)
		return code;
	for (size_t k = 0; k < r->count; k++)
		if (r->variant[k].runnable)
			return cli_fail(CLI_NOTHING, "nothing was timed");
	return CLI_SKIPPED;
}

int measure(session *s, const contestants *r, const shape_list *list, const char *name, int quick, measured *m)
{
	gm_error error = {.status = GM_OK};
	size_t count = 0;
	const contestant **racing = racing_of(r, &count);
	bench_judge judge = {.no_fork = s->options->no_fork, .seed = s->options->seed};
	flow f = {.s = s, .table = &m->table, .started = clock_now()};
	*m = (measured){.shapes = name, .threads = 1};
	if (!racing || !table_open(&m->table, list->count, racing, count, s->options->verbose)) {
		free(racing);
		return cli_fail(CLI_INTERNAL, "no memory");
	}
	race_options options = {.specs = list->specs,
	                        .spec_count = list->count,
	                        .contestants = racing,
	                        .contestant_count = count,
	                        .judge = bench_judge_one,
	                        .judge_context = &judge,
	                        .report = on_results,
	                        .report_context = &f,
	                        .progress = on_progress,
	                        .progress_context = &f,
	                        .quick = quick,
	                        .seed = s->options->seed,
	                        .in_place = s->options->no_fork,
	                        .flags = s->options->benchmark.text,
	                        .flag_count = s->options->benchmark.count,
	                        .stop = &session_stop};
	gm_status status = count > 0 ? race_run(&options, &m->summary, &error) : GM_OK;
	if (!s->options->quiet)
		term_clear();
	free(racing);
	if (count == 0)
		return cli_fail(CLI_NOTHING, "nothing to time: bit oracles race only if named");
	if (status != GM_OK)
		return cli_fail(cli_exit_of(status), "%s", error.message);
	return exit_of(r, m, &f);
}

run_counts measure_counts(const measured *m)
{
	const race_summary *s = &m->summary;
	run_counts counts;
	run_counts_init(&counts);
	counts.problems = s->problems;
	counts.timed = s->timed;
	counts.rejected = s->rejected;
	counts.unsupported = s->unsupported;
	counts.skipped = s->skipped;
	counts.failed = s->failed;
	counts.blocks = s->blocks;
	counts.tainted = s->tainted;
	return counts;
}

void measure_free(measured *m)
{
	free(m->table.result);
	free(m->table.own);
	*m = (measured){0};
}

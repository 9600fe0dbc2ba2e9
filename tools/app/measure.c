/* SPDX-License-Identifier: MIT */
/* measure.c - runs the race; each result goes to the result file and the table of the terminal. */
#include "measure.h"

#include <stdlib.h>
#include <string.h>

#include "bench_judge.h"
#include "worker/emulation.h"

int measure_allowed(void)
{
	char how[EMULATION_TEXT];
	if (!emulation_detect(how))
		return CLI_OK;
	return cli_fail(CLI_NOTHING, "times from an emulator are never taken: %s", how);
}

int measure_shapes(const cli_options *options, shape_list *list, const char **name)
{
	gm_error error;
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
	for (; count < shapes_builtin_count() && count < 32; count++)
		names[count] = shapes_builtin_name(count);
	if (status == GM_IO && options->shapes && !strpbrk(options->shapes, "/."))
		return cli_unknown("list or file", options->shapes, names, count);
	return cli_status(status, status == GM_IO ? CLI_REFUSED : 0, &error);
}

/* ---- results ---- */

static void on_results(void *context, const bench_result *results, size_t count)
{
	measured *m = context;
	for (size_t k = 0; k < count; k++) {
		bench_result r = results[k];
		if (r.status == RACE_FAILED && session_signal != 0) { // Ctrl-C may have reached the worker itself
			r.status = RACE_SKIPPED;
			r.code = CODE_INTERRUPTED;
			snprintf(r.reason, sizeof r.reason, "interrupted");
		}
		session_put(m->session, RECORD_BENCH, &r);
		r.blocks_ns = NULL; // goes now
		m->table.result[r.place * count + k] = r;
	}
}

static void on_progress(void *context, const char *text, double done)
{
	term_progress_show(&((measured *)context)->progress, text, done);
}

/* ---- the race ---- */

/* Bit oracles race only if named literally; what is so named twice races against itself. */
static int starts(const contestant *v) { return v->literal > 0 ? v->literal : strcmp(v->info.strategy, "oracle") != 0; }

/* Who races, and room for what comes of it.  0 without memory. */
static int enter(const contestants *r, measured *m)
{
	size_t most = 1;
	for (size_t k = 0; k < r->count; k++)
		most += (size_t)starts(&r->variant[k]);
	m->racing = calloc(most, sizeof *m->racing);
	m->table.result = calloc(m->table.problems * most, sizeof *m->table.result);
	if (!m->racing || !m->table.result) {
		m->table.problems = 0;
		return 0;
	}
	for (const contestant *v = r->variant; v < r->variant + r->count; v++)
		for (int times = starts(v); times > 0; times--)
			m->racing[m->table.contestants++] = v;
	return 1;
}

int measure(session *s, const contestants *r, measured *m)
{
	const cli_options *o = s->options;
	gm_error error;
	*m = (measured){.session = s, .table = {.problems = s->shapes.count, .every = o->verbose}};
	term_progress_begin(&m->progress, NULL, 0, o->quiet);
	bench_judge judge = {.no_fork = o->no_fork, .seed = o->seed};
	if (!enter(r, m))
		return cli_fail(CLI_INTERNAL, "no memory");
	const race_options options = {.specs = s->shapes.specs,
	                              .spec_count = s->shapes.count,
	                              .contestants = m->racing,
	                              .contestant_count = m->table.contestants,
	                              .judge = bench_judge_one,
	                              .judge_context = &judge,
	                              .report = on_results,
	                              .report_context = m,
	                              .progress = on_progress,
	                              .progress_context = m,
	                              .quick = o->quick,
	                              .seed = o->seed,
	                              .in_place = o->no_fork,
	                              .flags = o->benchmark.text,
	                              .flag_count = o->benchmark.count,
	                              .stop = &session_stop};
	const gm_status status = m->table.contestants > 0 ? race_run(&options, &m->summary, &error) : GM_OK;
	term_progress_end(&m->progress);
	if (m->table.contestants == 0)
		return cli_fail(CLI_NOTHING, "nothing to time: bit oracles race only if named");
	if (status != GM_OK)
		return cli_status(status, 0, &error);
	const int wrong = m->summary.rejected + m->summary.failed > 0;
	return contestants_exit(r, wrong, wrong || m->summary.timed > 0 || session_stop,
	                        contestants_able(r->variant, r->count) ? "nothing was timed" : NULL);
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
	free(m->racing);
	*m = (measured){0};
}

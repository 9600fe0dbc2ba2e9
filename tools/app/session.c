/* SPDX-License-Identifier: MIT */
/* session.c - the frame of a verb that leaves records. */
#define _GNU_SOURCE
#include "session.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "about.h"
#include "conform.h"
#include "record/output.h"
#include "select.h"
#include "worker/emulation.h"
#include "base/clock.h"

volatile sig_atomic_t session_signal, session_stop;

/* The first asks to stop, another ends at once; but what comes within a fifth of a second is the first once more:
 * timeout(1) sends it to the process and to its group. */
static void on_signal(int number)
{
	static volatile double asked;
	const double now = clock_now();
	if (session_signal != 0 && now - asked > 0.2)
		_exit(CLI_SIGNAL + number);
	if (session_signal != 0)
		return;
	asked = now;
	session_signal = number;
	session_stop = 1;
}

/* The cases, which of their passes (CHECK_*), and the class that all are judged by; -1: each variant's own. */
static int load_cases(session *s)
{
	const select_from pass = {"pass", check_pass_words.word, CHECK_PASSES, NULL, 0};
	const char *given = s->options->accuracy_class;
	unsigned char chosen[CHECK_PASSES] = {0};
	size_t k = 0;
	int code = cases_load(s->options, &s->cases);
	if (code == CLI_OK)
		code = select_names(&pass, &s->options->pass, s->options->quiet, chosen);
	if (code == CLI_OK && given)
		code = cli_find("accuracy class", given, class_name_words.word, CLASS_NAMES, &k);
	s->passes = (chosen[PASS_FWD] ? CHECK_FWD : 0u) | (chosen[PASS_BWD] ? CHECK_BWD : 0u);
	s->accuracy_class = given ? (int)k : -1;
	if (code == CLI_OK && s->options->digests && s->passes != (CHECK_FWD | CHECK_BWD))
		code = cli_usage(s->options, "--digests are of both passes: leave out --pass");
	return code;
}

/* Those of --problem, else of --shapes, else "quick" with --quick, else "full". */
static int load_shapes(session *s)
{
	const cli_options *options = s->options;
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
	s->shapes_name = given[0] ? "given" : options->shapes ? options->shapes : options->quick ? "quick" : "full";
	gm_status status = given[0] ? shapes_parse("--problem", given, &s->shapes, &error)
	                            : shapes_load(s->shapes_name, &s->shapes, &error);
	free(given);
	for (; count < shapes_builtin_count() && count < 32; count++)
		names[count] = shapes_builtin_name(count);
	if (status == GM_IO && options->shapes && !strpbrk(options->shapes, "/."))
		return cli_unknown("list or file", options->shapes, names, count);
	return cli_status(status, status == GM_IO ? CLI_REFUSED : 0, &error);
}

int session_load(session *s, const cli_options *options, int what)
{
	*s = (session){.options = options, .text = stdout};
	char how[EMULATION_TEXT];
	if (what & SESSION_SHAPES && emulation_detect(how))
		return cli_fail(CLI_NOTHING, "times from an emulator are never taken: %s", how);
	int code = contestants_load(options, what & SESSION_SHAPES, &s->contestants);
	if (code == CLI_OK)
		code = require_read(options, &s->contestants);
	if (code == CLI_OK && what & SESSION_CASES)
		code = load_cases(s);
	if (code == CLI_OK && what & SESSION_SHAPES)
		code = load_shapes(s);
	return code;
}

void session_free(session *s)
{
	results_abandon(s->sink); // of a session that has begun and not ended
	for (size_t k = 0; k < s->unmet_count; k++)
		free(s->unmet[k]);
	free(s->unmet);
	evidence_free(&s->found);
	run_begin_free(&s->head);
	shapes_free(&s->shapes);
	cases_free(&s->cases);
	contestants_free(&s->contestants);
}

/* A run that writes FILE has not ended, or was killed: FILE is an older one's. */
static void tell_partial(const char *path)
{
	char *partial = NULL;
	if (asprintf(&partial, "%s.partial", path) >= 0 && access(partial, F_OK) == 0)
		fprintf(stderr, "note: %s is of a later run that was killed, or goes on\n", partial);
	free(partial);
}

int session_evidence(const cli_options *options, evidence *e)
{
	static char usual[] = "out/results.jsonl";
	const cli_list files = options->arg.count > 0 ? options->arg : (cli_list){(char *[]){usual}, 1};
	gm_error error;
	for (size_t k = 0; k < files.count && !options->quiet; k++)
		tell_partial(files.text[k]);
	return cli_status(evidence_read(e, (const char *const *)files.text, files.count, &error), 0, &error);
}

static void catch_signals(void)
{
	struct sigaction before, action = {.sa_handler = on_signal};
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) // nohup stays nohup
		sigaction(SIGHUP, &action, NULL);
}

static int open_file(session *s)
{
	const cli_options *options = s->options;
	gm_error error;
	char *path = NULL;
	if (!options->json && output_folder(options->out, &error) != GM_OK)
		return cli_fail(CLI_NO_WRITE, "%s", error.message);
	if ((options->json ? asprintf(&path, "%s", options->json) : asprintf(&path, "%s/results.jsonl", options->out)) < 0)
		return cli_fail(CLI_INTERNAL, "no memory");
	if (strcmp(path, "-") == 0)
		s->text = stderr;
	int code = cli_status(results_open(path, &s->sink, &error), CLI_NO_WRITE, &error);
	free(path);
	return code;
}

static void put_refused(session *s, const refused_input *list, size_t count)
{
	for (size_t k = 0; k < count; k++)
		session_put(s, RECORD_REFUSED, &list[k]);
}

int session_begin(session *s)
{
	s->started = clock_now();
	catch_signals();
	if (!about_run(s->options, s->cases.set ? s->cases.set->version : NULL, &s->head))
		return cli_fail(CLI_INTERNAL, "no memory");
	int code = s->options->json || s->options->out ? open_file(s) : CLI_OK;
	if (s->sink || s->options->junit)
		s->head.machine = *about_machine();
	s->head.asked = (run_asked){.cases = s->cases.set ? s->cases.count : RECORD_UNKNOWN,
	                            .variants = s->contestants.count,
	                            .problems = s->shapes.count ? s->shapes.count : RECORD_UNKNOWN};
	session_put(s, RECORD_RUN, &s->head);
	put_refused(s, s->contestants.refused, s->contestants.refused_count);
	put_refused(s, s->cases.refused, s->cases.refused_count);
	return code;
}

int session_try_worker(const session *s)
{
	gm_error error;
	worker *w = NULL;
	worker_launch launch = {.in_place = s->options->no_fork,
	                        .program = s->contestants.executor.program,
	                        .executor = s->contestants.executor.words};
	gm_status status = worker_start(&launch, &w, &error);
	worker_stop(w);
	return cli_status(status, CLI_INTERNAL, &error);
}

void session_put(session *s, record_kind kind, const void *value)
{
	results_put(s->sink, kind, value);
	if (s->lost.status == GM_OK)
		s->lost.status = evidence_add(&s->found, kind, value, &s->lost);
	if (results_broken(s->sink))
		session_stop = 1;
}

static run_end end_of(const session *s, int code, const run_counts *counts)
{
	run_end end = {.exit_code = code,
	               .seconds = clock_now() - s->started,
	               .judging_s = s->judging_s,
	               .timed_judging_s = s->timed_judging_s,
	               .timed_s = s->timed_s,
	               .interrupted = session_signal != 0,
	               .unmet = s->unmet,
	               .unmet_count = s->unmet_count,
	               .counts = *counts};
	memcpy(end.run, s->head.run, sizeof end.run);
	return end;
}

verdict session_verdict(const session *s, int code, const run_counts *counts, int what)
{
	run_begin head = s->head;
	run_end end = end_of(s, code, counts);
	evidence now = s->found;
	now.run = &head;
	now.end = &end;
	now.run_count = now.end_count = 1;
	if (!(what & SESSION_SHAPES)) {
		now.bench_count = 0;
		head.asked.problems = RECORD_UNKNOWN;
	}
	return verdict_of(&now, head.machine.fingerprint);
}

int session_end(session *s, int code, run_counts counts)
{
	gm_error error;
	int broken_pipe;
	if (session_signal != 0)
		code = CLI_SIGNAL + session_signal;
	const verdict v = session_verdict(s, code, &counts, SESSION_CASES | SESSION_SHAPES);
	if (v.refused > 0)
		code = cli_worse(code, CLI_REFUSED);
	if (v.cut > 0 || (v.word == VERDICT_PARTIAL && code == CLI_OK))
		code = cli_worse(code, CLI_NOISY);
	const run_end end = end_of(s, code, &counts);
	session_put(s, RECORD_END_OF_RUN, &end);
	if (s->lost.status == GM_OK)
		s->lost.status = evidence_merge(&s->found, &s->lost);
	if (s->lost.status != GM_OK)
		code = cli_worse(code, cli_fail(CLI_INTERNAL, "%s", s->lost.message));
	if (results_close(s->sink, &broken_pipe, &error) != GM_OK) {
		if (!broken_pipe)
			cli_fail(CLI_NO_WRITE, "%s", error.message);
		code = cli_worse(code, CLI_NO_WRITE);
	}
	s->sink = NULL;
	return code;
}

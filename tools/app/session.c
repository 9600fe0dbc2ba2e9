/* SPDX-License-Identifier: MIT */
/* session.c - the frame of a verb that leaves records. */
#include "session.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "about.h"
#include "record/output.h"
#include "terminal.h"
#include "base/clock.h"

volatile sig_atomic_t session_signal, session_stop;

static void on_signal(int number)
{
	if (session_signal != 0)
		_exit(CLI_SIGNAL + number);
	session_signal = number;
	session_stop = 1;
}

int session_path(const cli_options *options, char **path)
{
	gm_error error;
	*path = NULL;
	if (options->json) {
		*path = strdup(options->json);
		return !*path ? cli_fail(CLI_INTERNAL, "no memory") : CLI_OK;
	}
	if (!options->out)
		return CLI_OK;
	if (output_folder(options->out, &error) != GM_OK)
		return cli_fail(CLI_NO_WRITE, "%s", error.message);
	size_t length = strlen(options->out) + sizeof "/results.jsonl";
	*path = malloc(length);
	if (!*path)
		return cli_fail(CLI_INTERNAL, "no memory");
	snprintf(*path, length, "%s/results.jsonl", options->out);
	return CLI_OK;
}

int session_evidence(const cli_options *options, evidence *e)
{
	static const char *const usual[] = {"out/results.jsonl"};
	gm_error error = {.status = GM_OK};
	const size_t count = options->arg.count;
	gm_status status = evidence_read(e, count ? (const char *const *)options->arg.text : usual, count ? count : 1,
	                                 &error);
	return status == GM_OK ? CLI_OK : cli_fail(cli_exit_of(status), "%s", error.message);
}

int session_begin(session *s, const cli_options *options, const char *path, const char *fixtures_version,
                  evidence *kept)
{
	gm_error error;
	*s = (session){.options = options, .kept = kept, .text = stdout, .started = clock_now()};
	struct sigaction before, action = {.sa_handler = on_signal};
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) // nohup stays nohup
		sigaction(SIGHUP, &action, NULL);
	if (!path)
		return CLI_OK;
	if (strcmp(path, "-") == 0)
		s->text = stderr;
	if (results_open(path, &s->sink, &error) != GM_OK)
		return cli_fail(CLI_NO_WRITE, "%s", error.message);
	run_begin head;
	int good = about_run(options, fixtures_version, &head);
	session_put(s, RECORD_RUN, &head);
	run_begin_free(&head);
	return good ? CLI_OK : cli_fail(CLI_INTERNAL, "no memory");
}

void session_put(session *s, record_kind kind, const void *value)
{
	results_put(s->sink, kind, value);
	if (s->kept && s->lost.status == GM_OK)
		s->lost.status = evidence_add(s->kept, kind, value, &s->lost);
	if (results_broken(s->sink))
		session_stop = 1;
}

int session_end(session *s, int code, const run_counts *counts)
{
	gm_error error;
	int broken_pipe;
	if (session_signal != 0)
		code = CLI_SIGNAL + session_signal;
	run_end end = {
		.exit_code = code, .seconds = clock_now() - s->started, .interrupted = session_signal != 0, .counts = *counts};
	session_put(s, RECORD_END_OF_RUN, &end);
	if (results_close(s->sink, &broken_pipe, &error) != GM_OK) {
		if (!broken_pipe)
			cli_fail(CLI_NO_WRITE, "%s", error.message);
		code = cli_worse(code, CLI_NO_WRITE);
	}
	s->sink = NULL;
	return code;
}

/* SPDX-License-Identifier: MIT */
/* serve.h - the child's side: answers one message after another.  Nothing here knows whether it runs in a child or in
 * place.  serve.c: messages; serve_plan.c: plan and arena; serve_run.c: running and timing. */
#ifndef WORKER_SERVE_H
#define WORKER_SERVE_H

#include "arena.h"
#include "environment.h"
#include "gatemark/plugin.h"

typedef struct server {
	control *control;                 /* phase and crash record, seen by the host */
	environment environment;          /* as it was when the message came */
	const gm_variant *const *foreign; /* of a plug-in; NULL: the built-in table */
	size_t variants;

	const gm_variant *variant; /* of the plan; NULL = nothing planned */
	gm_spec spec;
	gm_plan_opts opts;
	int *cpus;
	arena arena;
	gm_binding *binding;
	gm_plan *plan;
	int weights_set;
} server;

void server_init(server *s, control *page_of_control);
void server_end(server *s); /* destroys the plan */
/* main() of a worker process; the exit status. */
int worker_main(int argc, char **argv);
/* Answers m in place.  1 = go on, 0 = it was MESSAGE_STOP. */
int server_answer(server *s, message *m);

static inline const gm_variant *server_variant(const server *s, size_t index)
{
	return s->foreign ? s->foreign[index] : gm_variant_at(index);
}
static inline void server_phase(server *s, enum phase phase) { s->control->phase = phase; }

/* Judges the return of a variant's function called in the present phase: its own status with a sentence, GM_MISMATCH
 * for a status that it may not return or a changed FP mode. */
GM_CHECKED gm_status server_called(server *s, gm_status status, gm_error *error);

/* One handler a message kind; each may replace the payload, and returns what goes into head.status. */
typedef gm_status serve_handler(server *s, message *m, gm_error *error);
serve_handler serve_plan, serve_arena, serve_unplan, serve_run, serve_time;

/* Loads a foreign shared object, only from an explicit path; all that it hands out is checked against the rules of
 * gatemark/plugin.h before anybody calls it.  GM_BAD_PLUGIN with the reason.  The library stays loaded for the life of
 * the process: leak checkers and thread-local destructors of the library need it. */
GM_CHECKED gm_status plugin_load(const char *path, const gm_plugin **plugin, gm_error *error);

#endif

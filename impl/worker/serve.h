/* SPDX-License-Identifier: MIT */
/* serve.h - the child's side: answers one message after another.  Nothing here knows whether it runs in a child or in
 * place.  serve.c: messages; serve_plan.c: plan and arena; serve_run.c: running; serve_time.c: timing. */
#ifndef WORKER_SERVE_H
#define WORKER_SERVE_H

#include "arena.h"
#include "base/calling.h"
#include "environment.h"
#include "gatemark/variant.h"
#include "pass.h"

typedef struct question question;

typedef struct server {
	char sandbox[SANDBOX_TEXT];
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
	void **given;       /* [row] addresses in the arena; NULL: absent */
	int weights_set;    /* as given */
	question *question; /* [questions] what timed calls in a row are asked; kept from one message to the next */
	unsigned char *question_memory;
	size_t questions;
	uint32_t question_pass;
	int question_vary;
	uint64_t observable; /* of calling.h */
	uint64_t arena_map;  /* arena_mapping of the plan; 0 = unknown */
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

/* The arguments of all calls on these tensors, by row. */
GM_CHECKED gm_status server_bind(server *s, void *const *data, gm_binding **binding, gm_error *error);
void server_drop_questions(server *s);

/* The steps of the plan, in order, without a look at what they leave behind. */
static inline gm_status server_steps(server *s, const gm_binding *b, unsigned steps, gm_error *error)
{
	if (steps & STEP_SET) {
		server_phase(s, PHASE_SET_WEIGHTS);
		GM_TRY(s->variant->set_weights(s->plan, &b->weights, error));
	}
	if (steps & STEP_FORWARD) {
		server_phase(s, PHASE_FORWARD);
		GM_TRY(s->variant->forward(s->plan, &b->fwd, error));
	}
	if (steps & STEP_BACKWARD) {
		server_phase(s, PHASE_BACKWARD);
		GM_TRY(s->variant->backward(s->plan, &b->bwd, error));
	}
	__asm__ __volatile__("" : : "r"(s->arena.base) : "memory");
	return GM_OK;
}

/* The same one at a time; what each must leave alone is checked after it. */
GM_CHECKED gm_status server_check_steps(server *s, const gm_binding *b, unsigned steps, gm_error *error);
/* Asks for the weights that the plan really multiplies, if the variant rounds them. */
GM_CHECKED gm_status server_effective(server *s, gm_error *error);
/* GM_OK if this pass can run on the plan. */
GM_CHECKED gm_status server_check_pass(const server *s, uint32_t pass, gm_error *error);

/* One handler a message kind; each may replace the payload, and returns what goes into head.status. */
typedef gm_status serve_handler(server *s, message *m, gm_error *error);
serve_handler serve_plan, serve_arena, serve_unplan, serve_run, serve_time;

/* Loads a foreign shared object, only from an explicit path; all that it hands out is checked against the rules of
 * gatemark/variant.h before anybody calls it.  GM_BAD_PLUGIN with the reason.  The library stays loaded for the life of
 * the process: leak checkers and thread-local destructors of the library need it. */
GM_CHECKED gm_status plugin_load(const char *path, const gm_plugin **plugin, gm_error *error);

#endif

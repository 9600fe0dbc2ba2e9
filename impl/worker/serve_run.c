/* SPDX-License-Identifier: MIT */
/* serve_run.c - one judged run: what its pass calls before a measurement and inside it, one after another. */
#include "serve.h"

#include <stdlib.h>
#include <string.h>

#include "base/cells.h"

typedef void function(void);

/* One step by the trampoline, which sees what the function changes. */
static gm_status probe(server *s, const gm_binding *b, unsigned step, calling_report *seen, gm_error *error)
{
	const gm_variant *v = s->variant;
	uintptr_t plan = (uintptr_t)s->plan;

	server_phase(s, step == STEP_SET ? PHASE_SET_WEIGHTS : step == STEP_FORWARD ? PHASE_FORWARD : PHASE_BACKWARD);
	if (step == STEP_SET)
		calling_probe(seen, (function *)v->set_weights, plan, (uintptr_t)&b->weights, (uintptr_t)error, 0);
	else if (step == STEP_FORWARD)
		calling_probe(seen, (function *)v->forward, plan, (uintptr_t)&b->fwd, (uintptr_t)error, 0);
	else
		calling_probe(seen, (function *)v->backward, plan, (uintptr_t)&b->bwd, (uintptr_t)error, 0);
	return (gm_status)(uint32_t)seen->result;
}

/* What the ABI has a function preserve; what good manners ask for is a note. */
static gm_status check_calling(server *s, const calling_report *seen, const char *who, gm_error *error)
{
	uint64_t changed = calling_changed(seen, s->observable);

	for (int i = 0; calling_slots[i].name; i++)
		if ((changed >> i & 1) && calling_slots[i].rule == CALLING_ABI)
			return gm_fail(error, GM_MISMATCH, "%s changed %s", who, calling_slots[i].name);
		else if ((changed >> i & 1) && calling_slots[i].rule == CALLING_MANNERS)
			s->control->upper_halves = 1;
	return GM_OK;
}

gm_status server_check_steps(server *s, const gm_binding *b, unsigned steps, gm_error *error)
{
	calling_report seen;

	for (unsigned step = STEP_SET; step <= STEP_BACKWARD; step *= 2) {
		if (!(steps & step))
			continue;
		gm_status status = probe(s, b, step, &seen, error);
		const char *who = phase_name(s->control->phase);

		GM_TRY(server_called(s, status, error));
		GM_TRY(check_calling(s, &seen, who, error));
		GM_TRY(environment_check_call(&s->environment, who, error));
		if (s->arena_map && arena_mapping(&s->arena) != s->arena_map)
			return gm_fail(error, GM_MISMATCH, "%s changed the protection of the arena", who);
	}
	return GM_OK;
}

gm_status server_check_pass(const server *s, uint32_t pass, gm_error *error)
{
	if (!s->plan)
		return gm_fail(error, GM_BAD_ARGUMENT, "nothing is planned");
	if (pass >= GM_PASSES || !pass_steps[pass].timed)
		return gm_fail(error, GM_BAD_ARGUMENT, "there is no pass %u to run", (unsigned)pass);
	if (!gm_pass_backward((gm_pass)pass))
		return GM_OK;
	if (!s->variant->backward)
		return gm_fail(error, GM_UNSUPPORTED, "%s has no backward", s->variant->name);
	if (s->opts.mode == GM_MODE_INFER)
		return gm_fail(error, GM_BAD_ARGUMENT, "%s needs a plan in train mode", gm_pass_name((gm_pass)pass));
	return GM_OK;
}

gm_status server_effective(server *s, gm_error *error)
{
	static const gm_kind kind[3] = {GM_WEIGHT_IH, GM_WEIGHT_HH, GM_WEIGHT_HR};
	size_t directions = gm_directions(&s->spec.problem), count = s->spec.problem.num_layers * directions;

	if (!s->variant->effective_weights)
		return GM_OK;
	float **e = calloc(3 * count, sizeof *e);
	if (!e)
		return gm_fail(error, GM_NO_MEMORY, "no memory for a plan's tables");
	for (size_t i = 0; i < 3 * count; i++) {
		size_t row = gm_tensors_index(s->arena.tensors, kind[i / count], i % count / directions, i % directions);

		if (row != GM_NO_TENSOR)
			e[i] = arena_data(&s->arena, s->arena.tensors->count + SLOT_EXTRA + row);
	}
	gm_weights_out out = {
		.struct_size = sizeof out, .count = count, .weight_ih = e, .weight_hh = e + count, .weight_hr = e + 2 * count};
	server_phase(s, PHASE_EFFECTIVE);
	gm_status status = s->variant->effective_weights(s->plan, &out, error);
	free(e);
	return server_called(s, status, error);
}

static void poison(server *s, uint32_t word)
{
	const arena *a = &s->arena;

	for (size_t i = 0; i < a->slots; i++)
		if (a->slot[i].access == SLOT_WRITE && i != a->tensors->count + SLOT_PLAN &&
		    i != a->tensors->count + SLOT_SAMPLES)
			arena_fill(a->base, &a->slot[i], word);
}

/* The tensors from kind first to last, and scratch; all else stays as it is. */
static void poison_some(server *s, gm_kind first, gm_kind last, uint32_t word)
{
	const arena *a = &s->arena;

	for (size_t i = 0; i < a->tensors->count; i++)
		if (a->slot[i].access == SLOT_WRITE && a->tensors->row[i].kind >= first && a->tensors->row[i].kind <= last)
			arena_fill(a->base, &a->slot[i], word);
	if (a->slot[a->tensors->count + SLOT_SCRATCH].access == SLOT_WRITE)
		arena_fill(a->base, &a->slot[a->tensors->count + SLOT_SCRATCH], word);
}

/* The state's gradient goes from the later window to the earlier in a buffer of its own: h, then c. */
static gm_status two_windows(server *s, gm_backward_args *b, gm_error *error)
{
	const gm_backward_args given = *b;
	const gm_problem *p = &s->spec.problem;
	const size_t rows = p->num_layers * s->spec.N;
	float *state = calloc(rows * (gm_state_size(p) + p->hidden_size), sizeof *state);

	if (!state)
		return gm_fail(error, GM_NO_MEMORY, "no memory for a state's gradient");
	b->t_begin = s->spec.T / 2;
	b->grad_h_0 = state;
	b->grad_c_0 = cell_of(p)->traits & CELL_HAS_C ? state + rows * gm_state_size(p) : NULL;
	gm_status status = server_check_steps(s, s->binding, STEP_BACKWARD, error);
	b->flags = GM_ACCUMULATE;
	b->t_end = b->t_begin;
	b->t_begin = 0;
	b->grad_h_n = b->grad_h_0;
	b->grad_c_n = b->grad_c_0;
	b->grad_h_0 = given.grad_h_0;
	b->grad_c_0 = given.grad_c_0;
	if (status == GM_OK)
		status = server_check_steps(s, s->binding, STEP_BACKWARD, error);
	free(state);
	return status;
}

static gm_status backward_again(server *s, const wire_run *w, gm_error *error)
{
	gm_backward_args *b = &s->binding->bwd, given = *b;
	gm_status status;

	poison_some(s, GM_GRAD_INPUT, GM_GRAD_C_0, w->poison);
	b->flags = w->form == WORKER_ACCUMULATE ? GM_ACCUMULATE : GM_OVERWRITE;
	if (w->form == WORKER_NO_WEIGHTS)
		b->grad_weights = NULL;
	if (w->form == WORKER_WINDOWS && s->spec.T > 1)
		status = two_windows(s, b, error);
	else
		status = server_check_steps(s, s->binding, STEP_BACKWARD, error);
	*b = given;
	return status;
}

/* The weights times sign, in memory of their own. */
static unsigned char *weights_elsewhere(const server *s, float sign, void **data, size_t *bytes)
{
	const gm_tensors *tensors = s->arena.tensors;
	size_t at = 0;

	*bytes = 0;
	for (size_t k = 0; k < tensors->count; k++)
		*bytes += tensors->row[k].role == GM_ROLE_WEIGHT ? s->arena.slot[k].bytes : 0;
	unsigned char *memory = malloc(*bytes + 1);
	for (size_t k = 0; memory && k < tensors->count; k++) {
		const float *given = data[k] = s->given[k];
		float *elsewhere = (float *)(void *)(memory + at);

		if (!given || tensors->row[k].role != GM_ROLE_WEIGHT)
			continue;
		for (size_t i = 0; i < tensors->row[k].count; i++)
			elsewhere[i] = sign * given[i];
		data[k] = elsewhere;
		at += s->arena.slot[k].bytes;
	}
	return memory;
}

/* set_weights with weights that are gone when it has returned. */
static gm_status set_passing(server *s, float sign, gm_error *error)
{
	void **data = calloc(s->arena.tensors->count + 1, sizeof *data);
	size_t bytes = 0;
	unsigned char *memory = data ? weights_elsewhere(s, sign, data, &bytes) : NULL;
	gm_binding *other = NULL;
	gm_status status = memory ? server_bind(s, data, &other, error)
	                          : gm_fail(error, GM_NO_MEMORY, "no memory for other weights");

	if (status == GM_OK)
		status = server_check_steps(s, other, STEP_SET, error);
	gm_binding_destroy(other);
	if (memory)
		memset(memory, 0xff, bytes); /* NaN */
	free(memory);
	free(data);
	return status;
}

/* Those of the other signs are forgotten. */
static gm_status repack(server *s, gm_error *error)
{
	GM_TRY(set_passing(s, -1, error));
	return set_passing(s, 1, error);
}

/* Row of what a call gives, row of what it is given instead; size as both. */
static const float *begin_as(server *s, gm_kind first, gm_kind last)
{
	size_t from = gm_tensors_index(s->arena.tensors, first, 0, 0), to = gm_tensors_index(s->arena.tensors, last, 0, 0);
	float *state = to == GM_NO_TENSOR ? NULL : arena_data(&s->arena, to);
	const float *given = from == GM_NO_TENSOR ? NULL : arena_data(&s->arena, from);

	if (state && given)
		memcpy(state, given, s->arena.slot[to].bytes);
	else if (state)
		memset(state, 0, s->arena.slot[to].bytes);
	return state ? state : given;
}

static gm_status forward_as(server *s, uint32_t form, gm_error *error)
{
	gm_forward_args *f = &s->binding->fwd, given = *f;

	if (form == WORKER_IN_PLACE) {
		f->h_0 = begin_as(s, GM_H_0, GM_H_N);
		f->c_0 = begin_as(s, GM_C_0, GM_C_N);
	} else {
		f->h_n = f->c_n = NULL;
		f->tape = NULL;
	}
	gm_status status = server_check_steps(s, s->binding, STEP_FORWARD, error);
	*f = given;
	return status;
}

gm_status serve_run(server *s, message *m, gm_error *error)
{
	const wire_run w = m->run;

	GM_TRY(server_check_pass(s, w.pass, error));
	if (w.form >= WORKER_ACCUMULATE)
		return backward_again(s, &w, error);
	if (w.form == WORKER_OUTPUT_ONLY)
		poison_some(s, GM_OUTPUT, GM_OUTPUT, w.poison);
	else
		poison(s, w.poison);
	GM_TRY(w.form == WORKER_REPACK ? repack(s, error) : server_check_steps(s, s->binding, STEP_SET, error));
	s->weights_set = 1;
	GM_TRY(server_effective(s, error));
	if (w.form == WORKER_IN_PLACE || w.form == WORKER_OUTPUT_ONLY)
		return forward_as(s, w.form, error);
	const struct pass_steps *steps = &pass_steps[w.pass];
	return server_check_steps(s, s->binding, (steps->before | steps->timed) & (STEP_FORWARD | STEP_BACKWARD), error);
}

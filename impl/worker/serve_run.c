/* SPDX-License-Identifier: MIT */
/* serve_run.c - one judged run, and the timing loop.  A pass is a row of a table: what is called before a
 * measurement and what inside it; a run calls both. */
#include "serve.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SET = 1, FORWARD = 2, BACKWARD = 4 }; /* steps, done in this order */

static const struct {
	unsigned before, timed;
} steps_of[GM_PASSES] = {
	[GM_PASS_FWD] = {SET, FORWARD},
	[GM_PASS_STEP] = {SET, FORWARD},
	[GM_PASS_BWD] = {SET | FORWARD, BACKWARD},
	[GM_PASS_TRAIN] = {SET, FORWARD | BACKWARD},
	[GM_PASS_TRAIN_PACK] = {0, SET | FORWARD | BACKWARD},
	[GM_PASS_PACK] = {0, SET},
};

/* The hot part: nothing but the calls and a store that says which one it is. */
static inline gm_status do_steps(server *s, unsigned steps, gm_error *error)
{
	if (steps & SET) {
		server_phase(s, PHASE_SET_WEIGHTS);
		GM_TRY(s->variant->set_weights(s->plan, &s->binding->weights, error));
	}
	if (steps & FORWARD) {
		server_phase(s, PHASE_FORWARD);
		GM_TRY(s->variant->forward(s->plan, &s->binding->fwd));
	}
	if (steps & BACKWARD) {
		server_phase(s, PHASE_BACKWARD);
		GM_TRY(s->variant->backward(s->plan, &s->binding->bwd));
	}
	__asm__ __volatile__("" : : "r"(s->arena.base) : "memory");
	return GM_OK;
}

/* As do_steps, one at a time, what each must leave alone checked after it. */
static gm_status check_steps(server *s, unsigned steps, gm_error *error)
{
	for (unsigned step = SET; step <= BACKWARD; step *= 2)
		if (steps & step) {
			GM_TRY(server_called(s, do_steps(s, step, error), error));
			GM_TRY(environment_check(&s->environment, phase_name(s->control->phase), error));
		}
	return GM_OK;
}

static gm_status check_pass(const server *s, uint32_t pass, gm_error *error)
{
	if (!s->plan)
		return gm_fail(error, GM_BAD_ARGUMENT, "nothing is planned");
	if (pass >= GM_PASSES || !steps_of[pass].timed)
		return gm_fail(error, GM_BAD_ARGUMENT, "there is no pass %u to run", (unsigned)pass);
	if (!gm_pass_backward((gm_pass)pass))
		return GM_OK;
	if (!s->variant->backward)
		return gm_fail(error, GM_UNSUPPORTED, "%s has no backward", s->variant->name);
	if (s->opts.mode == GM_MODE_INFER)
		return gm_fail(error, GM_BAD_ARGUMENT, "%s needs a plan in train mode", gm_pass_name((gm_pass)pass));
	return GM_OK;
}

static gm_status read_effective(server *s, gm_error *error)
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
	gm_status status = s->variant->effective_weights(s->plan, &out);
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

gm_status serve_run(server *s, message *m, gm_error *error)
{
	const wire_run w = m->run;

	GM_TRY(check_pass(s, w.pass, error));
	poison(s, w.poison);
	GM_TRY(check_steps(s, SET, error));
	s->weights_set = 1;
	GM_TRY(read_effective(s, error));
	return check_steps(s, (steps_of[w.pass].before | steps_of[w.pass].timed) & (FORWARD | BACKWARD), error);
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Where forward reads the state that it writes: back to the caller's, as each sample starts. */
static void restart(const server *s, const gm_forward_args *given)
{
	const gm_forward_args *f = &s->binding->fwd;
	const gm_tensor *row = s->arena.tensors->row;

	if (f->h_0 != given->h_0)
		memcpy(f->h_n, given->h_0, row[gm_tensors_index(s->arena.tensors, GM_H_0, 0, 0)].count * sizeof(float));
	if (f->c_0 != given->c_0)
		memcpy(f->c_n, given->c_0, row[gm_tensors_index(s->arena.tensors, GM_C_0, 0, 0)].count * sizeof(float));
}

/* One sample: by the variant, if it times itself (a peer in another process), else here. */
static gm_status take_sample(server *s, const wire_time *w, double *ns, gm_error *error)
{
	gm_timing timing = {.struct_size = sizeof timing};
	gm_status status = GM_OK;

	if (s->variant->time) {
		gm_call call = {.struct_size = sizeof call,
		                .pass = w->pass,
		                .weights = &s->binding->weights,
		                .fwd = &s->binding->fwd,
		                .bwd = &s->binding->bwd};
		server_phase(s, PHASE_TIME);
		status = s->variant->time(s->plan, &call, w->calls, &timing);
	} else {
		unsigned steps = steps_of[w->pass].timed;
		double start = now_ns();
		for (uint64_t call = 0; call < w->calls && status == GM_OK; call++)
			status = do_steps(s, steps, error);
		timing.elapsed_ns = now_ns() - start;
	}
	*ns = timing.elapsed_ns / (double)w->calls;
	return server_called(s, status, error);
}

static gm_status take_samples(server *s, const wire_time *w, const gm_forward_args *given, gm_error *error)
{
	double *sample = arena_data(&s->arena, s->arena.tensors->count + SLOT_SAMPLES);

	for (uint32_t i = 0; i < w->samples; i++) {
		restart(s, given);
		GM_TRY(take_sample(s, w, &sample[i], error));
	}
	return GM_OK;
}

gm_status serve_time(server *s, message *m, gm_error *error)
{
	const wire_time w = m->time;

	GM_TRY(check_pass(s, w.pass, error));
	if (w.calls == 0 || w.samples > PROTOCOL_SAMPLES)
		return gm_fail(error, GM_BAD_ARGUMENT, "%u samples of %llu calls", (unsigned)w.samples,
		               (unsigned long long)w.calls);
	unsigned before = steps_of[w.pass].before;
	if (s->weights_set && !(before & FORWARD))
		before &= ~(unsigned)SET;
	GM_TRY(check_steps(s, before, error));
	s->weights_set = 1;
	gm_forward_args *fwd = &s->binding->fwd;
	const gm_forward_args given = *fwd;
	if (w.pass == GM_PASS_STEP) { /* the state is carried from call to call */
		fwd->h_0 = fwd->h_0 && fwd->h_n ? fwd->h_n : fwd->h_0;
		fwd->c_0 = fwd->c_0 && fwd->c_n ? fwd->c_n : fwd->c_0;
	}
	gm_status status = take_samples(s, &w, &given, error);
	*fwd = given;
	return status;
}

/* SPDX-License-Identifier: MIT */
/* serve_time.c - the timing loop.  Every call finds new values in what it reads (vary.h): as many calls in a row as
 * there are questions have a set of tensors of their own each, filled before the clock runs.  What the clock and the
 * loop cost is measured by the same loop without calls and taken off. */
#include "serve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OTHERS_NS      1e6               /* that much CPU time of other threads is no work, */
#define OTHERS_SHARE   0.05              /* nor is so little of the time of a message */
#define QUESTIONS      64                /* at most; of so many bytes, unless one alone is larger */
#define QUESTION_BYTES ((size_t)1 << 20) /* stays in a second-level cache */
#define ALIGN          ((size_t)64)

/* What one call reads and writes: what varies in memory of its own, the rest in the arena. */
struct question {
	void **data; /* [row] */
	gm_binding *binding;
};

typedef struct timing {
	server *s;
	wire_time w;
	vary vary;
	unsigned steps;
} timing;

static double read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double now_ns(void) { return read_clock(CLOCK_MONOTONIC_RAW); }

/* CPU time of all threads but this one. */
static double others_ns(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID) - read_clock(CLOCK_THREAD_CPUTIME_ID); }

/* ---- questions ---- */

void server_drop_questions(server *s)
{
	for (size_t i = 0; i < s->questions; i++) {
		free(s->question[i].data);
		gm_binding_destroy(s->question[i].binding);
	}
	free(s->question);
	free(s->question_memory);
	s->question = NULL;
	s->question_memory = NULL;
	s->questions = 0;
}

static size_t room_of(const vary *v, size_t row)
{
	return vary_varies(v, row) ? (v->tensors->row[row].count * sizeof(float) + ALIGN - 1) / ALIGN * ALIGN : 0;
}

static gm_status make_question(server *s, const vary *v, unsigned char *memory, question *a, gm_error *error)
{
	size_t rows = v->tensors->count;

	a->data = malloc((rows + 1) * sizeof *a->data);
	if (!a->data)
		return gm_fail(error, GM_NO_MEMORY, "no memory for new values");
	for (size_t k = 0; k < rows; k++) {
		a->data[k] = vary_varies(v, k) ? memory : arena_data(&s->arena, k);
		memory += room_of(v, k);
	}
	GM_TRY(server_bind(s, a->data, &a->binding, error));
	if (v->spec->pass == GM_PASS_STEP) { /* the state is carried from call to call */
		gm_forward_args *f = &a->binding->fwd;

		f->h_0 = f->h_0 && f->h_n ? f->h_n : f->h_0;
		f->c_0 = f->c_0 && f->c_n ? f->c_n : f->c_0;
	}
	return GM_OK;
}

/* As many as calls in a row want; those of the message before serve again, if they can. */
static gm_status make_questions(timing *t, gm_error *error)
{
	server *s = t->s;
	size_t bytes = 0, most, count;

	for (size_t k = 0; k < t->vary.tensors->count; k++)
		bytes += room_of(&t->vary, k);
	most = bytes == 0 ? 1 : bytes > QUESTION_BYTES / QUESTIONS ? QUESTION_BYTES / bytes : QUESTIONS;
	count = (size_t)fmin((double)t->w.calls, (double)(most ? most : 1));
	if (s->questions >= count && s->question_pass == t->w.pass && s->question_vary == (t->vary.seed != 0))
		return GM_OK;
	server_drop_questions(s);
	s->question = calloc(count, sizeof *s->question);
	s->question_memory = bytes ? aligned_alloc(ALIGN, bytes * count) : NULL;
	if (!s->question || (bytes && !s->question_memory))
		return gm_fail(error, GM_NO_MEMORY, "no memory for new values of %llu bytes",
		               (unsigned long long)bytes * count);
	s->questions = count;
	s->question_pass = t->w.pass;
	s->question_vary = t->vary.seed != 0;
	for (size_t i = 0; i < count; i++)
		GM_TRY(make_question(s, &t->vary, s->question_memory + (bytes ? i * bytes : 0), &s->question[i], error));
	return GM_OK;
}

/* ---- timing ---- */

/* The hot part: the calls, and a barrier behind each. */
static inline gm_status time_calls(const timing *t, size_t calls, unsigned steps, double *ns, gm_error *error)
{
	gm_status status = GM_OK;
	double start = now_ns();

	for (size_t i = 0; i < calls && status == GM_OK; i++)
		status = server_steps(t->s, t->s->question[i].binding, steps, error);
	*ns = now_ns() - start;
	return status;
}

static double cost_of_nothing(const timing *t, size_t calls)
{
	double least = INFINITY, ns;

	for (int i = 0; i < 3; i++) {
		(void)time_calls(t, calls, 0, &ns, NULL);
		least = fmin(least, ns);
	}
	return least;
}

/* The state that a sample begins with is the first call's own. */
static void begin_state(const timing *t)
{
	const gm_tensors *tensors = t->vary.tensors;
	const question *first = &t->s->question[0];
	const gm_kind from[2] = {GM_H_0, GM_C_0};
	float *const to[2] = {first->binding->fwd.h_n, first->binding->fwd.c_n};

	for (size_t i = 0; i < 2; i++) {
		size_t row = gm_tensors_index(tensors, from[i], 0, 0);

		if (row != GM_NO_TENSOR && first->data[row] && to[i])
			memcpy(to[i], first->data[row], tensors->row[row].count * sizeof(float));
	}
}

static gm_status take_sample(timing *t, uint64_t sample, double *ns, gm_error *error)
{
	server *s = t->s;
	double sum = 0, cost = 0, part;

	for (uint64_t done = 0; done < t->w.calls;) {
		size_t calls = t->w.calls - done < s->questions ? (size_t)(t->w.calls - done) : s->questions;

		for (size_t i = 0; i < calls; i++)
			vary_call(&t->vary, sample, t->w.call + done + i, s->question[i].data);
		if (t->w.pass == GM_PASS_STEP && t->w.call + done == 0)
			begin_state(t);
		cost += cost_of_nothing(t, calls);
		GM_TRY(server_called(s, time_calls(t, calls, t->steps, &part, error), error));
		sum += part;
		done += calls;
	}
	*ns = fmax(sum - cost, sum / 2) / (double)t->w.calls;
	return GM_OK;
}

static gm_status prepare(timing *t, gm_error *error)
{
	server *s = t->s;
	unsigned before = pass_steps[t->w.pass].before;

	if (s->weights_set && !t->w.restored && !(before & STEP_FORWARD))
		before &= ~(unsigned)STEP_SET;
	GM_TRY(server_check_steps(s, s->binding, before, error));
	s->weights_set = !(t->steps & STEP_SET);
	return make_questions(t, error);
}

/* The threads of the plan are this one alone: what others do is not in the time of the calls. */
static gm_status check_others(const server *s, double ns, double others, gm_error *error)
{
	if (s->opts.threads > 1 || others <= OTHERS_NS || others <= OTHERS_SHARE * ns)
		return GM_OK;
	return gm_fail(error, GM_MISMATCH, "%.1f ms of CPU time on other threads in %.1f ms, planned is one thread",
	               others * 1e-6, ns * 1e-6);
}

gm_status serve_time(server *s, message *m, gm_error *error)
{
	timing t = {.s = s, .w = m->time};
	gm_spec spec = s->spec;
	double *sample;

	GM_TRY(server_check_pass(s, t.w.pass, error));
	if (t.w.calls == 0 || t.w.calls > PROTOCOL_CALLS || t.w.samples > PROTOCOL_SAMPLES)
		return gm_fail(error, GM_BAD_ARGUMENT, "%u samples of %llu calls", (unsigned)t.w.samples,
		               (unsigned long long)t.w.calls);
	spec.pass = (gm_pass)t.w.pass;
	t.steps = pass_steps[t.w.pass].timed;
	t.vary = (vary){.spec = &spec, .tensors = s->arena.tensors, .given = s->given, .seed = t.w.seed};
	sample = arena_data(&s->arena, s->arena.tensors->count + SLOT_SAMPLES);
	GM_TRY(prepare(&t, error));
	double begun = now_ns(), others = others_ns();
	for (uint32_t i = 0; i < t.w.samples; i++)
		GM_TRY(take_sample(&t, t.w.sample + i, &sample[i], error));
	GM_TRY(environment_check_call(&s->environment, "a timed call", error));
	GM_TRY(check_others(s, now_ns() - begun, others_ns() - others, error));
	if (t.steps & STEP_SET)
		GM_TRY(server_effective(s, error));
	return GM_OK;
}

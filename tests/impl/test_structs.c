/* SPDX-License-Identifier: MIT */
/* test_structs.c - callers built with another header: a struct of each shorter length counts as one whose other members
 * are 0, and nothing behind it is read or written; a longer one is as good as its tail is 0. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#endif
#include "api_call.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static char *fence; /* what lies here is not to be touched */

static int set_up(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *room = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	if (room == MAP_FAILED || mprotect(room + page, page, PROT_NONE))
		return -1;
	fence = room + page;
	return 0;
}

/* The first `bytes` of a struct, right before the fence; behind what there is of it, zeros. */
static void *at_fence(const void *whole, size_t known, uint32_t bytes)
{
	char *copy = fence - bytes;

	memset(copy, 0, bytes);
	memcpy(copy, whole, known < bytes ? known : bytes);
	memcpy(copy, &bytes, sizeof bytes);
	return copy;
}

static void hand_problem(api_call *c, void *given) { c->p = given; }
static void hand_opts(api_call *c, void *given) { c->o = given; }
static void hand_weights(api_call *c, void *given) { c->w = given; }
static void hand_forward(api_call *c, void *given) { c->f = given; }
static void hand_forward_back(api_call *c, void *given) { c->bwd.fwd = given; }
static void hand_backward(api_call *c, void *given) { c->b = given; }
static void hand_grads(api_call *c, void *given) { c->bwd.grad_weights = given; }

static const struct known {
	const char *name;
	function which;
	void (*hand)(api_call *c, void *given);
	size_t offset, bytes;
	int shorter; /* lengths below ours that are enough for this call */
} known[] = {
	{"gm_problem", SUPPORTS, hand_problem, offsetof(api_call, problem), sizeof(gm_problem), 4},
	{"gm_problem", SIZES, hand_problem, offsetof(api_call, problem), sizeof(gm_problem), 4},
	{"gm_problem", PLAN, hand_problem, offsetof(api_call, problem), sizeof(gm_problem), 4},
	{"gm_plan_opts", SUPPORTS, hand_opts, offsetof(api_call, opts), sizeof(gm_plan_opts), 2},
	{"gm_plan_opts", SIZES, hand_opts, offsetof(api_call, opts), sizeof(gm_plan_opts), 2},
	{"gm_plan_opts", PLAN, hand_opts, offsetof(api_call, opts), sizeof(gm_plan_opts), 2},
	{"gm_weights", WEIGHTS, hand_weights, offsetof(api_call, weights), sizeof(gm_weights), 0},
	{"gm_forward_args", FORWARD, hand_forward, offsetof(api_call, fwd), sizeof(gm_forward_args), 0},
	{"gm_forward_args", BACKWARD, hand_forward_back, offsetof(api_call, fwd), sizeof(gm_forward_args), 0},
	{"gm_backward_args", BACKWARD, hand_backward, offsetof(api_call, bwd), sizeof(gm_backward_args), 9},
	{"gm_grads", BACKWARD, hand_grads, offsetof(api_call, grads), sizeof(gm_grads), 0},
};
enum { KNOWN = sizeof known / sizeof *known };

typedef struct answer {
	gm_status status;
	gm_error error;
	gm_sizes sizes;
	float results[4096];
} answer;

static void ask(api_call *c, const struct known *k, void *given, answer *a)
{
	size_t used = 0;

	memset(a, 0, sizeof *a);
	call_poison(c);
	memset(&c->sizes, 0, sizeof c->sizes);
	c->sizes.struct_size = sizeof c->sizes;
	k->hand(c, given);
	a->status = call_ask(c, k->which, &a->error);
	a->sizes = c->sizes;
	for (size_t i = 0; i < c->run.tensors->count; i++) {
		const gm_tensor *row = &c->run.tensors->row[i];

		if (row->role < GM_ROLE_OUTPUT)
			continue;
		assert_true(used + row->count <= 4096);
		memcpy(a->results + used, c->run.data[i], row->count * sizeof(float));
		used += row->count;
	}
}

static void assert_same(const struct known *k, uint32_t bytes, const answer *a, const answer *b)
{
	if (a->status != b->status || strcmp(a->error.message, b->error.message) != 0)
		fail_msg("%s of %u bytes: '%s', in full '%s'", k->name, bytes, a->error.message, b->error.message);
	if (memcmp(&a->sizes, &b->sizes, sizeof a->sizes) != 0 || memcmp(a->results, b->results, sizeof a->results) != 0)
		fail_msg("%s of %u bytes: other results", k->name, bytes);
}

static void test_shorter(void **state)
{
	static answer with, without;

	(void)state;
	for (const struct known *k = known; k < known + KNOWN; k++) {
		int enough = 0;

		for (uint32_t bytes = 8; bytes < k->bytes; bytes += 8) {
			api_call c;
			char zeroed[256] = {0};
			uint32_t full = (uint32_t)k->bytes;

			call_open(&c, "rnn_tanh_L2_T5_N3_I4_H9_nobias");
			memcpy(zeroed, (char *)&c + k->offset, bytes);
			memcpy(zeroed, &full, sizeof full);
			ask(&c, k, at_fence((char *)&c + k->offset, k->bytes, bytes), &with);
			ask(&c, k, zeroed, &without);
			assert_same(k, bytes, &with, &without);
			enough += with.status == GM_OK;
			run_close(&c.run);
		}
		if (enough != k->shorter)
			fail_msg("%s in function %d: %d shorter lengths are enough, must be %d", k->name, k->which, enough,
			         k->shorter);
	}
}

static void test_longer(void **state)
{
	static answer ours, longer;
	char says[128];

	(void)state;
	for (const struct known *k = known; k < known + KNOWN; k++)
		for (uint32_t more = 8; more <= 64; more += 56) {
			api_call c;
			uint32_t bytes = (uint32_t)k->bytes + more;

			call_open(&c, "rnn_tanh_L2_T5_N3_I4_H9_nobias");
			ask(&c, k, (char *)&c + k->offset, &ours);
			assert_int_equal(ours.status, GM_OK);
			ask(&c, k, at_fence((char *)&c + k->offset, k->bytes, bytes), &longer);
			assert_same(k, bytes, &longer, &ours);
			char *given = at_fence((char *)&c + k->offset, k->bytes, bytes);
			given[bytes - 1] = 1;
			ask(&c, k, given, &longer);
			snprintf(says, sizeof says, "%s has %u bytes, this library knows %zu of them, and byte %u beyond is not 0",
			         k->name, bytes, k->bytes, bytes - 1);
			assert_int_equal(longer.status, GM_BAD_ARGUMENT);
			assert_string_equal(longer.error.message, says);
			assert_true(call_untouched(&c));
			run_close(&c.run);
		}
}

/* What asks a problem itself. */
static void test_problem_functions(void **state)
{
	gm_spec spec;

	(void)state;
	assert_int_equal(gm_spec_parse("lstm_L2_D2_T5_N3_I4_H9_P5", &spec, NULL), GM_OK);
	for (uint32_t bytes = 8; bytes <= sizeof(gm_problem); bytes += 8) {
		const gm_problem *given = at_fence(&spec.problem, sizeof spec.problem, bytes);
		gm_problem full = {0};

		memcpy(&full, given, bytes);
		full.struct_size = sizeof full;
		assert_int_equal(gm_directions(given), gm_directions(&full));
		assert_int_equal(gm_state_size(given), gm_state_size(&full));
		assert_int_equal(gm_layer_input(given, 0), gm_layer_input(&full, 0));
		assert_int_equal(gm_layer_input(given, 1), gm_layer_input(&full, 1));
		assert_int_equal(gm_problem_check(given, NULL), gm_problem_check(&full, NULL));
	}
}

/* The options of a model: T_max and N_max are the text's where a shorter struct has none. */
static void test_model_opts(void **state)
{
	const gm_model_opts whole = {.struct_size = sizeof whole, .mode = GM_MODE_TRAIN, .T_max = 3, .N_max = 2};

	(void)state;
	for (uint32_t bytes = 8; bytes <= sizeof whole + 64; bytes += 8) {
		char *given = at_fence(&whole, sizeof whole, bytes);
		gm_model *model = NULL;
		gm_error error = {0};

		if (gm_model_create("gru_T5_N3_I4_H9", (gm_model_opts *)(void *)given, &model, &error) != GM_OK)
			fail_msg("%u bytes: %s", bytes, error.message);
		assert_true(gm_model_tape_bytes(model) > 0);
		gm_model_destroy(model);
		if (bytes <= sizeof whole)
			continue;
		given[bytes - 1] = 1;
		model = NULL;
		assert_int_equal(gm_model_create("gru_T5_N3_I4_H9", (gm_model_opts *)(void *)given, &model, &error),
		                 GM_BAD_ARGUMENT);
		assert_non_null(strstr(error.message, "gm_model_opts has"));
		assert_null(model);
	}
}

/* An output: as much as there is room for; what a longer one has beyond is 0. */
static void test_sizes(void **state)
{
	gm_sizes whole;
	api_call c;

	(void)state;
	call_open(&c, "gru_T5_N3_I4_H9");
	assert_int_equal(call_ask(&c, SIZES, NULL), GM_OK);
	whole = c.sizes;
	assert_true(whole.tape_bytes > 0);
	for (uint32_t bytes = 8; bytes <= sizeof whole + 16; bytes += 8) {
		char *given = fence - bytes;
		size_t ours = bytes < sizeof whole ? bytes : sizeof whole;

		memset(given, 0xff, bytes);
		memcpy(given, &bytes, sizeof bytes);
		c.s = (gm_sizes *)(void *)given;
		assert_int_equal(call_ask(&c, SIZES, NULL), GM_OK);
		assert_int_equal(c.s->struct_size, bytes);
		assert_memory_equal(given + 4, (char *)&whole + 4, ours - 4);
		for (size_t i = ours; i < bytes; i++)
			assert_int_equal(given[i], 0);
	}
	run_close(&c.run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_shorter), cmocka_unit_test(test_longer),
	                                   cmocka_unit_test(test_problem_functions), cmocka_unit_test(test_model_opts),
	                                   cmocka_unit_test(test_sizes)};

	return cmocka_run_group_tests_name("structs", tests, set_up, NULL);
}

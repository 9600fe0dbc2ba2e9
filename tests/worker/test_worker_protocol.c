/* SPDX-License-Identifier: MIT */
/* test_worker_protocol.c - the channel and the arena without a child: messages cut anywhere and garbled anyhow end as
 * a result, never as a crash; layouts keep their promises; damage is measured to the byte. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "worker/arena.h"
#include "model/noise.h"
#include "worker/host.h"
#include "worker/serve.h"
#include "worker_problem.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEED 20260117u
#define PAGE 4096u

static void make_pair(int pair[2]) { assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0); }

static void make_message(message *m, uint32_t kind, const void *payload, size_t bytes)
{
	assert_true(bytes <= PROTOCOL_PAYLOAD);
	memset(m, 0, sizeof *m);
	m->fd = -1;
	m->head = (message_head){.magic = PROTOCOL_MAGIC, .kind = kind, .bytes = bytes};
	memcpy(m->payload, payload, bytes);
}

static void a_message_arrives_whole(void **state)
{
	int pair[2], file = open("/dev/null", O_RDONLY);
	message out, in;

	(void)state;
	make_pair(pair);
	make_message(&out, MESSAGE_RUN, "twelve bytes", 12);
	out.head.serial = 7;
	out.fd = file;
	assert_int_equal(message_send(pair[0], &out), CHANNEL_OK);
	assert_int_equal(message_receive(pair[1], &in, NULL, NULL), CHANNEL_OK);
	assert_int_equal(in.head.kind, MESSAGE_RUN);
	assert_int_equal(in.head.serial, 7);
	assert_string_equal((char *)in.payload, "twelve bytes");
	assert_true(in.fd >= 0 && in.fd != file && fcntl(in.fd, F_GETFD) >= 0);
	close(file);
	close(in.fd);
	close(pair[0]);
	close(pair[1]);
}

/* Cut after every byte of head and payload: closed; any change of the magic or a giant length: garbage. */
static void cut_or_garbled(void **state)
{
	unsigned char bytes[sizeof(message_head) + 8];
	message m;

	(void)state;
	make_message(&m, MESSAGE_RUN, "eight by", 8);
	memcpy(bytes, &m.head, sizeof m.head);
	memset(bytes + sizeof m.head, 1, 8);
	for (size_t cut = 0; cut <= sizeof bytes + 5; cut++) {
		int pair[2];

		make_pair(pair);
		if (cut > sizeof bytes)
			bytes[cut == sizeof bytes + 5 ? offsetof(message_head, bytes) + 4 : cut - sizeof bytes - 1] ^= 0x40;
		assert_int_equal(write(pair[0], bytes, cut > sizeof bytes ? sizeof bytes : cut),
		                 cut > sizeof bytes ? sizeof bytes : cut);
		close(pair[0]);
		assert_int_equal(message_receive(pair[1], &m, NULL, NULL), cut < sizeof bytes    ? CHANNEL_CLOSED
		                                                           : cut == sizeof bytes ? CHANNEL_OK
		                                                                                 : CHANNEL_GARBAGE);
		memcpy(bytes, &(message_head){.magic = PROTOCOL_MAGIC, .kind = MESSAGE_RUN, .bytes = 8}, sizeof m.head);
		close(pair[1]);
	}
}

static void the_other_end_is_gone(void **state)
{
	int pair[2];
	message m;

	(void)state;
	make_pair(pair);
	make_message(&m, MESSAGE_RUN, "", 0);
	close(pair[1]);
	assert_int_equal(message_send(pair[0], &m), CHANNEL_CLOSED); /* and no SIGPIPE */
	close(pair[0]);
}

/* A plan message as the host makes it, for one small problem without a plug-in, on one CPU. */
static void valid_plan(message *m, size_t rows)
{
	const struct {
		wire_plan plan;
		int32_t cpu[2];
	} w = {{.variant = "scalar-plain",
	        .cell = GM_GRU,
	        .bias = 1,
	        .mode = GM_MODE_TRAIN,
	        .threads = 1,
	        .cpus = 1,
	        .input_size = 3,
	        .hidden_size = 4,
	        .num_layers = 1,
	        .T = 2,
	        .N = 2,
	        .T_max = 2,
	        .N_max = 2,
	        .rows = rows},
	       {0}};

	make_message(m, MESSAGE_PLAN, &w, sizeof w.plan + sizeof *w.cpu);
}

static void any_question_has_an_answer(void **state)
{
	control page = {0};
	gm_tensors *tensors;
	gm_spec spec;
	server s;
	message m;

	(void)state;
	assert_ok(gm_spec_parse("gru_T2_N2_I3_H4", &spec, ERROR));
	assert_ok(gm_tensors_create(&spec, &tensors, ERROR));
	print_message("  seed %u\n", SEED);
	server_init(&s, &page);
	make_message(&m, 0, "", 0);
	for (uint64_t i = 0; i < 20000; i++) {
		uint64_t draw = random_draw(random_mix(SEED), i);
		uint32_t kind = (uint32_t)(draw % (MESSAGE_KINDS + 2));

		if (kind == MESSAGE_PLAN && draw >> 40 & 1)
			valid_plan(&m, tensors->count);
		m.head.kind = kind == MESSAGE_LOAD ? MESSAGE_HELLO : kind;
		m.head.bytes = (draw >> 32) % 2 ? (draw >> 33) % 300 : sizeof(wire_plan) + sizeof(int32_t);
		for (size_t k = 0; k < 1 + (draw >> 8) % 4; k++) {
			uint64_t spot = random_draw(random_mix(SEED + 1 + k), i);

			m.payload[spot % (m.head.bytes + 1)] = (unsigned char)(spot >> 32);
		}
		assert_int_equal(server_answer(&s, &m), kind != MESSAGE_STOP);
		assert_true(m.head.bytes <= PROTOCOL_PAYLOAD && m.head.status >= 0 && m.head.status <= GM_TIMEOUT);
	}
	server_end(&s);
	gm_tensors_destroy(tensors);
}

/* A plan message one byte short or long, more CPUs than threads or longer calls than the plan is refused whole. */
static void plans_have_one_length(void **state)
{
	const int change[] = {-1, 1, 4};
	control page = {0};
	gm_tensors *tensors;
	gm_spec spec;
	server s;
	message m;

	(void)state;
	assert_ok(gm_spec_parse("gru_T2_N2_I3_H4", &spec, ERROR));
	assert_ok(gm_tensors_create(&spec, &tensors, ERROR));
	server_init(&s, &page);
	valid_plan(&m, tensors->count);
	m.plan.T_max = 1;
	assert_int_equal(server_answer(&s, &m), 1);
	assert_string_equal((char *)m.payload, "a plan for T 1, N 2, threads 1, and calls of T 2, N 2");
	for (size_t i = 0; i < 3; i++) {
		valid_plan(&m, tensors->count);
		m.head.bytes = (uint64_t)((int64_t)m.head.bytes + change[i]);
		assert_int_equal(server_answer(&s, &m), 1);
		assert_int_equal(m.head.status, GM_BAD_ARGUMENT);
		assert_string_equal((char *)m.payload, "a plan message whose parts do not fit its length");
	}
	server_end(&s);
	gm_tensors_destroy(tensors);
}

static void slots_lie_apart_and_flush(void **state)
{
	wire_slot slot[64];
	arena a = {.page = PAGE, .slot = slot, .slots = 64, .bytes = ARENA_GUARD};

	(void)state;
	for (size_t i = 0; i < 64; i++) {
		arena_room room = {i * 997 % 9000, (uint64_t)1 << i % 13, SLOT_WRITE};

		assert_ok(arena_place(&a, &slot[i], room, ERROR));
		assert_int_equal(slot[i].data % room.align, 0);
		assert_int_equal(slot[i].end % PAGE, 0);
		assert_true(slot[i].end - (slot[i].data + room.bytes) < room.align);
		assert_true(slot[i].data - slot[i].start < PAGE || room.bytes == 0);
		assert_true(a.bytes >= slot[i].end + ARENA_GUARD);
	}
	assert_true(arena_sound(&a));
	slot[9].start = slot[8].start;
	assert_false(arena_sound(&a));
	assert_int_equal(arena_place(&a, slot, (arena_room){8, 48, SLOT_WRITE}, NULL), GM_BAD_ARGUMENT);
	assert_int_equal(arena_place(&a, slot, (arena_room){8, 2 * PAGE, SLOT_WRITE}, NULL), GM_BAD_ARGUMENT);
	assert_int_equal(arena_place(&a, slot, (arena_room){UINT64_MAX - 5, 4, SLOT_WRITE}, NULL), GM_BAD_SHAPE);
}

/* What one plan may have is shared by as many as there may be at a time. */
static void memory_is_shared_by_those_beside(void **state)
{
	const wire_planned planned = {.plan_bytes = 100, .scratch_bytes = 3 << 20, .alignment = 64};
	const size_t beside[] = {0, 1, (size_t)1 << 40};
	gm_error error;
	gm_spec spec;

	(void)state;
	assert_ok(gm_spec_parse("gru_T2_N2_I3_H4", &spec, ERROR));
	for (size_t i = 0; i < 3; i++) {
		arena a = {.page = PAGE, .beside = beside[i]};

		assert_ok(gm_tensors_create(&spec, &a.tensors, ERROR));
		assert_int_equal(arena_layout(&a, &planned, NULL, 0, &error), i < 2 ? GM_OK : GM_NO_MEMORY);
		arena_destroy(&a);
		assert_int_equal(a.beside, beside[i]);
	}
	assert_string_equal(error.message, "tensors and memory of the variant are 3 MiB, more than 0 MiB of memory (3/4 of "
	                                   "it, for 1099511627776 side by side)");
}

static void damage_is_measured(void **state)
{
	arena a = {.page = PAGE, .bytes = PAGE};
	unsigned char *base = calloc(1, 4 * PAGE + ARENA_GUARD);
	uint64_t before, behind;
	wire_slot slot;

	(void)state;
	assert_non_null(base);
	assert_ok(arena_place(&a, &slot, (arena_room){100, 64, SLOT_WRITE}, ERROR));
	arena_pattern(base, &slot);
	arena_fill(base, &slot, 0x7fc0dead);
	arena_damage(base, &slot, &before, &behind);
	assert_true(before == 0 && behind == 0);
	base[slot.data + 102] ^= 1;
	base[slot.data - 17] ^= 0x80;
	arena_damage(base, &slot, &before, &behind);
	assert_true(before == 17 && behind == 3);
	free(base);
}

static void places_have_names(void **state)
{
	gm_tensor row[] = {{.name = "input"}, {.name = "output"}};
	gm_tensors tensors = {2, row};
	wire_slot slot[2];
	arena a = {.page = PAGE, .tensors = &tensors, .slot = slot, .slots = 2, .bytes = ARENA_GUARD};
	char text[160];

	(void)state;
	assert_ok(arena_place(&a, &slot[0], (arena_room){40, 4, SLOT_READ}, ERROR));
	assert_ok(arena_place(&a, &slot[1], (arena_room){40, 4, SLOT_WRITE}, ERROR));
	const struct {
		uint64_t offset;
		const char *text;
	} want[] = {
		{slot[0].data + 4, "wrote to read-only input"},
		{slot[0].end, "right past the end of input"},
		{slot[0].end + 28, "28 bytes past the end of input"},
		{slot[1].start - 4, "4060 bytes before the start of output"},
		{slot[1].end + 12, "12 bytes past the end of output"},
		{0, "69592 bytes before the start of input"},
	};
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		arena_place_name(&a, want[i].offset, text);
		assert_string_equal(text, want[i].text);
	}
}

/* Any of it may be forged: class and rounding are indices in the host. */
static void an_offer_is_checked_by_value(void **state)
{
	static const struct {
		worker_variant v;
		const char *says;
	} rows[] = {
		{{.name = "good", .needs = GM_CPU_FMA | GM_CPU_AVX2}, NULL},
		{{.name = "good", .rounding = GM_CANONICAL, .activation = "poly", .weights = "f32"}, NULL},
		{{.name = ""}, "variant 0: its name is not"},
		{{.name = "-two words"}, "variant 0: its name is not"},
		{{.name = "0123456789012345678901234567890123456789x"}, "variant 0: its name is not"},
		{{.name = "x", .accuracy_class = GM_CLASSES}, "variant x: accuracy_class is 4, rounding is 0"},
		{{.name = "x", .rounding = 2}, "variant x: accuracy_class is 0, rounding is 2"},
		{{.name = "x", .needs = ~(uint64_t)0}, "variant x: needs has the bits 0x"},
		{{.name = "x", .rounding = GM_CANONICAL, .activation = "a/b", .weights = "f32"}, "variant x: it is canonical"},
		{{.name = "x", .rounding = GM_CANONICAL, .activation = "poly"}, "variant x: it is canonical"},
	};
	static worker_variant many[WORKER_VARIANTS + 1];
	gm_error error;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		gm_status status = offer_check(&rows[i].v, 1, &error);
		assert_int_equal(status, rows[i].says ? GM_BAD_PLUGIN : GM_OK);
		if (rows[i].says && strncmp(error.message, rows[i].says, strlen(rows[i].says)) != 0)
			fail_msg("row %zu says '%s'", i, error.message);
	}
	memset(many[0].name, 'x', sizeof many[0].name); // no end
	assert_int_equal(offer_check(many, 1, &error), GM_BAD_PLUGIN);
	for (size_t i = 0; i <= WORKER_VARIANTS; i++)
		snprintf(many[i].name, sizeof many[i].name, "v%zu", i);
	assert_int_equal(offer_check(many, WORKER_VARIANTS, &error), GM_OK);
	assert_int_equal(offer_check(many, WORKER_VARIANTS + 1, &error), GM_BAD_PLUGIN);
	assert_string_equal(error.message, "it offers 65 variants, must be 1 to 64");
	assert_int_equal(offer_check(many, 0, &error), GM_BAD_PLUGIN);
	strcpy(many[7].name, "v3");
	assert_int_equal(offer_check(many, 8, &error), GM_BAD_PLUGIN);
	assert_string_equal(error.message, "two variants are called v3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_arrives_whole), cmocka_unit_test(cut_or_garbled),
		cmocka_unit_test(the_other_end_is_gone),   cmocka_unit_test(any_question_has_an_answer),
		cmocka_unit_test(plans_have_one_length),   cmocka_unit_test(slots_lie_apart_and_flush),
		cmocka_unit_test(damage_is_measured),      cmocka_unit_test(memory_is_shared_by_those_beside),
		cmocka_unit_test(places_have_names),       cmocka_unit_test(an_offer_is_checked_by_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

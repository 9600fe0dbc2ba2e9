/* SPDX-License-Identifier: MIT */
/* protocol.h - what host and worker say to each other.
 *
 * Channel: a byte stream (a socketpair) on descriptor 3 of the child; descriptor 4 is a memory file of one page, the
 * control page.  The host asks, the child answers: a head, then head.bytes of payload.  The answer has the kind and
 * serial of the question and a gm_status; if that is not GM_OK the payload is the sentence.
 * Arena: a memory file made by the host, handed over with MESSAGE_ARENA as SCM_RIGHTS; tensors never travel in
 * messages, only offsets do.  A stream with a length in front also goes through ssh or a serial line; only the two
 * memory files tie this version to one host.
 * Numbers: little-endian, fixed width, naturally aligned; no pointer, no size_t, no enum: equal on every LP64 host. */
#ifndef WORKER_PROTOCOL_H
#define WORKER_PROTOCOL_H

#include "sandbox.h"
#include "worker.h"

#define PROTOCOL_VERSION 5u
#define PROTOCOL_MAGIC   0x4b574d47u /* "GMWK" */
#define PROTOCOL_CHANNEL 3
#define PROTOCOL_CONTROL 4
#define PROTOCOL_PAYLOAD (256u * 1024u) /* no message is longer */
#define PROTOCOL_SAMPLES 4096u          /* capacity of the arena's sample slot; longer requests are split */
#define PROTOCOL_CALLS   4096u          /* of a sample, at most */
#define PROTOCOL_LOST    71             /* exit code of a child whose channel is gone */

enum message_kind {
	MESSAGE_HELLO = 1,  /* wire_hello -> wire_hello */
	MESSAGE_LOAD = 2,   /* path of a plug-in, NUL-terminated -> nothing; without it: the built-in variants */
	MESSAGE_LIST = 3,   /* nothing -> worker_variant[] */
	MESSAGE_PLAN = 4,   /* wire_plan, cpus (int32) -> wire_planned */
	MESSAGE_ARENA = 5,  /* wire_arena, wire_slot[] + descriptor -> name of the engine (64 bytes) */
	MESSAGE_RUN = 6,    /* wire_run -> nothing */
	MESSAGE_TIME = 7,   /* wire_time -> nothing; samples lie in the arena */
	MESSAGE_UNPLAN = 8, /* nothing -> nothing */
	MESSAGE_STOP = 9,   /* nothing -> nothing; then the child exits with 0 */
	MESSAGE_KINDS = 10
};

typedef struct message_head {
	uint32_t magic, kind, serial;
	int32_t status; /* gm_status; 0 in a question */
	uint64_t bytes; /* of payload that follow */
} message_head;

typedef struct wire_hello {
	uint32_t protocol, abi_major, abi_minor, pointer_bytes;
	uint64_t page_bytes, pid;
	char sandbox[SANDBOX_TEXT]; /* of a worker */
} wire_hello;

/* The members of gm_problem that travel: X(type on the wire, member). */
// clang-format off
#define WIRE_PROBLEM(X) \
	X(uint32_t, cell) X(uint32_t, bidirectional) X(uint32_t, bias) X(uint32_t, batch_first) X(uint32_t, unbatched) \
	X(uint32_t, lengths) X(uint64_t, input_size) X(uint64_t, hidden_size) X(uint64_t, proj_size) \
	X(uint64_t, num_layers) X(double, dropout)
// clang-format on
#define WIRE_MEMBER(type, member) type member;

typedef struct wire_plan {
	char variant[48];
	WIRE_PROBLEM(WIRE_MEMBER)
	uint32_t mode, threads, denormals, cpus; /* cpus: entries that follow, 0 or threads */
	uint64_t T, N, T_max, N_max;
	uint64_t rows; /* of the tensor table */
} wire_plan;

typedef struct wire_planned {
	uint64_t plan_bytes, scratch_bytes, tape_bytes;
	uint32_t alignment, has_effective;
} wire_planned;

enum slot_access { SLOT_ABSENT = 0, SLOT_READ = 1, SLOT_WRITE = 2 }; /* what the child may do */

typedef struct wire_slot { /* offsets in the arena: pages start..end, data..data+bytes in them, guards around */
	uint64_t start, end, data, bytes;
	uint32_t access, reserved;
} wire_slot;

/* Slots: the rows of the tensor table, then these four, then (has_effective) the rows again for effective weights. */
enum { SLOT_PLAN = 0, SLOT_TAPE = 1, SLOT_SCRATCH = 2, SLOT_SAMPLES = 3, SLOT_EXTRA = 4 };

typedef struct wire_arena {
	uint64_t bytes, slots;
	uint32_t poison, reserved;
} wire_arena;

typedef struct wire_run {
	uint32_t pass, poison;
	uint32_t form, reserved; /* worker_form */
} wire_run;
typedef struct wire_time {
	uint32_t pass, samples;
	uint64_t calls;              /* of a sample */
	uint64_t seed, sample, call; /* of vary.h: of the first call */
	uint32_t restored, reserved; /* 1: the host has written inputs and weights since the last message */
} wire_time;

/* What the child is doing: X(PHASE_*, the word for it). */
// clang-format off
#define PROTOCOL_PHASES(X) \
	X(PROTOCOL, "the worker itself") X(LOAD, "loading the plug-in") X(SUPPORTS, "supports") X(SIZES, "sizes") \
	X(PLAN_CREATE, "plan_create") X(DESCRIBE, "describe") X(SET_WEIGHTS, "set_weights") \
	X(EFFECTIVE, "effective_weights") X(FORWARD, "forward") X(BACKWARD, "backward") \
	X(PLAN_DESTROY, "plan_destroy") X(EXIT, "exit handlers")
#define PROTOCOL_PHASE(phase, word) PHASE_##phase,
enum phase { PROTOCOL_PHASES(PROTOCOL_PHASE) PHASES };
// clang-format on

typedef struct control { /* the control page, written by the child; the host trusts none of it */
	volatile uint32_t phase;
	volatile uint32_t crashed; /* 1: the rest is a record of a caught signal */
	volatile int32_t signal, code;
	volatile uint32_t in_arena;     /* 1: address is an offset in the arena */
	volatile uint32_t upper_halves; /* 1: a call left upper halves of vector registers in use */
	volatile uint64_t address;
} control;

typedef struct message {
	int fd;            /* that came or goes with it; -1 = none.  The receiver owns it. */
	message_head head; /* what follows it here follows it in the channel */
	union {
		unsigned char payload[PROTOCOL_PAYLOAD + 1]; /* NUL behind a received one */
		char text[PROTOCOL_PAYLOAD + 1];             /* a path; a sentence; the name of an engine */
		wire_hello hello;
		worker_variant variant[PROTOCOL_PAYLOAD / sizeof(worker_variant)];
		wire_plan plan;
		wire_planned planned;
		wire_arena arena;
		wire_run run;
		wire_time time;
	};
} message;

_Static_assert(sizeof(message_head) == 24 && offsetof(message, payload) == offsetof(message, head) + 24 &&
                   sizeof(wire_hello) == 32 + SANDBOX_TEXT && sizeof(worker_variant) == 144 &&
                   sizeof(wire_plan) == 168 && sizeof(wire_planned) == 32 && sizeof(wire_slot) == 40 &&
                   sizeof(wire_arena) == 24 && sizeof(wire_time) == 48 && sizeof(control) == 32,
               "wire layout");

wire_hello protocol_hello(void); /* of this side */

typedef enum channel_result { CHANNEL_OK, CHANNEL_CLOSED, CHANNEL_GARBAGE, CHANNEL_LATE, CHANNEL_FLOOD } channel_result;

/* Sends all of m; never raises SIGPIPE. */
channel_result message_send(int channel, const message *m);
/* Receives one message.  wait (NULL = block) is called before every read and ends the wait with another result. */
typedef channel_result message_wait(void *context);
channel_result message_receive(int channel, message *m, message_wait *wait, void *context);

const char *phase_name(uint32_t phase); /* "forward"; "an unknown phase" */

#endif

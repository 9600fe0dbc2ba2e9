/* SPDX-License-Identifier: MIT */
/* host.h - the parent's side.  host.c: the calls of worker.h; host_arena.c: layout and patterns; child.c: starting,
 * asking, ending the process; ending.c: the sentence about how a child ended. */
#ifndef WORKER_HOST_H
#define WORKER_HOST_H

#include "protocol.h"
#include "serve.h"

#include <sys/types.h>

#define SAID_BYTES 2048 /* of the child's output that are kept: the last */

struct worker {
	worker_launch launch;
	pid_t pid;           /* 0: none, or reaped */
	int channel, output; /* sockets and pipes to the child, -1 in place */
	control *control;    /* shared page; in place: ours */
	server *in_place;
	message message;
	uint32_t serial;
	int loaded;                 /* the plug-in was asked for; what came of it is in load_error */
	gm_error load_error, ended; /* status GM_OK: fine */
	char said[SAID_BYTES];
	size_t said_bytes;
	uint64_t page; /* larger page size of both sides */
	double limit;  /* seconds of the question under way */

	gm_spec spec; /* of the plan; tensors NULL: none */
	gm_tensors *tensors;
	worker_info info;
	wire_slot *slots;
	size_t slot_count;
	unsigned char *base;
	uint64_t bytes;
	int arena; /* descriptor on its way to the child, -1 otherwise */
	int has_effective;
	uint32_t poison;
};

/* child.c */
GM_CHECKED gm_status child_start(worker *w, gm_error *error);
/* Sends w->message and receives the answer into it.  GM_CRASHED or GM_TIMEOUT if there is none, else the answer's
 * status with its sentence. */
GM_CHECKED gm_status child_ask(worker *w, double seconds, gm_error *error);
void child_stop(worker *w); /* asks it to end, kills it if it does not; reaps, closes everything */

/* ending.c: how the child ended, from its wait status and control page; fills w->ended. */
enum ending { ENDING_ENDED, ENDING_LOST, ENDING_GARBAGE, ENDING_LATE };
gm_status tell_ending(worker *w, enum ending how, int wait_status);

/* host_arena.c */
GM_CHECKED gm_status host_arena_create(worker *w, const wire_planned *planned, const unsigned char *absent,
                                       gm_error *error);
void host_arena_destroy(worker *w);                                /* tensors too */
GM_CHECKED gm_status host_arena_check(worker *w, gm_error *error); /* GM_MISMATCH if a pattern is damaged; repairs it */
const char *host_slot_name(const void *w, size_t slot);

/* Which program a worker is where its launch names none: its path, and in *argument the word that follows it, or NULL.
 * GM_IO: cannot be told, or cannot be started here. */
#define PROGRAM_PATH 4096
GM_CHECKED gm_status program_find(char path[PROGRAM_PATH], const char **argument, gm_error *error);

#endif

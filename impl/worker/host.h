/* SPDX-License-Identifier: MIT */
/* host.h - the parent's side.  host.c: the calls of worker.h; offer.c: what a worker may offer; child.c: starting,
 * asking, ending the process; ending.c: the sentence about how a child ended. */
#ifndef WORKER_HOST_H
#define WORKER_HOST_H

#include "arena.h"
#include "serve.h"

#include <sys/types.h>

#define SAID_BYTES 2048 /* of the child's output that are kept: the last */

#define FLOOD_BYTES (16u << 20) /* printed while one question is answered: more is a breach */

struct worker {
	worker_launch launch;
	pid_t pid;           /* 0: none, or reaped */
	int channel, output; /* sockets and pipes to the child, -1 in place */
	control *control;    /* shared page; in place: own_control */
	control own_control;
	server in_place;
	message message;
	int loaded;                 /* the plug-in was asked for; what came of it is in load_error */
	gm_error load_error, ended; /* status GM_OK: fine */
	char said[2 * SAID_BYTES];
	size_t said_bytes, flood; /* flood: printed since the question was asked */
	double limit, deadline;   /* of the question under way: seconds, and of clock_now */

	gm_spec spec; /* of the plan */
	arena arena;
	worker_info info;
	char sandbox[SANDBOX_TEXT];
	int left; /* processes, when it had ended */
	uint32_t poison;
	uint32_t restored; /* 1: worker_restore wrote since the last worker_time */
};

/* child.c */
GM_CHECKED gm_status child_start(worker *w, gm_error *error);
/* Sends w->message as a question of this kind whose payload has so many bytes, and receives the answer into it.
 * GM_CRASHED or GM_TIMEOUT if there is none, else the answer's status with its sentence. */
GM_CHECKED gm_status child_ask(worker *w, uint32_t kind, size_t bytes, double seconds, gm_error *error);
void child_stop(worker *w); /* asks it to end, kills it if it does not; reaps, closes everything */

/* ending.c: how the child ended; fills w->ended.  result: of the channel; wait_status: of a child whose end closed the
 * channel, -1 of one that closed it before; CHANNEL_OK: it was ended for what it left. */
gm_status tell_ending(worker *w, channel_result result, int wait_status);

/* offer.c: GM_BAD_PLUGIN for a name, a number or a count that breaks the rules of gatemark/variant.h. */
GM_CHECKED gm_status offer_check(const worker_variant *list, size_t count, gm_error *error);

/* Which program a worker is where its launch names none: its path, and in *argument the word that follows it, or NULL.
 * GM_IO: cannot be told, or cannot be started here. */
#define PROGRAM_PATH 4096
GM_CHECKED gm_status program_find(char path[PROGRAM_PATH], const char **argument, gm_error *error);

#endif

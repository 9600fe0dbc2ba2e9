/* SPDX-License-Identifier: MIT */
/* ending.c - one sentence about how a child ended: signal, function, buffer and offset, and the last line the child
 * printed. The control page was writable for the dead: every number of it is checked before it is used. */
#include "host.h"

#include "arena.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* Where a fault lay, as ": ..."; empty if the signal has no address. */
static void fault_place(const worker *w, int number, char text[200])
{
	const control *c = w->control;
	char place[160];

	text[0] = 0;
	if (!c->crashed || c->signal != number || (number != SIGSEGV && number != SIGBUS))
		return;
	if (c->code <= 0)
		snprintf(text, 200, ": sent, not a fault");
	else if (c->in_arena && w->tensors && c->address < w->bytes) {
		arena_place_name(w->slots, w->slot_count, c->address, host_slot_name, w, place);
		snprintf(text, 200, ": %s", place);
	} else if (c->address == 0 && c->code == SI_KERNEL)
		snprintf(text, 200, ": a misaligned vector access, or a wild pointer");
	else
		snprintf(text, 200, ": at address 0x%llx, outside the arena", (unsigned long long)c->address);
}

/* The last line with printable letters that the child wrote, as "; it said: ...". */
static void last_words(const worker *w, char text[200])
{
	size_t end = w->said_bytes, start;

	text[0] = 0;
	while (end && (unsigned char)w->said[end - 1] <= ' ')
		end--;
	for (start = end; start && w->said[start - 1] != '\n'; start--)
		;
	if (end == start)
		return;
	int length = (int)(end - start > 160 ? 160 : end - start);
	snprintf(text, 200, "; it said: %.*s", length, w->said + start);
	for (char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

static void how_it_ended(const worker *w, int wait_status, char text[300])
{
	const char *where = phase_name(w->control->phase);
	int number = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
	const char *name = sigabbrev_np(number);
	char place[200];

	fault_place(w, number, place);
	if (!number)
		snprintf(text, 300, "exit(%d) in %s", WEXITSTATUS(wait_status), where);
	else if (name)
		snprintf(text, 300, "SIG%s in %s%s", name, where, place);
	else
		snprintf(text, 300, "killed by signal %d in %s", number, where);
}

gm_status tell_ending(worker *w, enum ending how, int wait_status)
{
	const char *where = phase_name(w->control->phase);
	gm_status status = how == ENDING_LATE ? GM_TIMEOUT : GM_CRASHED;
	char text[300], words[200];

	if (how == ENDING_ENDED && WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == PROTOCOL_LOST)
		how = ENDING_LOST;
	if (how == ENDING_ENDED)
		how_it_ended(w, wait_status, text);
	else if (how == ENDING_LATE)
		snprintf(text, sizeof text, "no answer from %s within %.3g s", where, w->limit);
	else if (how == ENDING_LOST)
		snprintf(text, sizeof text, "closed the channel to the host in %s", where);
	else /* what it does by now need not be what it did then */
		snprintf(text, sizeof text, "sent garbage into the channel to the host");
	last_words(w, words);
	return gm_fail(&w->ended, status, "%s%s", text, words);
}

/* SPDX-License-Identifier: MIT */
/* ending.c - one sentence about how a child ended: signal, function, buffer and offset, and the last line the child
 * printed. The control page was writable for the dead: every number of it is checked before it is used. */
#include "host.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* Where a fault lay; empty if the signal has no address. */
static void fault_place(const worker *w, int number, char text[160])
{
	const control c = *w->control; /* once: what outlives the child may still write */

	text[0] = 0;
	if (!c.crashed || c.signal != number || (number != SIGSEGV && number != SIGBUS && number != SIGSYS))
		return;
	if (number == SIGSYS)
		snprintf(text, 160, "it tried to %s", sandbox_deed((int)c.address));
	else if (c.code <= 0)
		snprintf(text, 160, "sent, not a fault");
	else if (c.in_arena && w->arena.tensors && c.address < w->arena.bytes)
		arena_place_name(&w->arena, c.address, text);
	else if (c.address == 0 && c.code == SI_KERNEL)
		snprintf(text, 160, "a misaligned vector access, or a wild pointer");
	else
		snprintf(text, 160, "at address 0x%llx, outside the arena", (unsigned long long)c.address);
}

/* The last line with printable letters that the child wrote, as "; it said: ...". */
static void last_words(const worker *w, char text[200])
{
	size_t end = w->said_bytes;

	while (end && (unsigned char)w->said[end - 1] <= ' ')
		end--;
	const char *newline = memrchr(w->said, '\n', end), *line = newline ? newline + 1 : w->said;
	size_t length = (size_t)(w->said + end - line);
	snprintf(text, 200, "%s%.*s", length ? "; it said: " : "", (int)(length > 160 ? 160 : length), line);
	for (char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

gm_status tell_ending(worker *w, channel_result result, int wait_status)
{
	const char *where = phase_name(w->control->phase);
	int number = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
	char place[160], words[200];

	fault_place(w, number, place);
	last_words(w, words);
	if (result == CHANNEL_OK)
		return gm_fail(&w->ended, GM_MISMATCH, "%s left %d process%s", where, w->left, w->left == 1 ? "" : "es");
	if (result == CHANNEL_FLOOD)
		return gm_fail(&w->ended, GM_MISMATCH, "%s printed more than %u MiB%s", where, FLOOD_BYTES >> 20, words);
	if (result == CHANNEL_LATE)
		return gm_fail(&w->ended, GM_TIMEOUT, "no answer from %s within %.3g s%s", where, w->limit, words);
	if (result == CHANNEL_GARBAGE) /* what it does by now need not be what it did then */
		return gm_fail(&w->ended, GM_CRASHED, "sent garbage into the channel to the host%s", words);
	if (wait_status < 0 || (!number && WEXITSTATUS(wait_status) == PROTOCOL_LOST))
		return gm_fail(&w->ended, GM_CRASHED, "closed the channel to the host in %s%s", where, words);
	if (!number)
		return gm_fail(&w->ended, GM_CRASHED, "exit(%d) in %s%s", WEXITSTATUS(wait_status), where, words);
	if (!sigabbrev_np(number))
		return gm_fail(&w->ended, GM_CRASHED, "killed by signal %d in %s%s", number, where, words);
	return gm_fail(&w->ended, GM_CRASHED, "SIG%s in %s%s%s%s", sigabbrev_np(number), where, *place ? ": " : "", place,
	               words);
}

/* SPDX-License-Identifier: MIT */
/* protocol.c - messages on a stream socket: all of a message or none, with at most one descriptor. */
#include "protocol.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

gm_status message_create(message *m, gm_error *error)
{
	memset(m, 0, sizeof *m);
	m->fd = -1;
	m->payload = malloc(PROTOCOL_PAYLOAD + 1);
	if (!m->payload)
		return gm_fail(error, GM_NO_MEMORY, "no memory for a message");
	return GM_OK;
}

void message_destroy(message *m)
{
	if (m->fd >= 0)
		close(m->fd);
	free(m->payload);
	m->payload = NULL;
	m->fd = -1;
}

void message_begin(message *m, uint32_t kind)
{
	uint32_t serial = m->head.serial;

	m->head = (message_head){.magic = PROTOCOL_MAGIC, .kind = kind, .serial = serial};
	m->fd = -1;
}

int message_append(message *m, const void *bytes, size_t count)
{
	if (count > PROTOCOL_PAYLOAD - m->head.bytes)
		return 0;
	memcpy(m->payload + m->head.bytes, bytes, count);
	m->head.bytes += count;
	return 1;
}

typedef union descriptor_space {
	struct cmsghdr head;
	char space[CMSG_SPACE(sizeof(int))];
} descriptor_space;

static void attach_descriptor(struct msghdr *header, descriptor_space *space, int fd)
{
	memset(space, 0, sizeof *space);
	header->msg_control = space;
	header->msg_controllen = sizeof *space;
	struct cmsghdr *c = CMSG_FIRSTHDR(header);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
}

static channel_result send_bytes(int channel, const void *bytes, size_t count, int fd)
{
	const char *at = bytes;

	while (count) {
		struct iovec part = {.iov_base = (void *)(uintptr_t)at, .iov_len = count};
		struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
		descriptor_space space;

		if (fd >= 0)
			attach_descriptor(&header, &space, fd);
		ssize_t sent = sendmsg(channel, &header, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? CHANNEL_LATE : CHANNEL_CLOSED;
		fd = -1;
		at += sent;
		count -= (size_t)sent;
	}
	return CHANNEL_OK;
}

channel_result message_send(int channel, const message *m)
{
	channel_result result = send_bytes(channel, &m->head, sizeof m->head, m->fd);

	return result == CHANNEL_OK ? send_bytes(channel, m->payload, m->head.bytes, -1) : result;
}

static void take_descriptor(struct msghdr *header, int *fd)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		int got;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof got))
			continue;
		memcpy(&got, CMSG_DATA(c), sizeof got);
		if (*fd >= 0)
			close(*fd);
		*fd = got;
	}
}

static channel_result receive_bytes(int channel, void *bytes, size_t count, int *fd, message_wait *wait, void *context)
{
	char *at = bytes;

	while (count) {
		struct iovec part = {.iov_base = at, .iov_len = count};
		descriptor_space space;
		struct msghdr header = {
			.msg_iov = &part, .msg_iovlen = 1, .msg_control = &space, .msg_controllen = sizeof space};
		channel_result ready = wait ? wait(context) : CHANNEL_OK;

		if (ready != CHANNEL_OK)
			return ready;
		ssize_t got = recvmsg(channel, &header, 0);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0)
			return CHANNEL_CLOSED;
		take_descriptor(&header, fd);
		at += got;
		count -= (size_t)got;
	}
	return CHANNEL_OK;
}

channel_result message_receive(int channel, message *m, message_wait *wait, void *context)
{
	m->fd = -1;
	channel_result result = receive_bytes(channel, &m->head, sizeof m->head, &m->fd, wait, context);

	if (result != CHANNEL_OK)
		return result;
	if (m->head.magic != PROTOCOL_MAGIC || m->head.bytes > PROTOCOL_PAYLOAD)
		return CHANNEL_GARBAGE;
	m->payload[m->head.bytes] = 0;
	return receive_bytes(channel, m->payload, m->head.bytes, &m->fd, wait, context);
}

const char *phase_name(uint32_t phase)
{
	static const char *const name[PHASES] = {
		[PHASE_PROTOCOL] = "the worker itself",
		[PHASE_LOAD] = "loading the plug-in",
		[PHASE_SUPPORTS] = "supports",
		[PHASE_SIZES] = "sizes",
		[PHASE_PLAN_CREATE] = "plan_create",
		[PHASE_DESCRIBE] = "describe",
		[PHASE_SET_WEIGHTS] = "set_weights",
		[PHASE_EFFECTIVE] = "effective_weights",
		[PHASE_FORWARD] = "forward",
		[PHASE_BACKWARD] = "backward",
		[PHASE_TIME] = "time",
		[PHASE_PLAN_DESTROY] = "plan_destroy",
		[PHASE_EXIT] = "exit handlers",
	};

	return phase < PHASES ? name[phase] : "an unknown phase";
}

/* SPDX-License-Identifier: MIT */
/* protocol.c - messages on a stream socket: all of a message or none, with at most one descriptor. */
#include "protocol.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

wire_hello protocol_hello(void)
{
	return (wire_hello){.protocol = PROTOCOL_VERSION,
	                    .abi_major = GM_ABI_MAJOR,
	                    .abi_minor = GM_ABI_MINOR,
	                    .pointer_bytes = sizeof(void *),
	                    .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE),
	                    .pid = (uint64_t)getpid()};
}

typedef union descriptor_space {
	struct cmsghdr head;
	char space[CMSG_SPACE(sizeof(int))];
} descriptor_space;

channel_result message_send(int channel, const message *m)
{
	struct iovec part = {.iov_base = (char *)(uintptr_t)m + offsetof(message, head),
	                     .iov_len = sizeof m->head + m->head.bytes};
	descriptor_space rights = {
		.head = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof m->fd)}};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};

	memcpy(CMSG_DATA(&rights.head), &m->fd, sizeof m->fd);
	if (m->fd >= 0) {
		header.msg_control = &rights;
		header.msg_controllen = sizeof rights;
	}
	while (part.iov_len) {
		ssize_t sent = sendmsg(channel, &header, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? CHANNEL_LATE : CHANNEL_CLOSED;
		header.msg_control = NULL;
		header.msg_controllen = 0;
		part.iov_base = (char *)part.iov_base + sent;
		part.iov_len -= (size_t)sent;
	}
	return CHANNEL_OK;
}

/* As recv; a descriptor that comes along replaces *fd. */
static ssize_t receive_part(int channel, void *bytes, size_t count, int *fd)
{
	struct iovec part = {.iov_base = bytes, .iov_len = count};
	descriptor_space space;
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &space, .msg_controllen = sizeof space};
	ssize_t got = recvmsg(channel, &header, 0);

	for (struct cmsghdr *c = got < 0 ? NULL : CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof *fd))
			continue;
		if (*fd >= 0)
			close(*fd);
		memcpy(fd, CMSG_DATA(c), sizeof *fd);
	}
	return got;
}

channel_result message_receive(int channel, message *m, message_wait *wait, void *context)
{
	char *at = (char *)m + offsetof(message, head);
	size_t count = sizeof m->head, done = 0;

	m->fd = -1;
	while (done < count) {
		channel_result ready = wait ? wait(context) : CHANNEL_OK;

		if (ready != CHANNEL_OK)
			return ready;
		ssize_t got = receive_part(channel, at + done, count - done, &m->fd);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0)
			return CHANNEL_CLOSED;
		done += (size_t)got;
		if (done != sizeof m->head)
			continue;
		if (m->head.magic != PROTOCOL_MAGIC || m->head.bytes > PROTOCOL_PAYLOAD)
			return CHANNEL_GARBAGE;
		m->payload[m->head.bytes] = 0;
		count += m->head.bytes;
	}
	return CHANNEL_OK;
}

const char *phase_name(uint32_t phase)
{
#define PHASE_WORD(phase, word) word,
	static const char *const name[PHASES] = {PROTOCOL_PHASES(PHASE_WORD)};

	return phase < PHASES ? name[phase] : "an unknown phase";
}

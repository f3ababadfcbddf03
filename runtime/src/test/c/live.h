/* The daemon's side of the protocol for the live tests: sends and receives packets, reads files. */
#ifndef BERTH_LIVE_H
#define BERTH_LIVE_H

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "builder.h"

static void packet_send(int to, uint16_t type, uint32_t tag, const void *payload, size_t size, const int *fds, unsigned count)
{
	struct packet_header header = {PACKET_MAGIC, type, 1, tag, (uint32_t)size};
	struct iovec iov[2] = {{&header, sizeof header}, {(void *)(uintptr_t)payload, size}};
	static char control[CMSG_SPACE(253 * sizeof(int))];
	struct msghdr message = {.msg_iov = iov, .msg_iovlen = 2};
	if (count) {
		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(head), fds, count * sizeof(int));
	}
	if (sendmsg(to, &message, MSG_NOSIGNAL) < 0)
		printf("send of packet %u: %s\n", type, strerror(errno));
}

struct packet {
	struct packet_header header;
	union {
		char bytes[65536];
		struct launched launched;
		struct exited exited;
		struct state_entry entries[512];
		int32_t error;
	} body;
	int fds[8];
	unsigned count;
};

static struct packet got;

/* The next packet into `got`; false at the end of the connection or after `ms`. */
static bool packet_receive(int from, int ms)
{
	struct iovec iov[2] = {{&got.header, sizeof got.header}, {&got.body, sizeof got.body}};
	char control[CMSG_SPACE(8 * sizeof(int))];
	struct msghdr message = {.msg_iov = iov, .msg_iovlen = 2, .msg_control = control, .msg_controllen = sizeof control};
	struct pollfd poller = {.fd = from, .events = POLLIN};
	memset(&got.header, 0, sizeof got.header);
	got.count = 0;
	if (poll(&poller, 1, ms) <= 0)
		return false;
	ssize_t n = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
	for (struct cmsghdr *head = n > 0 ? CMSG_FIRSTHDR(&message) : NULL; head; head = CMSG_NXTHDR(&message, head)) {
		got.count = (unsigned)((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(got.fds, CMSG_DATA(head), got.count * sizeof(int));
	}
	return n >= (ssize_t)sizeof got.header;
}

static bool expect(int from, uint16_t type, uint32_t tag)
{
	if (packet_receive(from, 8000) && got.header.type == type && got.header.tag == tag)
		return true;
	printf("expected packet %u tag %u, got %u tag %u\n", type, tag, got.header.type, got.header.tag);
	return false;
}

static void request_send(int to, uint16_t type, uint32_t tag, const char *id, int signal_number)
{
	struct request request = {.number = signal_number};
	snprintf(request.id, sizeof request.id, "%s", id);
	size_t size = type == PACKET_SIGNAL ? sizeof request : type == PACKET_STATE || type == PACKET_SHUTDOWN ? 0 : ID_SIZE;
	packet_send(to, type, tag, &request, size, NULL, 0);
}

/* errno of the DONE that answers the request, -1 if none came. */
static int ask(int to, uint16_t type, uint32_t tag, const char *id, int signal_number)
{
	request_send(to, type, tag, id, signal_number);
	return expect(to, PACKET_DONE, tag) ? got.body.error : -1;
}

/* Sends the plan that was built as a SPAWN (with a listener), RUN or LAUNCH, with FDS packets where one does not hold all. */
static void plan_send(int to, uint16_t type, uint32_t tag, const char *id, int listener, bool seal)
{
	char name[ID_SIZE] = {0};
	int fds[520];
	unsigned count = 0, at = 0;
	snprintf(name, sizeof name, "%s", id);
	fds[count++] = plan_memory(seal);
	if (listener >= 0)
		fds[count++] = listener;
	for (uint32_t i = 0; i < plan.header.fds; i++)
		fds[count++] = plan.fds[i];
	for (; count - at > PACKET_FDS; at += PACKET_FDS)
		packet_send(to, PACKET_FDS_AHEAD, 0, NULL, 0, fds + at, PACKET_FDS);
	packet_send(to, type, tag, name, sizeof name, fds + at, count - at);
	close(fds[0]);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 8) < 0)
		abort();
	return fd;
}

static int connect_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return -1;
	return fd;
}

static size_t slurp(int fd, char *to, size_t size)
{
	size_t length = 0;
	for (ssize_t n; length + 1 < size && (n = read(fd, to + length, size - 1 - length)) > 0;)
		length += (size_t)n;
	to[length] = 0;
	return length;
}

static size_t slurp_file(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = fd < 0 ? 0 : slurp(fd, to, size);
	to[length] = 0;
	if (fd >= 0)
		close(fd);
	return length;
}

#endif

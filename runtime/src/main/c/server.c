/* The connection to the daemon and the event loop. Nothing here ever waits for the daemon: what it can not be told now is
 * marked on its entry and told when the socket has room again; until then no further request is read. */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "compat.h"
#include "shim.h"

enum { WAITING = REGISTERS + 2, EVENTS = 16 };

static int epoll = -1, listener = -1, signals = -1, connection = -1;
static bool is_helper;
static bool blocked;       /* the socket is full */
static int waiting[WAITING]; /* descriptors for the next SPAWN, RUN or LAUNCH */
static unsigned waits;

static struct {
	uint16_t type; /* 0: no reply is owed */
	uint32_t tag;
	uint32_t size;
	struct launched body; /* of DONE, no more than the errno in front */
	int fd;               /* rides along, -1 for none */
} reply; /* at most one: no request is read while it is owed */

static PAGES union {
	struct state_entry entries[PROCESSES];
	char bytes[1];
} state;

int serve_await(int fd, uint32_t events, enum source source, unsigned index, unsigned which)
{
	uint64_t token = (uint64_t)source | (uint64_t)which << 8 | (uint64_t)index << 16;
	struct epoll_event event = {.events = events, .data.u64 = token};
	return (int)sys(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

int serve_watch(int fd, enum source source, const struct process *p, unsigned which)
{
	return serve_await(fd, EPOLLIN, source, p ? process_index(p) : 0, which);
}

void serve_unwatch(int fd)
{
	epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
}

/* A clone that has not closed its copies yet (a frozen one may never) would keep a closed descriptor in the epoll set. */
void serve_close(int *fd)
{
	if (*fd >= 0)
		serve_unwatch(*fd);
	close_fd(fd);
}

static void close_waiting(void)
{
	while (waits > 0)
		close(waiting[--waits]);
}

static void disconnect(void)
{
	if (is_helper)
		_exit(0);
	if (connection >= 0)
		shutdown(connection, SHUT_RDWR);
	serve_close(&connection);
	close_waiting();
	blocked = false;
	reply.type = 0;
	close_fd(&reply.fd);
	for (unsigned i = 0; i < process_count(); i++) {
		struct process *p = process_at(i);
		if (!p)
			continue;
		p->tag = 0;
		serve_settle(p);
	}
}

static void want_room(bool room)
{
	struct epoll_event event = {.events = room ? EPOLLOUT : EPOLLIN, .data.u64 = FROM_CONNECTION};
	epoll_ctl(epoll, EPOLL_CTL_MOD, connection, &event);
	blocked = room;
}

/* True if the packet is on its way. If not, the socket is full or the connection is gone: see `blocked`. */
static bool send_packet(uint16_t type, uint32_t tag, const void *payload, size_t size, const int *fds, unsigned count)
{
	struct packet_header header = {PACKET_MAGIC, type, PACKET_VERSION, tag, (uint32_t)size};
	struct iovec iov[2] = {{&header, sizeof header}, {(void *)(uintptr_t)payload, size}};
	union {
		char bytes[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr message = {.msg_iov = iov, .msg_iovlen = 2};
	if (count > 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = (socklen_t)CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = (socklen_t)CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(head), fds, count * sizeof(int));
	}
	if (connection < 0 || blocked)
		return false;
	long n = sys(sendmsg(connection, &message, MSG_DONTWAIT | MSG_NOSIGNAL));
	if (n == -EAGAIN || n == -ENOBUFS || n == -ENOMEM)
		want_room(true);
	else if (n < 0)
		shutdown(connection, SHUT_RDWR); /* the loop sees the end and takes it from there */
	return n >= 0;
}

static bool tell_launched(struct process *p)
{
	struct launched told = {p->error ? 0 : p->pid, p->error, p->error ? p->failed_op : 0};
	uint16_t type = p->kind == KIND_POD ? PACKET_SPAWNED : PACKET_LAUNCHED;
	bool terminal = hands_over_terminal(p) && p->input >= 0;
	if (!send_packet(type, p->tag, &told, sizeof told, &p->input, terminal))
		return false;
	if (terminal)
		close_fd(&p->input);
	return true;
}

static bool tell_exited(const struct process *p)
{
	struct exited told = {
		.kind = p->kind,
		.pid = p->pid,
		.status = p->status,
		.finished = p->finished,
		.oom_kills = p->oom_kills,
		.stdout_bytes = p->out[0].bytes,
		.stderr_bytes = p->out[1].bytes,
		.lost_bytes = p->lost_bytes,
	};
	int fds[2];
	unsigned count = 0;
	memcpy(told.id, p->id, sizeof told.id);
	for (unsigned k = 0; k < 2; k++) {
		if (p->out[k].memory < 0)
			continue;
		lseek(p->out[k].memory, 0, SEEK_SET);
		fds[count++] = p->out[k].memory;
		told.captured |= 1u << k;
	}
	return send_packet(PACKET_EXITED, p->tag, &told, sizeof told, fds, count);
}

/* Tells the daemon what it is owed about `p`. Without a daemon nothing is owed: the next one asks for STATE. */
void serve_settle(struct process *p)
{
	if (connection < 0)
		p->owed = 0;
	if ((p->owed & OWE_LAUNCHED) && tell_launched(p))
		p->owed &= ~(unsigned)OWE_LAUNCHED;
	if ((p->owed & OWE_EXITED) && !(p->owed & OWE_LAUNCHED) && tell_exited(p))
		p->owed &= ~(unsigned)OWE_EXITED;
	if (p->owed == 0)
		process_told(p);
}

static uint32_t fill_state(void)
{
	uint32_t count = 0;
	for (unsigned i = 0; i < process_count(); i++) {
		const struct process *p = process_at(i);
		if (!p || p->error)
			continue;
		struct state_entry *entry = &state.entries[count++];
		*entry = (struct state_entry){
			.kind = p->kind,
			.state = p->state == LAUNCHING ? WIRE_LAUNCHING : p->state == EXITED ? WIRE_EXITED : WIRE_RUNNING,
			.pid = p->pid,
			.status = p->status,
			.started = p->started,
			.finished = p->finished,
			.oom_kills = p->oom_kills,
			.lost_bytes = p->lost_bytes,
		};
		memcpy(entry->id, p->id, sizeof entry->id);
	}
	return count * (uint32_t)sizeof *state.entries;
}

static void send_reply(void)
{
	bool sent = reply.type == PACKET_STATE_REPLY
			    ? send_packet(reply.type, reply.tag, state.bytes, fill_state(), NULL, 0)
			    : send_packet(reply.type, reply.tag, &reply.body, reply.size, &reply.fd, reply.fd >= 0);
	if (!sent)
		return;
	reply.type = 0;
	close_fd(&reply.fd);
}

static void answer(uint16_t type, uint32_t tag, struct launched body, uint32_t size)
{
	reply.type = type;
	reply.tag = tag;
	reply.body = body;
	reply.size = size;
	send_reply();
}

static void answer_done(uint32_t tag, int error)
{
	answer(PACKET_DONE, tag, (struct launched){.pid = error}, sizeof(int32_t));
}

static void room_again(void)
{
	want_room(false);
	for (unsigned i = 0; i < process_count() && !blocked; i++) {
		struct process *p = process_at(i);
		if (p && p->owed)
			serve_settle(p);
	}
	if (reply.type && !blocked)
		send_reply();
}

static int on_start(uint32_t kind, const struct request *request, uint32_t tag)
{
	unsigned ahead = kind == KIND_POD ? 2 : 1;
	bool exists = process_find(request->id);
	struct process *p = exists ? NULL : process_new(request->id, kind, tag);
	int rc = -EPROTO;
	if (p && waits >= ahead)
		rc = launch(p, waiting[0], ahead > 1 ? waiting[1] : -1, waiting + ahead, waits - ahead);
	close_waiting();
	if (!p)
		answer(kind == KIND_POD ? PACKET_SPAWNED : PACKET_LAUNCHED, tag,
		       (struct launched){0, exists ? EEXIST : EAGAIN, NO_OP}, sizeof(struct launched));
	else if (rc < 0)
		process_refused(p, NO_OP, -rc);
	return 0;
}

static int on_spawn(const struct request *request, uint32_t tag)
{
	return on_start(KIND_POD, request, tag);
}

static int on_run(const struct request *request, uint32_t tag)
{
	return on_start(KIND_RUN, request, tag);
}

static int on_launch(const struct request *request, uint32_t tag)
{
	return on_start(KIND_INIT, request, tag);
}

/* Not reaped yet, the pid can not be anybody else's. */
static int on_signal(const struct request *request, uint32_t)
{
	const struct process *p = process_find(request->id);
	if (!p)
		return ENOENT;
	if ((p->state != LAUNCHING && p->state != RUNNING) || p->pid <= 0)
		return ESRCH;
	if (request->number < -64 || request->number > 64)
		return EINVAL;
	return kill(request->number < 0 ? -p->pid : p->pid, abs(request->number)) < 0 ? errno : 0;
}

static int on_reopen_log(const struct request *request, uint32_t)
{
	struct process *p = process_find(request->id);
	if (!p)
		return ENOENT;
	if (p->state == EXITED)
		return ESRCH;
	if (p->log < 0)
		return 0;
	int fd = log_open(p);
	if (fd < 0)
		return -fd;
	close(p->log);
	p->log = fd;
	p->torn = false;
	return 0;
}

static int on_attach(const struct request *request, uint32_t)
{
	struct process *p = process_find(request->id);
	int error = !p ? ENOENT : p->state != RUNNING ? ESRCH : attach(p, (uint32_t)request->number, waiting, waits);
	if (error == 0)
		waits = 0;
	close_waiting();
	return error;
}

static int on_resize(const struct request *request, uint32_t)
{
	const struct process *p = process_find(request->id);
	const struct winsize window = {.ws_row = (unsigned short)((uint32_t)request->number >> 16),
				       .ws_col = (unsigned short)request->number};
	if (!p)
		return ENOENT;
	if (p->state != RUNNING)
		return ESRCH;
	if (!(p->stdio & STDIO_TTY) || p->out[0].fd < 0)
		return ENOTTY;
	return ioctl(p->out[0].fd, TIOCSWINSZ, &window) < 0 ? errno : 0;
}

/* A socket belongs for ever to the network that it was made in: the daemon connects it where and as long as it likes. */
static int on_socket(const struct request *request, uint32_t)
{
	struct socket_request asked;
	memcpy(&asked, request, sizeof asked);
	if (asked.family != AF_INET && asked.family != AF_INET6)
		return EINVAL;
	reply.fd = socket(asked.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return reply.fd < 0 ? errno : 0;
}

static int on_adopt(const struct request *request, uint32_t)
{
	struct process *p = process_find(request->id);
	return p ? process_adopt(p, request->number) : ENOENT;
}

/* The terminal that a CREATE's program has made. */
static int on_terminal(const struct request *request, uint32_t)
{
	struct process *p = process_find(request->id);
	int error = !p ? ENOENT : waits != 1 || !(p->stdio & STDIO_TTY) || p->out[0].fd >= 0 ? EINVAL : 0;
	if (!error && !process_orphaned(p))
		error = EBUSY;
	if (!error) {
		take_master(p, waiting[0]);
		waits = 0;
	}
	close_waiting();
	return error;
}

static int on_forget(const struct request *request, uint32_t)
{
	struct process *p = process_find(request->id);
	if (!p)
		return ENOENT;
	if (p->state != EXITED && !process_orphaned(p))
		return EBUSY;
	process_free(p);
	return 0;
}

static int on_shutdown(const struct request *, uint32_t tag)
{
	for (unsigned i = 0; i < process_count(); i++) {
		const struct process *p = process_at(i);
		if (p && p->state != EXITED && p->kind != KIND_PAUSE)
			return EBUSY;
	}
	for (unsigned i = 0; i < process_count(); i++) {
		const struct process *p = process_at(i);
		if (p && (p->state == RUNNING || p->state == LAUNCHING) && p->pid > 0)
			kill(p->pid, SIGKILL);
	}
	answer_done(tag, 0);
	_exit(0);
}

enum { HELPER = 1, SHIM = 2, STARTS = 4, NO_ID = 8, TAKES_FDS = 16 };

static const struct {
	uint16_t type;
	uint8_t where;
	uint8_t size;
	int (*handle)(const struct request *request, uint32_t tag); /* errno of DONE */
} requests[] = {
	{PACKET_SPAWN, HELPER | STARTS, ID_SIZE, on_spawn},
	{PACKET_RUN, HELPER | STARTS, ID_SIZE, on_run},
	{PACKET_LAUNCH, SHIM | STARTS, ID_SIZE, on_launch},
	{PACKET_SIGNAL, HELPER | SHIM, sizeof(struct request), on_signal},
	{PACKET_REOPEN_LOG, SHIM, ID_SIZE, on_reopen_log},
	{PACKET_FORGET, SHIM, ID_SIZE, on_forget},
	{PACKET_ATTACH, SHIM | TAKES_FDS, sizeof(struct request), on_attach},
	{PACKET_RESIZE, SHIM, sizeof(struct request), on_resize},
	{PACKET_ADOPT, SHIM, sizeof(struct request), on_adopt},
	{PACKET_TERMINAL, SHIM | TAKES_FDS, ID_SIZE, on_terminal},
	{PACKET_SOCKET, SHIM | NO_ID, sizeof(struct socket_request), on_socket},
	{PACKET_SHUTDOWN, SHIM | NO_ID, 0, on_shutdown},
};

static bool id_fits(const char *id)
{
	return id[0] && memchr(id, 0, ID_SIZE);
}

/* False if the packet is none that belongs here: then nothing that follows can be trusted either. */
static bool dispatch(const struct packet_header *header, const struct request *request)
{
	if (header->type == PACKET_FDS_AHEAD)
		return header->length == 0;
	if (header->type == PACKET_STATE && !is_helper && header->length == 0 && waits == 0) {
		answer(PACKET_STATE_REPLY, header->tag, (struct launched){0}, 0);
		return true;
	}
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		unsigned where = requests[i].where;
		if (requests[i].type != header->type || !(where & (is_helper ? HELPER : SHIM)))
			continue;
		if (requests[i].size != header->length || (!(where & NO_ID) && !id_fits(request->id)) ||
		    (!(where & (STARTS | TAKES_FDS)) && waits > 0))
			return false;
		int error = requests[i].handle(request, header->tag);
		if (!(where & STARTS))
			answer_done(header->tag, error);
		return true;
	}
	return false;
}

/* Descriptors of a packet join those that wait. False if there are too many. */
static bool take_fds(struct msghdr *message)
{
	bool room = !(message->msg_flags & MSG_CTRUNC);
	for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head; head = CMSG_NXTHDR(message, head)) {
		if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < (head->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
			if (waits < WAITING)
				waiting[waits++] = fd;
			else
				room = close(fd) < 0;
		}
	}
	return room;
}

static void on_connection(uint32_t events)
{
	static union {
		char bytes[CMSG_SPACE(253 * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct packet_header header;
	struct request request;
	struct iovec iov[2] = {{&header, sizeof header}, {&request, sizeof request}};
	struct msghdr message = {
		.msg_iov = iov, .msg_iovlen = 2, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
	if (connection < 0)
		return;
	if (blocked && !(events & (EPOLLHUP | EPOLLERR))) {
		room_again();
		return;
	}
	long n = sys(recvmsg(connection, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC));
	if (n == -EAGAIN || n == -EINTR)
		return;
	bool whole = n >= (long)sizeof header && take_fds(&message) && !(message.msg_flags & MSG_TRUNC) &&
		     header.magic == PACKET_MAGIC && header.version == PACKET_VERSION &&
		     header.length == (size_t)n - sizeof header;
	if (!whole || !dispatch(&header, &request))
		disconnect();
}

static void on_listener(void)
{
	struct ucred peer;
	socklen_t size = sizeof peer;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || peer.uid != 0) {
		close(fd);
		return;
	}
	disconnect();
	connection = fd;
	if (serve_watch(fd, FROM_CONNECTION, NULL, 0) < 0)
		disconnect();
}

static void on_signals(void)
{
	struct signalfd_siginfo info;
	/* SIGTERM and all the others are read here and have no effect: a pod outlives whoever ends services. */
	while (read(signals, &info, sizeof info) > 0)
		;
	process_reap();
}

static void on_event(const struct epoll_event *event)
{
	enum source source = (enum source)(event->data.u64 & 0xff);
	unsigned which = event->data.u64 >> 8 & 0xff;
	struct process *p = process_at((unsigned)(event->data.u64 >> 16));
	/* An entry may be another's by now; every reaction to an event finds nothing to do then. */
	if (source == FROM_SIGNALS)
		on_signals();
	else if (source == FROM_LISTENER)
		on_listener();
	else if (source == FROM_CONNECTION)
		on_connection(event->events);
	else if (source == FROM_ATTACHMENT)
		attach_event((unsigned)(event->data.u64 >> 16), which);
	else if (p && source == FROM_INPUT)
		attach_room(p);
	else if (p && source == FROM_HANDSHAKE)
		launch_hear(p);
	else if (p && !stream_pump(p, which))
		process_ended(p);
}

static int open_sources(int fd)
{
	epoll = (int)sys(epoll_create1(EPOLL_CLOEXEC));
	signals = (int)sys(syscall(SYS_signalfd4, -1, &every_signal, sizeof every_signal, SFD_CLOEXEC | SFD_NONBLOCK));
	if (epoll < 0 || signals < 0 || launch_start() < 0 || serve_watch(signals, FROM_SIGNALS, NULL, 0) < 0)
		return -1;
	*(is_helper ? &connection : &listener) = fd;
	return serve_watch(fd, is_helper ? FROM_CONNECTION : FROM_LISTENER, NULL, 0);
}

/* Serves for ever: the helper its connection `fd`, a shim the listening socket `fd`. */
void serve(bool helper, int fd)
{
	struct epoll_event events[EVENTS];
	is_helper = helper;
	blocked = false;
	connection = -1;
	waits = 0;
	reply.type = 0;
	reply.fd = -1;
	if (open_sources(fd) < 0)
		_exit(1);
	for (;;) {
		int timeout = process_timeout();
		if (timeout < 0 && output_swollen())
			timeout = TRIM_MS;
		int count = epoll_wait(epoll, events, EVENTS, timeout);
		if (count == 0 && output_swollen())
			output_trim();
		for (int i = 0; i < count; i++)
			on_event(&events[i]);
		process_expire();
	}
}

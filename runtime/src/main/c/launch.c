/* From a plan to a running process. The parent prepares descriptors, clones, and hears of the outcome later through the
 * handshake, so that a child that hangs (a frozen cgroup, a dead file system) stops nobody else. */
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "compat.h"
#include "shim.h"
#include "start.h"

static struct child child; /* filled before the clone, used after it */
static int own_pidfd = -1; /* the way back from the pid namespace of a target */

int launch_start(void)
{
	own_pidfd = (int)sys(syscall(SYS_pidfd_open, getpid(), 0));
	return own_pidfd < 0 ? own_pidfd : 0;
}

static long keep(const int *fds, int32_t number, int *to)
{
	long fd = number < 0 ? -1 : sys(fcntl(fds[number], F_DUPFD_CLOEXEC, 3));
	*to = (int)(fd < 0 ? -1 : fd);
	return number < 0 || fd >= 0 ? 0 : fd;
}

/* A pipe whose end `theirs` (0 read, 1 write) goes to the child and belongs to the container's user, so that it can
 * open /dev/stdout again. */
static long make_pipe(const struct plan_header *h, int theirs, int *for_child, int *for_us)
{
	int ends[2];
	long rc = sys(pipe2(ends, O_CLOEXEC));
	if (rc < 0)
		return rc;
	*for_child = ends[theirs];
	*for_us = ends[!theirs];
	rc = sys(fchown(*for_child, h->owner_uid, h->owner_gid));
	if (rc < 0 && rc != -EPERM)
		return rc;
	return sys(fcntl(*for_us, F_SETFL, O_NONBLOCK));
}

static long prepare_log(struct process *p, const int *fds)
{
	const struct plan_header *h = child.plan.header;
	strcpy(p->log_name, plan_string(&child.plan, h->log_name));
	long rc = keep(fds, h->log_dir, &p->log_dir);
	if (rc == 0)
		rc = p->log = log_open(p);
	return rc < 0 ? rc : 0;
}

static long prepare_outputs(struct process *p)
{
	const struct plan_header *h = child.plan.header;
	bool terminal = h->stdio & STDIO_TTY;
	long rc = 0;
	for (unsigned k = 0; k < (terminal ? 1 : 2) && rc >= 0; k++) {
		if (h->stdio & STDIO_LOG)
			rc = log_claim(&p->out[k]);
		if (rc >= 0 && !terminal)
			rc = make_pipe(h, 1, &child.stdio[1 + k], &p->out[k].fd);
		if (rc >= 0 && !terminal)
			rc = serve_watch(p->out[k].fd, FROM_OUTPUT, p, k);
	}
	return rc < 0 ? rc : 0;
}

static long prepare_stdio(struct process *p, const int *fds)
{
	const struct plan_header *h = child.plan.header;
	long rc = 0;
	bool sink = h->stdio & (STDIO_LOG | STDIO_CAPTURE | STDIO_DISCARD);
	p->stdio = h->stdio;
	p->capture_limit = h->capture_limit;
	if (h->stdio & STDIO_LOG)
		rc = prepare_log(p, fds);
	if (rc == 0 && sink)
		rc = prepare_outputs(p);
	if (rc == 0 && (h->stdio & STDIO_STDIN) && !(h->stdio & STDIO_TTY))
		rc = make_pipe(h, 0, &child.stdio[0], &p->input);
	return rc;
}

/* The plan's own descriptors for 0-2, where no pipe has taken the place. */
static void take_registers(void)
{
	const struct plan_header *h = child.plan.header;
	const int32_t numbers[3] = {h->stdin_register, h->stdout_register, h->stderr_register};
	if (h->stdio & STDIO_TTY)
		return;
	for (int i = 0; i < 3; i++)
		if (child.stdio[i] < 0 && numbers[i] >= 0)
			child.stdio[i] = child.registers[numbers[i]];
}

static long open_target(void)
{
	const char *id = plan_string(&child.plan, child.plan.header->target);
	const struct process *target = *id ? process_find(id) : NULL;
	if (!*id)
		return 0;
	if (!target || target->state != RUNNING)
		return -ESRCH;
	child.target = (int)sys(syscall(SYS_pidfd_open, target->pid, 0));
	return child.target < 0 ? child.target : 0;
}

/* One clone puts the child into the cgroup and the pid namespace it belongs to; it stays a child of this process. */
static long clone_child(void)
{
	const struct plan_header *h = child.plan.header;
	struct clone_args args = {.flags = h->clone_flags | CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD};
	if (h->cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)child.registers[h->cgroup];
	}
	long rc = child.target < 0 ? 0 : sys(syscall(SYS_setns, child.target, CLONE_NEWPID));
	if (rc < 0)
		return rc;
	rc = sys(syscall(SYS_clone3, &args, sizeof args));
	/* Without the way back every later container would land in this one's pid namespace: better to die aloud. */
	if (rc != 0 && child.target >= 0 && syscall(SYS_setns, own_pidfd, CLONE_NEWPID) < 0)
		__builtin_trap();
	return rc;
}

static void sort(int *fds, unsigned count)
{
	for (unsigned i = 1; i < count; i++)
		for (unsigned k = i; k > 0 && fds[k - 1] > fds[k]; k--) {
			int swapped = fds[k];
			fds[k] = fds[k - 1];
			fds[k - 1] = swapped;
		}
}

/* Closes everything above 2 that is not the child's own: other containers' pipes, logs and terminals, the connection. */
static void close_others(int listener)
{
	static PAGES int kept[REGISTERS + 8];
	unsigned count = 0, from = 3;
	for (uint32_t i = 0; i < child.plan.header->fds; i++)
		kept[count++] = child.registers[i];
	for (unsigned i = 0; i < 3; i++)
		kept[count++] = child.stdio[i];
	kept[count++] = child.handshake;
	kept[count++] = child.target;
	kept[count++] = listener;
	kept[count++] = child.plan.header->kind == KIND_POD ? tiny_mounts : -1;
	sort(kept, count);
	for (unsigned i = 0; i < count; i++) {
		if (kept[i] < (int)from)
			continue;
		if (kept[i] > (int)from)
			syscall(SYS_close_range, from, (unsigned)kept[i] - 1, 0u);
		from = (unsigned)kept[i] + 1;
	}
	syscall(SYS_close_range, from, ~0u, 0u);
}

static _Noreturn void become(const char *id, int listener)
{
	close_others(listener);
	child_run(&child);
	shim_become(&child, id, listener); /* every other kind of plan ends in an op that does not return */
}

static long clone_with_handshake(struct process *p, int listener)
{
	int ends[2];
	long rc = sys(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
	if (rc < 0)
		return rc;
	p->handshake = ends[0];
	child.handshake = ends[1];
	rc = serve_watch(p->handshake, FROM_HANDSHAKE, p, 0);
	if (rc == 0) {
		rc = clone_child();
		if (rc == 0)
			become(p->id, listener);
	}
	close(ends[1]);
	p->pid = (int)(rc > 0 ? rc : 0);
	return rc < 0 ? rc : 0;
}

static long prepare_and_clone(struct process *p, int listener, const int *fds)
{
	long rc = prepare_stdio(p, fds);
	if (rc == 0)
		rc = keep(fds, child.plan.header->oom_file, &p->oom_file);
	if (rc == 0)
		rc = open_target();
	take_registers();
	if (rc == 0)
		rc = clone_with_handshake(p, listener);
	/* The pipe ends of the child; a passed descriptor is its sender's to close. */
	for (unsigned i = 0; i < 3; i++)
		if (child.stdio[i] >= 0 && (i ? p->out[i - 1].fd >= 0 : p->input >= 0))
			close(child.stdio[i]);
	close_fd(&child.target);
	return rc;
}

/* Starts what the plan says as `p`. 0, or a negative errno and the caller gives up `p`. `fds` stay the caller's. */
int launch(struct process *p, int plan_fd, int listener, const int *fds, unsigned count)
{
	int rc = plan_map(&child.plan, plan_fd);
	if (rc < 0)
		return rc;
	const struct plan_header *h = child.plan.header;
	bool launches = h->kind == KIND_INIT || h->kind == KIND_EXEC || h->kind == KIND_PAUSE || h->kind == KIND_CREATE;
	bool fits = h->fds == count && (p->kind == KIND_INIT ? launches : h->kind == p->kind);
	p->kind = fits ? h->kind : p->kind;
	for (unsigned i = 0; i < REGISTERS; i++)
		child.registers[i] = i < count ? fds[i] : -1;
	child.target = child.stdio[0] = child.stdio[1] = child.stdio[2] = child.shared_root = -1;
	child.settled = child.limited = false;
	rc = fits ? (int)prepare_and_clone(p, listener, fds) : -EPROTO;
	plan_unmap(&child.plan);
	return rc;
}

/* Takes a report off the handshake. Its length, 0 at the end, negative errno. A terminal's master comes in `fd`. */
static long hear_one(int handshake, struct report *report, int *fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {.iov_base = report, .iov_len = sizeof *report};
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
	long n = sys(recvmsg(handshake, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC));
	struct cmsghdr *head = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	*fd = -1;
	if (head && head->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(head), sizeof *fd);
	return n;
}

bool hands_over_terminal(const struct process *p)
{
	return (p->stdio & STDIO_TTY) && !(p->stdio & (STDIO_LOG | STDIO_CAPTURE | STDIO_DISCARD));
}

void take_master(struct process *p, int master)
{
	if (hands_over_terminal(p) && p->input < 0) {
		p->input = master;
		return;
	}
	if (p->out[0].fd >= 0 || fcntl(master, F_SETFL, O_NONBLOCK) < 0 || serve_watch(master, FROM_OUTPUT, p, 0) < 0) {
		close(master);
		return;
	}
	p->out[0].fd = master;
	/* A descriptor of its own for writing, which is watched at other times than the one that is read. */
	if (p->stdio & STDIO_STDIN)
		p->input = fcntl(master, F_DUPFD_CLOEXEC, 3);
}

void launch_heard(struct process *p)
{
	serve_close(&p->handshake);
	if (p->error || p->kind == KIND_CREATE)
		return; /* refused once it is reaped; a CREATE counts for what it leaves behind */
	if (p->kind == KIND_POD && !p->ready) {
		p->failed_op = NO_OP;
		p->error = EIO;
		return;
	}
	process_launched(p);
}

void launch_hear(struct process *p)
{
	struct report report;
	int fd;
	while (p->handshake >= 0) {
		long n = hear_one(p->handshake, &report, &fd);
		if (n == -EAGAIN || n == -EINTR)
			return;
		if (n != sizeof report) {
			close_fd(&fd);
			launch_heard(p);
			return;
		}
		if (fd >= 0)
			take_master(p, fd);
		if (report.what == REPORT_READY)
			p->ready = true;
		if (report.what == REPORT_MOVED)
			p->pid = (int32_t)report.op;
		if (report.what == REPORT_FAILED) {
			p->failed_op = report.op;
			p->error = report.error ? report.error : EIO;
		}
	}
}

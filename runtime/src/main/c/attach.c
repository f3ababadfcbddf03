/* Clients that follow a container: each has pipes of its own, made by the daemon. What the container writes goes to all of
 * them, what they write goes to the container. The container comes first: a client that does not take its bytes at once
 * loses its attachment, and nothing here ever waits. */
#include <poll.h>
#include <sys/mman.h>

#include "compat.h"
#include "shim.h"

enum { ATTACHMENTS = 32, INPUT_SIZE = 4096, INPUT_READS = 16 };

struct attachment {
	struct process *process; /* NULL: free */
	int fds[3];              /* read end of the client's stdin, write ends of its stdout and stderr; -1: none, or ended */
	bool once;               /* the end of its stdin is the end of the container's */
	uint32_t at, held;       /* of its input: taken from it, and not taken by the container yet */
};

static struct attachment table[ATTACHMENTS];
static PAGES char inputs[ATTACHMENTS][INPUT_SIZE];
static unsigned used;

static void end(struct attachment *a, unsigned which)
{
	serve_close(&a->fds[which]);
	if (a->fds[0] >= 0 || a->fds[1] >= 0 || a->fds[2] >= 0)
		return;
	a->process = NULL;
	used--;
	madvise(inputs[a - table], INPUT_SIZE, MADV_DONTNEED);
}

static void detach(struct attachment *a)
{
	for (unsigned k = 0; k < 3; k++)
		if (a->process && a->fds[k] >= 0)
			end(a, k);
}

void attach_tee(const struct process *p, unsigned which, const char *bytes, size_t size)
{
	for (unsigned i = 0; i < ATTACHMENTS && used; i++) {
		struct attachment *a = &table[i];
		if (a->process == p && a->fds[1 + which] >= 0 && write(a->fds[1 + which], bytes, size) != (ssize_t)size)
			detach(a);
	}
}

void attach_output_ended(const struct process *p, unsigned which)
{
	for (unsigned i = 0; i < ATTACHMENTS && used; i++)
		if (table[i].process == p && table[i].fds[1 + which] >= 0)
			end(&table[i], 1 + which);
}

void attach_input_ended(struct process *p)
{
	serve_close(&p->input);
	for (unsigned i = 0; i < ATTACHMENTS && used; i++)
		if (table[i].process == p && table[i].fds[0] >= 0)
			end(&table[i], 0);
}

/* The client has ended its input. Without `once` that is how it says goodbye. */
static void client_input_ended(struct attachment *a)
{
	if (a->once)
		attach_input_ended(a->process);
	else
		detach(a);
}

/* Hands on what is held. False if the container takes no more for now, or no more at all. */
static bool hand_on(struct attachment *a)
{
	struct process *p = a->process;
	long n = sys(write(p->input, inputs[a - table] + a->at, a->held));
	if (n == -EAGAIN || n == -EINTR || n == 0) {
		/* Its input is looked at again when the container has room. */
		serve_unwatch(a->fds[0]);
		serve_await(p->input, EPOLLOUT, FROM_INPUT, process_index(p), 0);
		return false;
	}
	if (n < 0) { /* nobody reads the container's stdin any more */
		attach_input_ended(p);
		return false;
	}
	a->at += (uint32_t)n;
	a->held -= (uint32_t)n;
	return true;
}

static void pump_input(struct attachment *a)
{
	unsigned index = (unsigned)(a - table);
	for (int reads = 0; reads < INPUT_READS || a->held > 0; reads++) {
		if (a->held == 0) {
			long n = sys(read(a->fds[0], inputs[index], INPUT_SIZE));
			if (n == -EAGAIN || n == -EINTR)
				return;
			if (n <= 0) {
				client_input_ended(a);
				return;
			}
			a->at = 0;
			a->held = (uint32_t)n;
		}
		if (!hand_on(a))
			return;
	}
}

void attach_room(struct process *p)
{
	if (p->input >= 0)
		serve_unwatch(p->input);
	for (unsigned i = 0; i < ATTACHMENTS && used; i++) {
		struct attachment *a = &table[i];
		if (a->process != p || a->held == 0 || a->fds[0] < 0)
			continue;
		serve_await(a->fds[0], EPOLLIN, FROM_ATTACHMENT, i, 0);
		pump_input(a);
	}
}

/* The event may be about an earlier client in this place, so an output is asked whether anybody still reads it. */
void attach_event(unsigned index, unsigned which)
{
	struct attachment *a = &table[index];
	if (!a->process || a->fds[which] < 0)
		return;
	struct pollfd reader = {.fd = a->fds[which]};
	if (which == 0 && a->held == 0)
		pump_input(a);
	else if (which > 0 && poll(&reader, 1, 0) == 1)
		end(a, which);
}

static int watch_all(struct attachment *a)
{
	unsigned index = (unsigned)(a - table);
	for (unsigned k = 0; k < 3; k++) {
		if (a->fds[k] < 0)
			continue;
		long rc = sys(fcntl(a->fds[k], F_SETFL, O_NONBLOCK));
		if (rc >= 0)
			rc = serve_await(a->fds[k], k ? 0 : EPOLLIN, FROM_ATTACHMENT, index, k);
		if (rc < 0)
			return (int)-rc;
	}
	return 0;
}

/* What has ended already ends for a new client at once. */
static void end_what_has_ended(struct attachment *a)
{
	const struct process *p = a->process;
	const bool over[3] = {p->input < 0, p->out[0].fd < 0, p->out[1].fd < 0};
	for (unsigned k = 0; k < 3; k++)
		if (over[k] && a->process && a->fds[k] >= 0)
			end(a, k);
}

int attach(struct process *p, uint32_t what, const int *fds, unsigned count)
{
	unsigned given = 0, i = 0;
	for (unsigned k = 0; k < 3; k++)
		given += what >> k & 1;
	if ((what & ~15u) || given == 0 || given != count || !(p->stdio & (STDIO_LOG | STDIO_DISCARD)))
		return EINVAL;
	while (i < ATTACHMENTS && table[i].process)
		i++;
	if (i == ATTACHMENTS)
		return EAGAIN;
	struct attachment *a = &table[i];
	*a = (struct attachment){.process = p, .once = what & ATTACH_ONCE};
	for (unsigned k = 0, next = 0; k < 3; k++)
		a->fds[k] = what >> k & 1 ? fds[next++] : -1;
	int error = watch_all(a);
	for (unsigned k = 0; k < count && error; k++)
		serve_unwatch(fds[k]);
	if (error) {
		a->process = NULL;
		return error;
	}
	used++;
	end_what_has_ended(a);
	return 0;
}

/* The pump: reads what a process writes and puts it in the log of the CRI, in a memory file, or nowhere. Whatever happens
 * to the log, the pipe is emptied: a full disk must not stop a container. */
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>

#include "compat.h"
#include "shim.h"

enum { BATCH = 1024, PREFIX = 40 }; /* "2026-01-02T03:04:05.000000000Z stdout F " */

PAGES char io_buffer[READ_SIZE];
static PAGES char lines[LOG_BUFFERS][LINE_LIMIT];
static PAGES struct iovec batch[BATCH];
static bool claimed[LOG_BUFFERS];
static bool swollen;
static int batched;
static size_t batch_bytes;

int log_claim(struct stream *s)
{
	for (int i = 0; i < LOG_BUFFERS; i++) {
		if (claimed[i])
			continue;
		claimed[i] = true;
		s->line = lines[i];
		s->held = 0;
		return 0;
	}
	return -ENOBUFS;
}

static void unclaim(struct stream *s)
{
	claimed[(s->line - lines[0]) / LINE_LIMIT] = false;
	madvise(s->line, LINE_LIMIT, MADV_DONTNEED);
	s->line = NULL;
}

/* Is there memory that only a burst of output needs? */
bool output_swollen(void)
{
	return swollen;
}

void output_trim(void)
{
	madvise(io_buffer, sizeof io_buffer, MADV_DONTNEED);
	madvise(batch, sizeof batch, MADV_DONTNEED);
	swollen = false;
}

int log_open(struct process *p)
{
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	return (int)sys(openat(p->log_dir, p->log_name, flags, 0640));
}

static void digits(char *to, unsigned count, uint64_t value)
{
	for (; count > 0; value /= 10)
		to[--count] = (char)('0' + value % 10);
}

/* The C library's gmtime takes a lock and may read files. This is the usual day count from 1 March of the year 0. */
static void stamp(char *to, uint64_t ns)
{
	uint64_t seconds = ns / 1000000000u, days = seconds / 86400 + 719468, clock = seconds % 86400;
	uint64_t era = days / 146097, of_era = days % 146097;
	uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint64_t month = (5 * of_year + 2) / 153;
	memcpy(to, "0000-00-00T00:00:00.000000000Z", 30);
	digits(to, 4, era * 400 + year + (month >= 10));
	digits(to + 5, 2, month < 10 ? month + 3 : month - 9);
	digits(to + 8, 2, of_year - (153 * month + 2) / 5 + 1);
	digits(to + 11, 2, clock / 3600);
	digits(to + 14, 2, clock / 60 % 60);
	digits(to + 17, 2, clock % 60);
	digits(to + 20, 9, ns % 1000000000u);
}

static void push(const void *bytes, size_t size)
{
	batch[batched].iov_base = (void *)(uintptr_t)bytes;
	batch[batched++].iov_len = size;
	batch_bytes += size;
}

static void flush(struct process *p)
{
	if (batched == 0)
		return;
	ssize_t n = writev(p->log, batch, batched);
	size_t written = n < 0 ? 0 : (size_t)n;
	p->lost_bytes += batch_bytes - written;
	if (written > 0)
		p->torn = written < batch_bytes;
	batched = 0;
	batch_bytes = 0;
}

/* One log line: what is held of it, then `size` bytes, which bring their newline along if the line is full. */
static void emit(struct process *p, struct stream *s, const char *prefix, const char *bytes, size_t size, bool full)
{
	if (batched + 5 > BATCH)
		flush(p);
	if (batched == 0 && p->torn)
		push("\n", 1);
	push(prefix, PREFIX);
	if (s->held)
		push(s->line, s->held);
	if (size)
		push(bytes, size);
	if (!full)
		push("\n", 1);
	s->held = 0;
}

static void prefix(char *to, unsigned which, char tag, uint64_t now)
{
	stamp(to, now);
	memcpy(to + 30, which ? " stderr P " : " stdout P ", 10);
	to[38] = tag;
}

void log_write(struct process *p, unsigned which, const char *bytes, size_t size)
{
	struct stream *s = &p->out[which];
	char full[PREFIX], partial[PREFIX];
	prefix(full, which, 'F', now_ns());
	memcpy(partial, full, PREFIX);
	partial[38] = 'P';
	while (size > 0) {
		/* A line of exactly LINE_LIMIT bytes is still full, so one byte more is looked at. */
		size_t room = LINE_LIMIT - s->held;
		const char *end = memchr(bytes, '\n', size < room + 1 ? size : room + 1);
		size_t taken = end ? (size_t)(end - bytes) + 1 : room;
		if (!end && size <= room)
			break;
		emit(p, s, end ? full : partial, bytes, taken, end);
		bytes += taken;
		size -= taken;
	}
	flush(p); /* before the held bytes, which the batch points to, are replaced */
	memcpy(s->line + s->held, bytes, size);
	s->held += (uint32_t)size;
}

void log_end(struct process *p, unsigned which)
{
	struct stream *s = &p->out[which];
	char partial[PREFIX];
	if (s->held) {
		prefix(partial, which, 'P', now_ns());
		emit(p, s, partial, NULL, 0, false);
		flush(p);
	}
	unclaim(s);
}

static void capture(struct process *p, struct stream *s, const char *bytes, size_t size)
{
	size_t room = p->capture_limit - s->bytes;
	if (size > room)
		size = room;
	if (size > 0 && s->memory < 0)
		s->memory = (int)sys(syscall(SYS_memfd_create, "output", MFD_CLOEXEC));
	while (size > 0) {
		ssize_t n = write(s->memory, bytes, size);
		if (n <= 0)
			return;
		s->bytes += (size_t)n;
		bytes += n;
		size -= (size_t)n;
	}
}

void stream_close(struct process *p, unsigned which)
{
	struct stream *s = &p->out[which];
	serve_close(&s->fd);
	attach_output_ended(p, which);
	if (s->line)
		log_end(p, which);
}

/* Takes one read of output along. False if there is none for now, or none any more. */
bool stream_pump(struct process *p, unsigned which)
{
	struct stream *s = &p->out[which];
	long n = s->fd < 0 ? -EAGAIN : sys(read(s->fd, io_buffer, sizeof io_buffer));
	if (n == -EAGAIN || n == -EINTR)
		return false;
	if (n <= 0) { /* a terminal that nobody has open any more says EIO */
		stream_close(p, which);
		return false;
	}
	swollen |= n > 4096;
	if (p->stdio & STDIO_CAPTURE) {
		capture(p, s, io_buffer, (size_t)n);
		return true;
	}
	s->bytes += (size_t)n;
	if (p->stdio & STDIO_LOG)
		log_write(p, which, io_buffer, (size_t)n);
	attach_tee(p, which, io_buffer, (size_t)n);
	return true;
}

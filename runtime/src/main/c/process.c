/* The table of processes and what may happen to an entry:
 *
 *              clone            handshake ends       reaped               output ended
 *     FREE  ----------> LAUNCHING ----------> RUNNING ------> DRAINING --------------> EXITED --- FORGET ---> FREE
 *                           | op failed, reaped                                           | exec and run: told
 *                           +--------------------> FREE                                   +--------------> FREE
 *
 * A CREATE stays LAUNCHING after its execve, and after its end without a pid, until ADOPT gives it the process that it left to
 * this subreaper: from then on it is that container's first process and RUNNING. One that ends with a failure goes to FREE.
 */
#include <sys/wait.h>
#include <time.h>

#include "compat.h"
#include "shim.h"

static PAGES struct process table[PROCESSES];
static unsigned used;     /* no entry at or above this one is in use: the pages there stay untouched */
static unsigned draining; /* entries in DRAINING */

uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

unsigned process_count(void)
{
	return used;
}

struct process *process_at(unsigned index)
{
	return index < used && table[index].state != FREE ? &table[index] : NULL;
}

unsigned process_index(const struct process *p)
{
	return (unsigned)(p - table);
}

struct process *process_find(const char *id)
{
	for (unsigned i = 0; i < used; i++)
		if (table[i].state != FREE && strcmp(table[i].id, id) == 0)
			return &table[i];
	return NULL;
}

/* A launching entry that holds nothing yet, or NULL if the table is full. */
struct process *process_new(const char *id, uint32_t kind, uint32_t tag)
{
	unsigned i = 0;
	while (i < used && table[i].state != FREE)
		i++;
	if (i == PROCESSES)
		return NULL;
	if (i == used)
		used++;
	struct process *p = &table[i];
	memset(p, 0, sizeof *p);
	strcpy(p->id, id);
	p->state = LAUNCHING;
	p->kind = kind;
	p->tag = tag;
	p->handshake = p->oom_file = p->log_dir = p->log = p->input = -1;
	for (unsigned k = 0; k < 2; k++)
		p->out[k].fd = p->out[k].memory = -1;
	return p;
}

static void close_all(struct process *p)
{
	for (unsigned k = 0; k < 2; k++) {
		stream_close(p, k);
		close_fd(&p->out[k].memory);
	}
	serve_close(&p->handshake);
	close_fd(&p->oom_file);
	close_fd(&p->log_dir);
	close_fd(&p->log);
	attach_input_ended(p);
}

void process_free(struct process *p)
{
	draining -= p->state == DRAINING;
	close_all(p);
	p->state = FREE;
	while (used > 0 && table[used - 1].state == FREE)
		used--;
}

/* A shim is a clone of the helper and takes over nothing of its table. */
void process_forget_all(void)
{
	memset(table, 0, used * sizeof *table);
	used = draining = 0;
}

void process_launched(struct process *p)
{
	p->state = RUNNING;
	p->started = now_ns();
	p->owed |= OWE_LAUNCHED;
	serve_settle(p);
}

void process_refused(struct process *p, uint32_t op, int error)
{
	p->failed_op = op;
	p->error = error;
	p->owed |= OWE_LAUNCHED;
	serve_settle(p);
}

/* The daemon knows all there is to know for now, or there is no daemon. */
void process_told(struct process *p)
{
	bool passing = p->kind == KIND_EXEC || p->kind == KIND_RUN;
	bool shim = p->kind == KIND_POD && p->state == RUNNING;
	if (p->error || shim || (passing && p->state == EXITED))
		process_free(p);
}

static void settle_if_drained(struct process *p)
{
	if (p->state != DRAINING || p->out[0].fd >= 0 || p->out[1].fd >= 0)
		return;
	draining--;
	p->state = EXITED;
	close_fd(&p->log);
	close_fd(&p->log_dir);
	p->owed |= OWE_EXITED;
	serve_settle(p);
}

void process_ended(struct process *p)
{
	settle_if_drained(p);
}

/* The number on the line "oom_kill N", which cgroup v1 and v2 spell alike. */
static uint64_t read_oom_kills(int file)
{
	uint64_t kills = 0;
	ssize_t n = file < 0 ? 0 : pread(file, io_buffer, 4095, 0);
	io_buffer[n > 0 ? n : 0] = 0;
	for (const char *line = io_buffer; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, "oom_kill ", 9) == 0)
			for (line += 9; *line >= '0' && *line <= '9'; line++)
				kills = kills * 10 + (uint64_t)(*line - '0');
	}
	return kills;
}

static void exited(struct process *p, int status)
{
	p->finished = now_ns();
	p->status = status;
	p->oom_kills = read_oom_kills(p->oom_file);
	close_fd(&p->oom_file);
	attach_input_ended(p);
	p->state = DRAINING;
	draining++;
	p->deadline = now_ms() + (p->kind == KIND_EXEC || p->kind == KIND_RUN ? DRAIN_EXEC_MS : DRAIN_MS);
	settle_if_drained(p);
}

bool process_orphaned(const struct process *p)
{
	return p->kind == KIND_CREATE && p->state == LAUNCHING && p->pid == 0;
}

static void created(struct process *p, int status)
{
	p->pid = 0;
	if (status != 0) {
		process_refused(p, NO_OP, ECANCELED);
		return;
	}
	p->owed |= OWE_LAUNCHED;
	serve_settle(p);
}

int process_adopt(struct process *p, int pid)
{
	siginfo_t info;
	if (!process_orphaned(p))
		return EBUSY;
	if (pid <= 1 || waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return ECHILD;
	for (unsigned i = 0; i < used; i++)
		if (table[i].state != FREE && table[i].pid == pid)
			return EEXIST;
	p->pid = pid;
	p->kind = KIND_INIT;
	p->state = RUNNING;
	p->started = now_ns();
	return 0;
}

static void reaped(struct process *p, int pid, int status)
{
	/* Its last words are in the socket, whichever event came first. */
	if (p->state == LAUNCHING)
		launch_hear(p);
	if (p->pid != pid) /* a clone has taken its place: op FORK */
		return;
	/* The clone has ended, and its parent, which is about to, holds the socket open still. */
	if (p->state == LAUNCHING && p->handshake >= 0)
		launch_heard(p);
	if (p->kind == KIND_CREATE && !p->error) {
		created(p, status);
		return;
	}
	if (p->kind == KIND_POD && !p->error) /* a shim by now, and no more our business than its SPAWNED */
		return;
	if (p->error)
		process_refused(p, p->failed_op, p->error);
	else
		exited(p, status);
}

static struct process *by_pid(int pid)
{
	for (unsigned i = 0; i < used; i++)
		if (table[i].pid == pid && (table[i].state == LAUNCHING || table[i].state == RUNNING))
			return &table[i];
	return NULL;
}

/* The clone of an op FORK may end before anybody has heard of it; its parent's word is in the socket by then. */
static struct process *moved_to(int pid)
{
	for (unsigned i = 0; i < used; i++)
		if (table[i].state == LAUNCHING)
			launch_hear(&table[i]);
	return by_pid(pid);
}

void process_reap(void)
{
	int pid, status;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct process *p = by_pid(pid);
		p = p ? p : moved_to(pid);
		if (p) /* others are orphans of a container that this subreaper was given */
			reaped(p, pid, status);
	}
}

void process_expire(void)
{
	uint64_t now = draining ? now_ms() : 0;
	for (unsigned i = 0; i < used && draining; i++) {
		struct process *p = &table[i];
		if (p->state != DRAINING || p->deadline > now)
			continue;
		for (unsigned k = 0; k < 2; k++) {
			for (int reads = 0; reads < DRAIN_READS && stream_pump(p, k);)
				reads++;
			stream_close(p, k);
		}
		settle_if_drained(p);
	}
}

/* Milliseconds until process_expire has something to do, -1 for never. */
int process_timeout(void)
{
	uint64_t first = UINT64_MAX, now = draining ? now_ms() : 0;
	for (unsigned i = 0; i < used && draining; i++)
		if (table[i].state == DRAINING && table[i].deadline < first)
			first = table[i].deadline;
	return first == UINT64_MAX ? -1 : first <= now ? 0 : (int)(first - now);
}

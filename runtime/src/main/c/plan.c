/* The decoder of plans: no policy, only "can every reference be followed". It runs before anything is cloned. */
#include "plan.h"

#include <linux/filter.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "compat.h"

enum {
	A_IN = 1,   /* a is a register that is read */
	B_IN = 2,   /* b is a register that is read */
	B_OUT = 4,  /* b is a register that is written */
	N_IN = 8,   /* n is a register that is read */
	S1 = 16,    /* s1 is a string */
	S2 = 32,    /* s2 is a string */
	LAST = 64,  /* stands at the end of a plan or nowhere */
};

#define CLONE_ALLOWED                                                                                                 \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

static bool string_fits(const struct plan *plan, uint64_t offset)
{
	return offset < plan->header->data_length; /* the data area ends with NUL */
}

static bool range_fits(const struct plan *plan, uint64_t offset, uint64_t count, uint64_t size)
{
	uint64_t length = plan->header->data_length;
	return offset % size == 0 && offset <= length && count <= (length - offset) / size;
}

static bool strings_fit(const struct plan *plan, uint64_t offset, uint64_t count)
{
	if (!range_fits(plan, offset, count, sizeof(uint32_t)))
		return false;
	const uint32_t *words = plan_words(plan, (uint32_t)offset);
	for (uint64_t i = 0; i < count; i++)
		if (!string_fits(plan, words[i]))
			return false;
	return true;
}

static bool newfs_fits(const struct plan *plan, const struct op *op)
{
	uint64_t at = op->s2;
	for (uint64_t left = 2ull * op->n; left > 0; left--) {
		if (!string_fits(plan, at))
			return false;
		at += strlen(plan->data + at) + 1;
	}
	return true;
}

static bool attach_fits(const struct plan *, const struct op *op)
{
	return op->n == 0 || op->n == MS_SLAVE || op->n == MS_PRIVATE || op->n == MS_SHARED;
}

static bool rlimit_fits(const struct plan *, const struct op *op)
{
	return op->n < 16;
}

static bool seccomp_fits(const struct plan *plan, const struct op *op)
{
	return op->n > 0 && op->n <= BPF_MAXINSNS && range_fits(plan, op->s1, op->n, sizeof(struct sock_filter));
}

static bool ids_fit(const struct plan *plan, const struct op *op)
{
	return op->n <= 65536 && range_fits(plan, op->s1, op->n, sizeof(uint32_t));
}

static bool exec_fits(const struct plan *plan, const struct op *op)
{
	return op->n > 0 && op->y > 0 && strings_fit(plan, op->s1, op->n) && strings_fit(plan, op->s2, op->x) &&
	       strings_fit(plan, op->z, op->y);
}

static bool userns_fits(const struct plan *plan, const struct op *op)
{
	return plan->header->kind == KIND_POD && !(op->x & ~(uint64_t)(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET));
}

/* Whoever is told of the clone's pid must be a shim that has cloned this process itself. */
static bool fork_fits(const struct plan *plan, const struct op *op)
{
	uint32_t kind = plan->header->kind;
	return (kind == KIND_INIT || kind == KIND_PAUSE) && !(op->x & ~(uint64_t)CLONE_ALLOWED);
}

struct shape {
	unsigned operands;
	bool (*fits)(const struct plan *plan, const struct op *op);
	bool known;
};

static const struct shape shapes[] = {
	[OP_CGROUP] = {A_IN, NULL, true},
	[OP_UNSHARE] = {0, NULL, true},
	[OP_SETNS] = {A_IN, NULL, true},
	[OP_HOSTNAME] = {S1, NULL, true},
	[OP_LOOPBACK] = {0, NULL, true},
	[OP_NEWFS] = {B_OUT | S1, newfs_fits, true},
	[OP_ATTACH] = {A_IN, attach_fits, true},
	[OP_MKDIR] = {A_IN | S1, NULL, true},
	[OP_MKFILE] = {A_IN | S1, NULL, true},
	[OP_MOVE] = {A_IN | B_IN | S1, NULL, true},
	[OP_CLONE] = {A_IN | B_OUT | S1, NULL, true},
	[OP_SETATTR] = {A_IN, NULL, true},
	[OP_MKNOD] = {A_IN | S1, NULL, true},
	[OP_SYMLINK] = {A_IN | S1 | S2, NULL, true},
	[OP_MASK] = {A_IN | B_IN | N_IN | S1, NULL, true},
	[OP_PIVOT] = {A_IN, NULL, true},
	[OP_CWD] = {S1, NULL, true},
	[OP_WRITE] = {A_IN | S1 | S2, NULL, true},
	[OP_RLIMIT] = {0, rlimit_fits, true},
	[OP_KEYRING] = {0, NULL, true},
	[OP_BOUNDING] = {0, NULL, true},
	[OP_NO_NEW_PRIVS] = {0, NULL, true},
	[OP_SECCOMP] = {0, seccomp_fits, true},
	[OP_IDS] = {0, ids_fit, true},
	[OP_CAPS] = {0, NULL, true},
	[OP_UMASK] = {0, NULL, true},
	[OP_SESSION] = {0, NULL, true},
	[OP_PTY] = {A_IN, NULL, true},
	[OP_EXEC] = {LAST, exec_fits, true},
	[OP_PAUSE] = {LAST, NULL, true},
	[OP_CLOSE] = {A_IN, NULL, true},
	[OP_AFFINITY] = {0, NULL, true},
	[OP_OPEN] = {B_OUT | S1, NULL, true},
	[OP_USERNS] = {A_IN | S1 | S2, userns_fits, true},
	[OP_FORK] = {0, fork_fits, true},
	[OP_CHDIR] = {A_IN, NULL, true},
	[OP_HERE] = {B_OUT, NULL, true},
	[OP_FSIDS] = {0, NULL, true},
	[OP_LABEL] = {A_IN | S1, NULL, true},
};

static bool readable(int32_t reg)
{
	return reg >= REGISTER_TARGET && reg < REGISTERS;
}

static bool op_fits(const struct plan *plan, const struct op *op)
{
	if (op->op >= sizeof shapes / sizeof *shapes || !shapes[op->op].known)
		return false;
	const struct shape *shape = &shapes[op->op];
	unsigned operands = shape->operands;
	return (!(operands & A_IN) || readable(op->a)) && (!(operands & B_IN) || readable(op->b)) &&
	       (!(operands & B_OUT) || (op->b >= 0 && op->b < REGISTERS)) &&
	       (!(operands & N_IN) || readable((int32_t)op->n)) && (!(operands & S1) || string_fits(plan, op->s1)) &&
	       (!(operands & S2) || string_fits(plan, op->s2)) && (!shape->fits || shape->fits(plan, op));
}

static bool frame_fits(const struct plan_header *h, size_t size)
{
	return h->magic == PLAN_MAGIC && h->version == PLAN_VERSION && h->kind <= KIND_CREATE && h->length == size &&
	       h->ops <= PLAN_MAX_OPS && h->data_offset % 8 == 0 &&
	       h->data_offset >= sizeof *h + h->ops * sizeof(struct op) && h->data_offset <= size &&
	       h->data_length > 0 && h->data_length <= size - h->data_offset && h->fds < REGISTERS;
}

/* The registers named by the header are read by the shim before any op runs, so they must be passed descriptors. */
static bool registers_fit(const struct plan_header *h)
{
	const int32_t used[] = {h->cgroup, h->log_dir, h->oom_file, h->stdin_register, h->stdout_register, h->stderr_register};
	for (size_t i = 0; i < sizeof used / sizeof *used; i++)
		if (used[i] < REGISTER_NONE || used[i] >= (int32_t)h->fds)
			return false;
	return true;
}

static bool header_fits(const struct plan *plan)
{
	const struct plan_header *h = plan->header;
	unsigned sinks = h->stdio & (STDIO_LOG | STDIO_CAPTURE | STDIO_DISCARD);
	bool logs = h->stdio & STDIO_LOG;
	if (plan->data[0] != 0 || plan->data[h->data_length - 1] != 0 || !string_fits(plan, h->target) ||
	    !string_fits(plan, h->log_name) || !registers_fit(h) || (h->clone_flags & ~(uint64_t)CLONE_ALLOWED) ||
	    (h->stdio & ~31u) || (sinks & (sinks - 1)) || h->rows > 65535 || h->columns > 65535)
		return false;
	if (strlen(plan_string(plan, h->target)) >= ID_SIZE || strlen(plan_string(plan, h->log_name)) > 255)
		return false;
	if (logs && (h->log_dir < 0 || !*plan_string(plan, h->log_name)))
		return false;
	return h->kind != KIND_POD || (h->stdio == 0 && h->target == 0);
}

/* A process plan ends in the one op that does not return, a pod plan has none; a terminal has exactly one PTY, except
 * that of a CREATE, which its program makes. */
static bool sequence_fits(const struct plan *plan)
{
	const struct plan_header *h = plan->header;
	unsigned terminals = 0;
	for (uint32_t i = 0; i < h->ops; i++) {
		const struct op *op = &plan->ops[i];
		if (!op_fits(plan, op) || ((shapes[op->op].operands & LAST) && i + 1 < h->ops))
			return false;
		terminals += op->op == OP_PTY;
	}
	unsigned last = h->ops ? plan->ops[h->ops - 1].op : 0;
	bool ends = h->kind == KIND_PAUSE ? last == OP_PAUSE
		    : h->kind == KIND_POD ? last != OP_EXEC && last != OP_PAUSE
					  : last == OP_EXEC;
	return ends && terminals == (h->kind != KIND_CREATE && (h->stdio & STDIO_TTY) ? 1 : 0);
}

int plan_decode(struct plan *plan, const void *bytes, size_t size)
{
	const struct plan_header *header = bytes;
	if (size < sizeof *header || !frame_fits(header, size))
		return -EPROTO;
	plan->header = header;
	plan->ops = (const struct op *)(header + 1);
	plan->data = (const char *)bytes + header->data_offset;
	return header_fits(plan) && sequence_fits(plan) ? 0 : -EPROTO;
}

int plan_map(struct plan *plan, int fd)
{
	const int sealed = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);
	if (seals < 0 || (seals & sealed) != sealed || fstat(fd, &st) < 0)
		return -EPROTO;
	if (st.st_size < (off_t)sizeof(struct plan_header) || st.st_size > (off_t)PLAN_MAX_BYTES)
		return -EPROTO;
	void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	plan->header = bytes;
	int error = plan_decode(plan, bytes, (size_t)st.st_size);
	if (error)
		munmap(bytes, (size_t)st.st_size);
	return error;
}

void plan_unmap(struct plan *plan)
{
	munmap((void *)(uintptr_t)plan->header, plan->header->length);
	plan->header = NULL;
}

/* Builds plans by hand, and the one assertion of the tests. */
#ifndef BERTH_BUILDER_H
#define BERTH_BUILDER_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "compat.h"
#include "protocol.h"

static int failures, checks;

static inline void verify(bool good, const char *sentence, int line)
{
	checks++;
	if (good)
		return;
	failures++;
	printf("FAILED (line %d): %s\n", line, sentence);
}
#define CHECK(condition, sentence) verify(condition, sentence, __LINE__)

struct builder {
	struct plan_header header;
	struct op ops[128];
	char data[262144];
	uint32_t used;
	int fds[512];
};

static struct builder plan;

static inline void plan_begin(enum plan_kind kind)
{
	memset(&plan, 0, sizeof plan);
	plan.header = (struct plan_header){.magic = PLAN_MAGIC, .version = PLAN_VERSION, .kind = kind};
	plan.header.cgroup = plan.header.log_dir = plan.header.oom_file = -1;
	plan.header.stdin_register = plan.header.stdout_register = plan.header.stderr_register = -1;
	plan.used = 8;
}

static inline uint32_t put_bytes(const void *bytes, size_t size)
{
	uint32_t at = plan.used;
	memcpy(plan.data + at, bytes, size);
	plan.used = (uint32_t)(at + size + 8) & ~7u; /* always a NUL behind, always aligned */
	return at;
}

static inline uint32_t put_string(const char *text)
{
	return *text ? put_bytes(text, strlen(text) + 1) : 0;
}

/* "a\0b\0" style lists, for NEWFS */
static inline uint32_t put_list(const char *const *texts, uint32_t count)
{
	char all[1024];
	size_t length = 0;
	for (uint32_t i = 0; i < count; i++) {
		strcpy(all + length, texts[i]);
		length += strlen(texts[i]) + 1;
	}
	return put_bytes(all, length);
}

static inline uint32_t put_strings(const char *const *texts, uint32_t *count)
{
	uint32_t offsets[64];
	for (*count = 0; texts[*count]; ++*count)
		offsets[*count] = put_string(texts[*count]);
	return put_bytes(offsets, *count * sizeof *offsets);
}

static inline int32_t put_fd(int fd)
{
	plan.fds[plan.header.fds] = fd;
	return (int32_t)plan.header.fds++;
}

static inline struct op *add(enum op_code code)
{
	struct op *op = &plan.ops[plan.header.ops++];
	op->op = (uint16_t)code;
	op->a = op->b = -1;
	return op;
}

static inline void add_exec(const char *const *argv, const char *const *env, const char *const *paths)
{
	struct op *op = add(OP_EXEC);
	uint32_t count;
	op->s1 = put_strings(argv, &op->n);
	op->s2 = put_strings(env, &count);
	op->x = count;
	op->z = put_strings(paths, &count);
	op->y = count;
}

/* The bytes of the plan, in memory of its own that is freed by the caller. */
static char *plan_bytes(size_t *size)
{
	struct plan_header *h = &plan.header;
	size_t ops = h->ops * sizeof(struct op);
	h->data_offset = (uint32_t)(sizeof *h + ops);
	h->data_length = plan.used;
	h->length = h->data_offset + h->data_length;
	char *bytes = malloc(h->length);
	memcpy(bytes, h, sizeof *h);
	memcpy(bytes + sizeof *h, plan.ops, ops);
	memcpy(bytes + h->data_offset, plan.data, plan.used);
	*size = h->length;
	return bytes;
}

static inline int plan_memory(bool seal)
{
	size_t size;
	char *bytes = plan_bytes(&size);
	int fd = memfd_create("plan", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (write(fd, bytes, size) != (ssize_t)size)
		abort();
	free(bytes);
	if (seal)
		fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
	return fd;
}

#endif

/* Feeds the decoder rubbish and then follows every reference of what it takes, as the interpreter would.
 * With libFuzzer (-DLIBFUZZER) or, where that is missing, with a mutator of its own: plan_fuzz RUNS [SEED]. */
#include "builder.h"
#include "plan.h"

static volatile uint64_t sink;

static void follow_strings(const struct plan *p, uint64_t offset, uint64_t count)
{
	const uint32_t *words = plan_words(p, (uint32_t)offset);
	for (uint64_t i = 0; i < count; i++)
		sink += strlen(plan_string(p, words[i]));
}

static void follow_bytes(const struct plan *p, uint32_t offset, uint64_t size)
{
	for (uint64_t i = 0; i < size; i++)
		sink += (unsigned char)p->data[offset + i];
}

static void follow(const struct plan *p, const struct op *op)
{
	switch (op->op) {
	case OP_EXEC:
		follow_strings(p, op->s1, op->n);
		follow_strings(p, op->s2, op->x);
		follow_strings(p, op->z, op->y);
		break;
	case OP_SECCOMP:
		follow_bytes(p, op->s1, 8ull * op->n);
		break;
	case OP_IDS:
		follow_bytes(p, op->s1, 4ull * op->n);
		break;
	case OP_NEWFS:
		sink += strlen(plan_string(p, op->s1));
		for (const char *at = plan_string(p, op->s2), *left = at + 2ull * op->n; left > plan_string(p, op->s2); left--)
			at += strlen(at) + 1;
		break;
	case OP_HOSTNAME: case OP_MKDIR: case OP_MKFILE: case OP_MOVE: case OP_CLONE: case OP_MKNOD: case OP_MASK: case OP_CWD: case OP_LABEL:
		sink += strlen(plan_string(p, op->s1));
		break;
	case OP_SYMLINK: case OP_WRITE:
		sink += strlen(plan_string(p, op->s1)) + strlen(plan_string(p, op->s2));
		break;
	}
	if (op->a >= REGISTERS && (op->op == OP_CGROUP || op->op == OP_CLOSE))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct plan p;
	char *exact = malloc(size ? size : 1); /* aligned, and no byte longer */
	memcpy(exact, bytes, size);
	struct plan_header *h = (void *)exact;
	/* Mostly with a frame that fits, or nothing would get past it. */
	if (size > sizeof *h && (h->reserved[4] & 1) == 0) {
		h->magic = PLAN_MAGIC;
		h->version = PLAN_VERSION;
		h->length = (uint32_t)size;
		h->ops %= 8;
		h->data_offset = (uint32_t)(sizeof *h + h->ops * sizeof(struct op));
		h->data_length = (uint32_t)size - h->data_offset;
		if (h->data_offset < size)
			exact[h->data_offset] = exact[size - 1] = 0;
	}
	if (plan_decode(&p, exact, size) == 0) {
		sink += strlen(plan_string(&p, p.header->target)) + strlen(plan_string(&p, p.header->log_name));
		for (uint32_t i = 0; i < p.header->ops; i++)
			follow(&p, &p.ops[i]);
	}
	free(exact);
	return 0;
}

#ifndef LIBFUZZER
static uint64_t state;

static uint32_t roll(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16) % below;
}

static void seed_plan(void)
{
	plan_begin((enum plan_kind)roll(5));
	for (uint32_t left = roll(6); left > 0; left--) {
		struct op *op = add((enum op_code)(1 + roll(33)));
		op->a = (int32_t)roll(6) - 3;
		op->b = (int32_t)roll(6) - 1;
		op->n = roll(4);
		op->s1 = 8 * roll(8);
		op->s2 = 8 * roll(8);
	}
	put_string("some text");
	add_exec((const char *const[]){"a", "b", NULL}, (const char *const[]){"K=V", NULL}, (const char *const[]){"/a", NULL});
}

int main(int argc, char **argv)
{
	long runs = argc > 1 ? atol(argv[1]) : 200000;
	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 88172645463325252ull;
	for (long run = 0; run < runs; run++) {
		size_t size;
		seed_plan();
		char *bytes = plan_bytes(&size);
		for (uint32_t left = roll(6); left > 0; left--)
			bytes[roll((uint32_t)size)] = roll(3) ? (char)roll(256) : (char)(roll(2) ? 0xff : 0);
		LLVMFuzzerTestOneInput((const uint8_t *)bytes, roll(10) ? size : roll((uint32_t)size));
		free(bytes);
	}
	printf("plan_fuzz: %ld plans\n", runs);
	return 0;
}
#endif

/* A decoded plan: every offset, length and register in it has been checked, so whoever executes it may trust it. */
#ifndef BERTH_PLAN_H
#define BERTH_PLAN_H

#include "protocol.h"

struct plan {
	const struct plan_header *header;
	const struct op *ops;
	const char *data;
};

/* Checks `size` bytes (8-byte aligned) and points `plan` into them. 0 or -EPROTO. */
int plan_decode(struct plan *plan, const void *bytes, size_t size);

/* Maps and decodes the sealed memory file `fd`; plan_unmap gives the memory back. 0 or a negative errno. */
int plan_map(struct plan *plan, int fd);
void plan_unmap(struct plan *plan);

static inline const char *plan_string(const struct plan *plan, uint32_t offset)
{
	return plan->data + offset;
}

static inline const uint32_t *plan_words(const struct plan *plan, uint32_t offset)
{
	return (const uint32_t *)(const void *)(plan->data + offset);
}

#endif

/* What a clone knows before it becomes a container, an exec, a pause process or a shim. */
#ifndef BERTH_CHILD_H
#define BERTH_CHILD_H

#include <stdbool.h>

#include "plan.h"

struct child {
	struct plan plan;
	int registers[REGISTERS];
	int target;      /* pidfd of the process whose pid namespace this is, or -1 */
	int handshake;   /* to the shim: struct report; its end means that nothing can go wrong any more */
	int stdio[3];    /* what becomes 0-2, or -1 for /dev/null */
	bool settled;    /* 0-2 and the signals are as the program will find them */
	bool limited;    /* a plan that sets RLIMIT_NOFILE itself */
	int shared_root; /* root mount that is to be shared once the pivot is over, or -1 */
};

/* MOVED: a clone goes on in this process's place; `op` is its pid as this process sees it. */
enum report_what { REPORT_FAILED = 1, REPORT_MASTER = 2, REPORT_READY = 3, REPORT_MOVED = 4 };

struct report {
	uint32_t what;
	uint32_t op;
	int32_t error;
};

/* Executes the ops one after another. Comes back only for a pod (0), everything else ends in EXEC, PAUSE or a report. */
int child_run(struct child *child);

/* Sends a report, with a descriptor if `fd` is not -1. Negative errno if it can not be sent. */
int child_report(int handshake, struct report report, int fd);

#endif

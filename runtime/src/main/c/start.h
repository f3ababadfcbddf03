/* What happens once: the helper's way from an ordinary program to a sealed one that holds nothing of its caller, and a
 * pod's way from a clone of the helper to a shim. */
#ifndef BERTH_START_H
#define BERTH_START_H

#include <sys/resource.h>

#include "child.h"

/* The limit of open files as it was before the helper raised its own; programs start with it again. */
extern struct rlimit caller_nofile;

/* The mount namespace of all shims: an empty tmpfs. */
extern int tiny_mounts;

/* A sanitizer's report would be lost in /dev/null. */
#ifdef __SANITIZE_ADDRESS__
#define KEEP_STDERR true
#else
#define KEEP_STDERR false
#endif

/* Runs the helper on the socket at `path`; comes back only with a message about why it could not start. */
const char *helper_start(int argc, char **argv);

/* Turns this clone, whose pod plan has been executed, into the shim of pod `id` that serves `listener`. */
_Noreturn void shim_become(struct child *child, const char *id, int listener);

#endif

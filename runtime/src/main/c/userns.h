/* User namespaces: making one for a pod, and going on in a process that was born inside of it. */
#ifndef BERTH_USERNS_H
#define BERTH_USERNS_H

#include <stdint.h>

/* Makes a user namespace with these maps (as in uid_map and gid_map), makes the namespaces `kinds` (CLONE_NEW… of net,
 * ipc and uts) as its root, and enters those, not the user namespace itself. `proc` is a procfs. 0 or a negative errno. */
int userns_make(int proc, const char *uid_map, const char *gid_map, uint64_t kinds);

/* Comes back in a clone of this process, which is its parent's child and lives in new namespaces `kinds`; this process
 * tells the clone's pid over the handshake and ends. Comes back in this process with a negative errno only. */
int userns_fork(int handshake, uint64_t kinds);

#endif

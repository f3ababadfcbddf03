/* Lookups that can not leave a directory: an image decides what its paths and links say, never where they end. */
#ifndef BERTH_PATHS_H
#define BERTH_PATHS_H

#include <sys/types.h>

/* Opens `path` with `root` as "/", no magic links. The empty path is the root. A descriptor or a negative errno. */
int open_below(int root, const char *path, int flags);

/* Makes what is missing of `path` below `root`; the last component becomes an empty file if `file`, else a directory.
 * Follows dangling links as if their targets were there: images ship /var/run -> /run without /run.
 * An O_PATH descriptor of what is then there, or a negative errno. */
int make_below(int root, const char *path, bool file, mode_t mode);

/* Opens the directory that holds the last component of `path`, which is then at `*name`. */
int parent_below(int root, const char *path, const char **name);

#endif

#include "compat.h"
#include "paths.h"

#include <limits.h>
#include <sys/stat.h>

enum { TRIES = 128, LINKS = 40, RESTART = 1 };

int open_below(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	/* EAGAIN: a rename or mount anywhere raced with "..", the lookup is to be repeated. */
	for (int i = 0; i < TRIES; i++) {
		long fd = sys(syscall(SYS_openat2, root, *path ? path : ".", &how, sizeof how));
		if (fd != -EAGAIN)
			return (int)fd;
	}
	return -EAGAIN;
}

int parent_below(int root, const char *path, const char **name)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;
	*name = slash ? slash + 1 : path;
	if (length >= sizeof parent)
		return -ENAMETOOLONG;
	memcpy(parent, path, length);
	parent[length] = 0;
	return open_below(root, parent, O_PATH | O_DIRECTORY);
}

/* Replaces the component of `path` that begins at `start` (and ends at a NUL in front of `rest`) by its link's target. */
static int splice_link(char *path, size_t start, const char *rest, int parent)
{
	char spliced[PATH_MAX], target[PATH_MAX];
	long n = sys(readlinkat(parent, path + start, target, sizeof target - 1));
	if (n < 0)
		return n == -EINVAL ? -EEXIST : (int)n;
	target[n] = 0;
	size_t kept = target[0] == '/' ? 0 : start, length = (size_t)n, more = strlen(rest);
	if (kept + length + 1 + more >= sizeof spliced)
		return -ENAMETOOLONG;
	memcpy(spliced, path, kept);
	memcpy(spliced + kept, target, length);
	spliced[kept + length] = '/';
	memcpy(spliced + kept + length + 1, rest, more + 1);
	memcpy(path, spliced, kept + length + 1 + more + 1);
	return RESTART;
}

/* Makes the component `path + start` below `parent`. 0, RESTART if it is a dangling link, or a negative errno. */
static int make_component(int parent, char *path, size_t start, const char *rest, bool file, mode_t mode)
{
	long made = file ? sys(openat(parent, path + start, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, mode))
			 : sys(mkdirat(parent, path + start, mode));
	if (made == -EEXIST)
		return splice_link(path, start, rest, parent);
	if (file && made >= 0)
		close((int)made);
	return made < 0 ? (int)made : 0;
}

/* One walk from the root. The prefix is looked up as a whole each time: a link in it may be absolute. */
static int make_components(int root, char *path, bool file, mode_t mode)
{
	int at = open_below(root, "", O_PATH | O_DIRECTORY);
	size_t start = strspn(path, "/");
	while (at >= 0 && path[start]) {
		size_t end = start + strcspn(path + start, "/"), next = end + strspn(path + end, "/");
		bool last = file && !path[next];
		char slash = path[end];
		path[end] = 0;
		int flags = O_PATH | (last ? 0 : O_DIRECTORY);
		int fd = open_below(root, path, flags);
		if (fd == -ENOENT) {
			fd = make_component(at, path, start, path + next, last, file && !last ? 0755 : mode);
			fd = fd ? fd : open_below(root, path, flags);
		}
		close(at);
		if (fd == RESTART)
			return -ERESTART;
		path[end] = slash;
		at = fd;
		start = next;
	}
	return at;
}

int make_below(int root, const char *path, bool file, mode_t mode)
{
	char walked[PATH_MAX];
	if (strlen(path) >= sizeof walked)
		return -ENAMETOOLONG;
	strcpy(walked, path);
	for (int i = 0; i < LINKS; i++) {
		int fd = make_components(root, walked, file, mode);
		if (fd != -ERESTART)
			return fd;
	}
	return -ELOOP;
}

/* Lookups below a directory, in a directory of its own; needs no privilege. */
#include "builder.h"
#include "paths.h"

#include <ftw.h>
#include <sys/stat.h>

static char home[] = "/tmp/berth-paths-XXXXXX";
static int root;

/* 'd', 'f', 'l' or 0 for what is at `path`, looked up from outside. */
static char what(const char *path)
{
	struct stat st;
	if (fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return S_ISDIR(st.st_mode) ? 'd' : S_ISLNK(st.st_mode) ? 'l' : 'f';
}

static int make(const char *path, bool file)
{
	int fd = make_below(root, path, file, file ? 0600 : 0750);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static void makes_what_is_missing(void)
{
	struct stat st;
	CHECK(make("/a/b//c/", false) == 0 && what("a/b/c") == 'd', "directories on the way");
	CHECK(fstatat(root, "a/b/c", &st, 0) == 0 && (st.st_mode & 0777) == 0750, "with the mode");
	CHECK(make("a/b/c", false) == 0, "twice is fine");
	CHECK(make("/f/g/file", true) == 0 && what("f/g/file") == 'f', "a file and its parents");
	CHECK(fstatat(root, "f/g", &st, 0) == 0 && (st.st_mode & 0777) == 0755, "parents with the usual mode");
	CHECK(make("/f/g/file/below", false) == -ENOTDIR, "nothing is below a file");
	CHECK(make("/../../x", false) == 0 && what("x") == 'd', "above the root is the root");
	CHECK(make("", false) == 0 && make("/", false) == 0, "the root is there");
}

static void follows_links_inside(void)
{
	symlinkat("/run", root, "var-run");
	CHECK(make("/var-run/lock", false) == 0 && what("run/lock") == 'd', "an absolute link to nothing yet");
	symlinkat("../../etc/real", root, "a/up");
	CHECK(make("/a/up", true) == 0 && what("etc/real") == 'f', "a relative link that climbs");
	symlinkat("/tmp", root, "to-tmp");
	CHECK(make("/to-tmp/berth-inside", false) == 0 && what("tmp/berth-inside") == 'd' && access("/tmp/berth-inside", F_OK) < 0,
	      "a link with the name of a directory of the node");
	symlinkat("loop-b", root, "loop-a");
	symlinkat("loop-a", root, "loop-b");
	CHECK(make("/loop-a/x", false) == -ELOOP, "links that go round");
	symlinkat("/proc/self/root", root, "magic");
	CHECK(make("/magic/here", false) == 0 && what("proc/self/root/here") == 'd', "magic links are names like others");
	symlinkat("/f/g/file", root, "to-file");
	CHECK(make("/to-file", true) == 0, "a link to a file that is there");
	CHECK(make("/to-file", false) == -ENOTDIR, "is no directory");
}

static void refuses_long_ones(void)
{
	static char path[5000];
	memset(path, 'p', sizeof path - 1);
	CHECK(make(path, false) == -ENAMETOOLONG, "a path that is too long");
	path[300] = 0;
	CHECK(make(path, false) == -ENAMETOOLONG, "a name that is too long");
	char target[4000];
	memset(target, '/', sizeof target - 1);
	target[sizeof target - 1] = 0;
	target[1] = 'q';
	symlinkat(target, root, "long");
	memset(path, '/', 200);
	memcpy(path, "long/", 5);
	path[200] = 0;
	CHECK(make(path, false) <= 0, "a link that makes a path too long");
}

static void finds_parents(void)
{
	const char *name;
	int fd = parent_below(root, "a/b/c", &name);
	CHECK(fd >= 0 && strcmp(name, "c") == 0, "a parent and a name");
	close(fd);
	fd = parent_below(root, "c", &name);
	CHECK(fd >= 0 && strcmp(name, "c") == 0, "a name in the root");
	close(fd);
	CHECK(parent_below(root, "none/c", &name) == -ENOENT, "a parent that is missing");
	fd = open_below(root, "", O_PATH);
	CHECK(fd >= 0, "the empty path is the root");
	close(fd);
}

static int remove_entry(const char *path, const struct stat *, int, struct FTW *)
{
	return remove(path);
}

int main(void)
{
	umask(0);
	root = mkdtemp(home) ? open(home, O_PATH | O_DIRECTORY) : -1;
	makes_what_is_missing();
	follows_links_inside();
	refuses_long_ones();
	finds_parents();
	nftw(home, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	printf("paths_test: %d checks, %d failed\n", checks, failures);
	return failures != 0;
}

/* The ops of a plan, one short function each. All run in the child, single-threaded, between clone3 and execve:
 * nothing here allocates from the heap, takes a lock or uses state of the C library but errno. */
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>

#include "child.h"
#include "compat.h"
#include "paths.h"
#include "start.h"
#include "userns.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif

static const char *string(const struct child *c, uint32_t offset)
{
	return plan_string(&c->plan, offset);
}

static int reg(const struct child *c, int32_t number)
{
	return number >= 0 ? c->registers[number] : number == REGISTER_TARGET ? c->target : -1;
}

/* Puts a new descriptor, or passes a failure on. */
static int put(struct child *c, int32_t number, long fd)
{
	if (fd < 0)
		return (int)fd;
	close_fd(&c->registers[number]);
	c->registers[number] = (int)fd;
	return 0;
}

/* Opens s1 below a. O_PATH | O_NOFOLLOW would open a last link itself, which is exactly what NOFOLLOW must refuse. */
static int open_operand(const struct child *c, const struct op *op, int32_t root, int flags)
{
	struct stat st;
	int fd = open_below(reg(c, root), string(c, op->s1), flags | (op->flags & FLAG_NOFOLLOW ? O_NOFOLLOW : 0));
	if (fd < 0 || !(op->flags & FLAG_NOFOLLOW) || fstat(fd, &st) < 0 || !S_ISLNK(st.st_mode))
		return fd;
	close(fd);
	return -ELOOP;
}

static int op_cgroup(struct child *c, const struct op *op)
{
	const struct timespec pause = {.tv_nsec = 30000000};
	long n = sys(write(reg(c, op->a), "0", 1));
	/* EINVAL: the kernel has not finished the clone; it has in a moment. */
	for (int i = 0; i < 5 && n == -EINVAL; i++) {
		nanosleep(&pause, NULL);
		n = sys(write(reg(c, op->a), "0", 1));
	}
	return n < 0 ? (int)n : 0;
}

static int op_unshare(struct child *, const struct op *op)
{
	return (int)sys(syscall(SYS_unshare, op->x));
}

static int op_setns(struct child *c, const struct op *op)
{
	return (int)sys(syscall(SYS_setns, reg(c, op->a), op->x));
}

static int op_hostname(struct child *c, const struct op *op)
{
	const char *name = string(c, op->s1);
	return (int)sys(syscall(SYS_sethostname, name, strlen(name)));
}

static int op_loopback(struct child *, const struct op *)
{
	struct ifreq request = {.ifr_name = "lo"};
	long fd = sys(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	if (fd < 0)
		return (int)fd;
	long rc = sys(ioctl((int)fd, SIOCGIFFLAGS, &request));
	request.ifr_flags |= IFF_UP;
	if (rc == 0)
		rc = sys(ioctl((int)fd, SIOCSIFFLAGS, &request));
	close((int)fd);
	return (int)rc;
}

static long configure(int fs, const char *pair, uint32_t pairs)
{
	for (; pairs > 0; pairs--) {
		const char *value = pair + strlen(pair) + 1;
		long rc = *value ? sys(syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, pair, value, 0))
				 : sys(syscall(SYS_fsconfig, fs, FSCONFIG_SET_FLAG, pair, NULL, 0));
		if (rc < 0)
			return rc;
		pair = value + strlen(value) + 1;
	}
	return sys(syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
}

static int op_newfs(struct child *c, const struct op *op)
{
	long fs = sys(syscall(SYS_fsopen, string(c, op->s1), FSOPEN_CLOEXEC));
	if (fs < 0)
		return (int)fs;
	long rc = configure((int)fs, string(c, op->s2), op->n);
	if (rc == 0)
		rc = sys(syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, op->x));
	close((int)fs);
	return put(c, op->b, rc);
}

static long set_attributes(int mount, unsigned flags, uint64_t set, uint64_t clear, uint64_t propagation)
{
	struct mount_attr attr = {.attr_set = set, .attr_clr = clear, .propagation = propagation};
	return sys(syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH | flags, &attr, sizeof attr));
}

static int op_attach(struct child *c, const struct op *op)
{
	int root = reg(c, op->a);
	long rc = sys(syscall(SYS_mount, NULL, "/", NULL, MS_REC | MS_SLAVE, NULL));
	if (rc == 0)
		rc = sys(syscall(SYS_move_mount, root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH));
	/* pivot_root refuses a shared new root, so sharing it waits for PIVOT. */
	if (op->n == MS_SHARED)
		c->shared_root = root;
	else if (rc == 0 && op->n)
		rc = set_attributes(root, 0, 0, 0, op->n);
	return (int)rc;
}

static int op_mkdir(struct child *c, const struct op *op)
{
	int fd = open_operand(c, op, op->a, O_PATH | O_DIRECTORY);
	if (fd == -ENOENT)
		fd = make_below(reg(c, op->a), string(c, op->s1), false, (mode_t)op->x);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

static int op_mkfile(struct child *c, const struct op *op)
{
	int fd = open_operand(c, op, op->a, O_PATH);
	if (fd == -ENOENT)
		fd = make_below(reg(c, op->a), string(c, op->s1), true, (mode_t)op->x);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

static long move_onto(int mount, int place)
{
	return sys(syscall(SYS_move_mount, mount, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
}

static int op_move(struct child *c, const struct op *op)
{
	if (!*string(c, op->s1))
		return (int)move_onto(reg(c, op->a), reg(c, op->b));
	int place = open_operand(c, op, op->b, O_PATH);
	if (place < 0)
		return place;
	long rc = move_onto(reg(c, op->a), place);
	close(place);
	return (int)rc;
}

static long clone_mount(int of, unsigned flags)
{
	return sys(syscall(SYS_open_tree, of, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | flags));
}

static int op_clone(struct child *c, const struct op *op)
{
	unsigned recursive = op->flags & FLAG_RECURSIVE ? AT_RECURSIVE : 0;
	if (!*string(c, op->s1))
		return put(c, op->b, clone_mount(reg(c, op->a), recursive));
	int of = open_operand(c, op, op->a, O_PATH);
	if (of < 0)
		return of;
	long fd = clone_mount(of, recursive);
	close(of);
	return put(c, op->b, fd);
}

static int op_setattr(struct child *c, const struct op *op)
{
	unsigned flags = op->flags & FLAG_RECURSIVE ? AT_RECURSIVE : 0;
	return (int)set_attributes(reg(c, op->a), flags, op->x, op->y, op->n);
}

static long own(int fd, uint64_t owner)
{
	return sys(syscall(SYS_fchownat, fd, "", (uint32_t)(owner >> 32), (uint32_t)owner, AT_EMPTY_PATH));
}

/* A node of the image must not pass for ours: what is there afterwards is looked at by descriptor. */
static int check_node(int parent, const char *name, const struct op *op)
{
	struct stat st;
	long fd = sys(openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
	if (fd < 0)
		return (int)fd;
	bool same = fstat((int)fd, &st) == 0 && st.st_mode == op->x && (S_ISFIFO(st.st_mode) || st.st_rdev == op->y);
	long rc = same ? own((int)fd, op->z) : -EEXIST;
	close((int)fd);
	return (int)rc;
}

static int op_mknod(struct child *c, const struct op *op)
{
	const char *name;
	int parent = parent_below(reg(c, op->a), string(c, op->s1), &name);
	if (parent < 0)
		return parent;
	long rc = sys(syscall(SYS_mknodat, parent, name, op->x, op->y));
	rc = rc ? rc : check_node(parent, name, op);
	close(parent);
	return (int)rc;
}

static int op_symlink(struct child *c, const struct op *op)
{
	const char *name;
	int parent = parent_below(reg(c, op->a), string(c, op->s1), &name);
	if (parent < 0)
		return parent;
	long rc = sys(symlinkat(string(c, op->s2), parent, name));
	close(parent);
	return (int)rc;
}

/* EINVAL: before Linux 6.15 only an attached mount can be cloned. So the first use attaches the original. */
static long cover(int mount, int place)
{
	long copy = clone_mount(mount, 0);
	if (copy == -EINVAL)
		return move_onto(mount, place);
	if (copy < 0)
		return copy;
	long rc = move_onto((int)copy, place);
	close((int)copy);
	return rc;
}

static int op_mask(struct child *c, const struct op *op)
{
	struct stat st;
	int place = open_operand(c, op, op->a, O_PATH);
	if (place == -ENOENT || place == -EACCES)
		return 0;
	if (place < 0)
		return place;
	long rc = sys(fstat(place, &st));
	if (rc == 0)
		rc = cover(reg(c, S_ISDIR(st.st_mode) ? op->b : (int32_t)op->n), place);
	close(place);
	return (int)rc;
}

static int op_pivot(struct child *c, const struct op *op)
{
	long rc = sys(fchdir(reg(c, op->a)));
	if (rc == 0)
		rc = sys(syscall(SYS_pivot_root, ".", "."));
	/*
	 * The old root now lies over the new one; ATTACH has made it a slave, so its unmount stays here. Changing
	 * propagation by "." would reach the new root instead, and cut off the mounts that are to be bidirectional.
	 */
	if (rc == 0)
		rc = sys(syscall(SYS_umount2, ".", MNT_DETACH));
	if (rc == 0)
		rc = sys(chdir("/"));
	if (rc == 0 && c->shared_root >= 0)
		rc = set_attributes(c->shared_root, 0, 0, 0, MS_SHARED);
	return (int)rc;
}

static int op_open(struct child *c, const struct op *op)
{
	long root = sys(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
	if (root < 0)
		return (int)root;
	int fd = open_below((int)root, string(c, op->s1), O_PATH | O_DIRECTORY);
	close((int)root);
	return put(c, op->b, fd);
}

static int op_chdir(struct child *c, const struct op *op)
{
	return (int)sys(fchdir(reg(c, op->a)));
}

static int op_here(struct child *c, const struct op *op)
{
	return put(c, op->b, sys(open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)));
}

static int op_userns(struct child *c, const struct op *op)
{
	return userns_make(reg(c, op->a), string(c, op->s1), string(c, op->s2), op->x);
}

static int op_fork(struct child *c, const struct op *op)
{
	return userns_fork(c->handshake, op->x);
}

static int op_cwd(struct child *c, const struct op *op)
{
	char path[4096];
	long root = sys(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
	if (root < 0)
		return (int)root;
	int fd = open_below((int)root, string(c, op->s1), O_PATH | O_DIRECTORY);
	if (fd == -ENOENT && (op->flags & FLAG_CREATE))
		fd = make_below((int)root, string(c, op->s1), false, 0755);
	close((int)root);
	if (fd < 0)
		return fd;
	long rc = sys(fchdir(fd));
	close(fd);
	/* The raw call says "(unreachable)" for what lies outside of the root; the C library would hide it. */
	if (rc == 0)
		rc = sys(syscall(SYS_getcwd, path, sizeof path));
	return rc < 0 ? (int)rc : path[0] == '/' ? 0 : -EXDEV;
}

static int op_write(struct child *c, const struct op *op)
{
	const char *value = string(c, op->s2);
	bool itself = !*string(c, op->s1);
	int fd = itself ? reg(c, op->a) : open_operand(c, op, op->a, O_WRONLY | O_NOCTTY);
	if (fd < 0)
		return fd;
	long n = sys(write(fd, value, strlen(value)));
	if (!itself)
		close(fd);
	return n < 0 ? (int)n : (size_t)n == strlen(value) ? 0 : -EIO;
}

static int op_label(struct child *c, const struct op *op)
{
	const char *label = string(c, op->s1);
	long fd = sys(openat(reg(c, op->a), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (fd < 0)
		return (int)fd;
	long rc = sys(fsetxattr((int)fd, "security.selinux", label, strlen(label), 0));
	close((int)fd);
	return (int)rc;
}

static int op_rlimit(struct child *c, const struct op *op)
{
	const uint64_t limit[2] = {op->x, op->y};
	c->limited |= op->n == RLIMIT_NOFILE;
	return (int)sys(syscall(SYS_prlimit64, 0, op->n, limit, NULL));
}

static int op_keyring(struct child *, const struct op *)
{
	long rc = sys(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL));
	return rc >= 0 || rc == -ENOSYS || rc == -EACCES ? 0 : (int)rc;
}

static int op_bounding(struct child *, const struct op *op)
{
	for (unsigned long cap = 0; cap < 64; cap++) {
		long rc = op->x >> cap & 1 ? 0 : sys(prctl(PR_CAPBSET_DROP, cap, 0, 0, 0));
		if (rc == -EINVAL) /* this kernel knows no more */
			return 0;
		if (rc < 0)
			return (int)rc;
	}
	return 0;
}

/* A change of ids empties the effective set only; the ops that follow still need it. */
static long raise_effective(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[2];
	long rc = sys(syscall(SYS_capget, &head, caps));
	caps[0].effective = caps[0].permitted;
	caps[1].effective = caps[1].permitted;
	return rc ? rc : sys(syscall(SYS_capset, &head, caps));
}

/* What is made from here on belongs to these ids. The calls tell of no failure, hence the second ones. */
static int op_fsids(struct child *, const struct op *op)
{
	const uint32_t uid = (uint32_t)op->x, gid = (uint32_t)op->y;
	syscall(SYS_setfsgid, gid);
	syscall(SYS_setfsuid, uid);
	if ((uint32_t)syscall(SYS_setfsgid, gid) != gid || (uint32_t)syscall(SYS_setfsuid, uid) != uid)
		return -EPERM;
	return (int)raise_effective();
}

static int op_no_new_privs(struct child *, const struct op *)
{
	return (int)sys(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

static int op_ids(struct child *c, const struct op *op)
{
	const uint32_t uid = (uint32_t)op->x, gid = (uint32_t)op->y;
	long rc = sys(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	if (rc == 0)
		rc = sys(syscall(SYS_setgroups, op->n, plan_words(&c->plan, op->s1)));
	if (rc == 0)
		rc = sys(syscall(SYS_setresgid, gid, gid, gid));
	if (rc == 0)
		rc = sys(syscall(SYS_setresuid, uid, uid, uid));
	if (rc == 0)
		rc = raise_effective();
	prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* a change of ids makes it 1 again */
	return (int)rc;
}

static int op_caps(struct child *, const struct op *op)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[2];
	for (int i = 0; i < 2; i++) {
		caps[i].effective = caps[i].permitted = (uint32_t)(op->x >> 32 * i);
		caps[i].inheritable = (uint32_t)(op->y >> 32 * i);
	}
	long rc = sys(syscall(SYS_capset, &head, caps));
	if (rc == 0)
		rc = sys(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
	for (unsigned long cap = 0; cap < 64 && rc == 0; cap++)
		if (op->y >> cap & 1)
			rc = sys(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0));
	return (int)rc;
}

static int op_umask(struct child *, const struct op *op)
{
	umask((mode_t)op->x);
	return 0;
}

static int op_session(struct child *, const struct op *)
{
	long rc = sys(setsid());
	return rc < 0 ? (int)rc : 0;
}

/* Makes the peer of `master` the controlling terminal and 0-2. */
static long take_terminal(const struct plan_header *h, int master, uint64_t owner)
{
	const struct winsize window = {.ws_row = (unsigned short)h->rows, .ws_col = (unsigned short)h->columns};
	const int unlocked = 0;
	long rc = sys(ioctl(master, TIOCSPTLCK, &unlocked));
	long peer = rc ? rc : sys(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
	if (peer < 0)
		return peer;
	rc = own((int)peer, owner);
	if (rc == 0 && h->rows)
		rc = sys(ioctl(master, TIOCSWINSZ, &window));
	if (rc == 0)
		rc = sys(ioctl((int)peer, TIOCSCTTY, 0));
	for (int fd = 0; fd < 3 && rc >= 0; fd++)
		rc = sys(dup2((int)peer, fd));
	close((int)peer);
	return rc < 0 ? rc : 0;
}

static int op_pty(struct child *c, const struct op *op)
{
	int master = open_below(reg(c, op->a), "ptmx", O_RDWR | O_NOCTTY);
	if (master < 0)
		return master;
	long rc = take_terminal(c->plan.header, master, op->z);
	if (rc == 0)
		rc = child_report(c->handshake, (struct report){.what = REPORT_MASTER}, master);
	close(master);
	return (int)rc;
}

/* A null device of the node at 0-2 would be a handle on a file outside (fchmod!): the container's own takes its place. */
static void own_null(void)
{
	struct stat now, own;
	for (int i = 0; i < 3; i++) {
		if (fstat(i, &now) < 0 || !S_ISCHR(now.st_mode) || now.st_rdev != 0x103)
			continue;
		int fd = open("/dev/null", O_RDWR | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
		if (fd >= 0 && fstat(fd, &own) == 0 && S_ISCHR(own.st_mode) && own.st_rdev == 0x103)
			dup2(fd, i);
		close_fd(&fd);
	}
}

/* Everything the program will find in place, done before SECCOMP so that its filter need not allow any of it. */
static int settle(struct child *c)
{
	const uint64_t none = 0;
	if (c->settled)
		return 0;
	for (int i = 0; i < 3; i++)
		if (c->stdio[i] >= 0 && dup2(c->stdio[i], i) < 0)
			return -errno;
	own_null();
	long rc = sys(syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC));
	if (rc == 0 && !c->limited)
		rc = sys(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &caller_nofile, NULL));
	if (rc == 0)
		rc = sys(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none));
	c->settled = rc == 0;
	return (int)rc;
}

static int op_seccomp(struct child *c, const struct op *op)
{
	const struct sock_fprog program = {
		.len = (unsigned short)op->n,
		.filter = (struct sock_filter *)(uintptr_t)string(c, op->s1),
	};
	int rc = settle(c);
	return rc ? rc : (int)sys(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, op->x, &program));
}

/* A NULL-terminated array of strings in pages of its own: the heap of a clone may be locked. */
static char **vector(const struct child *c, uint64_t offset, uint64_t count)
{
	const uint32_t *offsets = plan_words(&c->plan, (uint32_t)offset);
	char **strings = mmap(NULL, (count + 1) * sizeof *strings, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (strings == MAP_FAILED)
		return NULL;
	for (uint64_t i = 0; i < count; i++)
		strings[i] = (char *)(uintptr_t)string(c, offsets[i]);
	return strings;
}

/* Close-on-exec would be too late: the path of the program may be /proc/self/fd/N/..., looked up before that. */
static void close_registers(struct child *c)
{
	for (int i = 0; i < REGISTERS; i++)
		close_fd(&c->registers[i]);
	close_fd(&c->target);
	for (int i = 0; i < 3; i++)
		if (c->stdio[i] > 2)
			close_fd(&c->stdio[i]);
}

static int op_exec(struct child *c, const struct op *op)
{
	const uint32_t *paths = plan_words(&c->plan, (uint32_t)op->z);
	int rc = settle(c), denied = 0;
	close_registers(c);
	char **arguments = vector(c, op->s1, op->n), **environment = vector(c, op->s2, op->x);
	if (!rc && (!arguments || !environment))
		rc = -ENOMEM;
	for (uint64_t i = 0; i < op->y && !rc; i++) {
		int error = (int)sys(execve(string(c, paths[i]), arguments, environment));
		if (error == -EACCES)
			denied = error;
		else if (error != -ENOENT && error != -ENOTDIR)
			rc = error;
	}
	return rc ? rc : denied ? denied : -ENOENT;
}

static int op_pause(struct child *, const struct op *)
{
	/* Ignored, SIGCHLD makes the kernel reap every orphan that the pid namespace leaves here. */
	signal(SIGCHLD, SIG_IGN);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &every_signal, NULL, sizeof every_signal);
	prctl(PR_SET_NAME, "berth-pause", 0, 0, 0);
	syscall(SYS_close_range, 0u, ~0u, 0u);
	for (;;)
		pause();
	return 0;
}

static int op_close(struct child *c, const struct op *op)
{
	if (op->a >= 0)
		close_fd(&c->registers[op->a]);
	return 0;
}

static int op_affinity(struct child *, const struct op *)
{
	unsigned char every[1024];
	memset(every, 0xff, sizeof every);
	syscall(SYS_sched_setaffinity, 0, sizeof every, every);
	return 0;
}

/* `on_a`: the op works on register a and is skipped when that is empty. */
struct handler {
	int (*run)(struct child *c, const struct op *op);
	bool on_a;
};

static const struct handler handlers[] = {
	[OP_CGROUP] = {op_cgroup, true},
	[OP_UNSHARE] = {op_unshare, false},
	[OP_SETNS] = {op_setns, true},
	[OP_HOSTNAME] = {op_hostname, false},
	[OP_LOOPBACK] = {op_loopback, false},
	[OP_NEWFS] = {op_newfs, false},
	[OP_ATTACH] = {op_attach, true},
	[OP_MKDIR] = {op_mkdir, true},
	[OP_MKFILE] = {op_mkfile, true},
	[OP_MOVE] = {op_move, true},
	[OP_CLONE] = {op_clone, true},
	[OP_SETATTR] = {op_setattr, true},
	[OP_MKNOD] = {op_mknod, true},
	[OP_SYMLINK] = {op_symlink, true},
	[OP_MASK] = {op_mask, true},
	[OP_PIVOT] = {op_pivot, true},
	[OP_CWD] = {op_cwd, false},
	[OP_WRITE] = {op_write, true},
	[OP_RLIMIT] = {op_rlimit, false},
	[OP_KEYRING] = {op_keyring, false},
	[OP_BOUNDING] = {op_bounding, false},
	[OP_NO_NEW_PRIVS] = {op_no_new_privs, false},
	[OP_SECCOMP] = {op_seccomp, false},
	[OP_IDS] = {op_ids, false},
	[OP_CAPS] = {op_caps, false},
	[OP_UMASK] = {op_umask, false},
	[OP_SESSION] = {op_session, false},
	[OP_PTY] = {op_pty, true},
	[OP_EXEC] = {op_exec, false},
	[OP_PAUSE] = {op_pause, false},
	[OP_CLOSE] = {op_close, true},
	[OP_AFFINITY] = {op_affinity, false},
	[OP_OPEN] = {op_open, false},
	[OP_USERNS] = {op_userns, true},
	[OP_FORK] = {op_fork, false},
	[OP_CHDIR] = {op_chdir, true},
	[OP_HERE] = {op_here, false},
	[OP_FSIDS] = {op_fsids, false},
	[OP_LABEL] = {op_label, true},
};

/* 0, or the failure of an op that neither of its flags forgives. */
static int run_one(struct child *c, const struct op *op)
{
	const struct handler *handler = &handlers[op->op];
	if (handler->on_a && reg(c, op->a) < 0)
		return 0;
	int rc = handler->run(c, op);
	if (rc == -ENOENT && (op->flags & FLAG_OPTIONAL))
		return 0;
	return op->flags & FLAG_BEST_EFFORT ? 0 : rc;
}

int child_report(int handshake, struct report report, int fd)
{
	struct iovec iov = {.iov_base = &report, .iov_len = sizeof report};
	union {
		char bytes[CMSG_SPACE(sizeof fd)];
		struct cmsghdr align;
	} control;
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
	/* write, not sendmsg, where that is enough: a seccomp filter that lets no socket call through lets this through. */
	if (fd < 0)
		return (int)sys(write(handshake, &report, sizeof report));
	message.msg_control = control.bytes;
	message.msg_controllen = sizeof control.bytes;
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(head), &fd, sizeof fd);
	long n = sys(sendmsg(handshake, &message, MSG_NOSIGNAL));
	return n < 0 ? (int)n : 0;
}

int child_run(struct child *c)
{
	for (uint32_t i = 0; i < c->plan.header->ops; i++) {
		int rc = run_one(c, &c->plan.ops[i]);
		if (rc >= 0)
			continue;
		child_report(c->handshake, (struct report){.what = REPORT_FAILED, .op = i, .error = -rc}, -1);
		_exit(127);
	}
	return 0;
}

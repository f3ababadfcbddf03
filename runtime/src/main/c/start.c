#include "start.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "compat.h"
#include "shim.h"

struct rlimit caller_nofile;
int tiny_mounts = -1;

static char *title; /* the memory of argv, for ps */
static size_t title_size;

static int executes_sealed(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int seals = fd < 0 ? -1 : fcntl(fd, F_GET_SEALS);
	close_fd(&fd);
	return seals > 0 && (seals & F_SEAL_WRITE);
}

/* Executes a sealed copy: a container that gets hold of /proc/PID/exe of a shim can not write to what others run. */
static const char *execute_sealed(char **argv)
{
	char *none[] = {NULL};
	ssize_t n = 0;
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int to = (int)syscall(SYS_memfd_create, "berth-shim", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	if (to < 0 && errno == EINVAL) /* before Linux 6.3 every memory file is executable */
		to = (int)syscall(SYS_memfd_create, "berth-shim", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (from < 0 || to < 0)
		return "cannot make a sealed copy of itself in memory (is /proc mounted, vm.memfd_noexec below 2?)";
	while ((n = read(from, io_buffer, sizeof io_buffer)) > 0)
		if (write(to, io_buffer, (size_t)n) != n)
			return "cannot write the sealed copy of itself: out of memory?";
	if (n < 0 || fcntl(to, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return "cannot seal the copy of itself";
	syscall(SYS_execveat, to, "", argv, none, AT_EMPTY_PATH);
	return "cannot execute the sealed copy of itself";
}

static void reset_signals(void)
{
	const uint64_t standard[4] = {0}; /* struct sigaction of the kernel: SIG_DFL, no flags, no restorer, no mask */
	/* What a caller ignores would stay ignored in every container. C libraries keep 32 to 34 to themselves, hence raw. */
	for (int i = 1; i < 65; i++)
		syscall(SYS_rt_sigaction, i, standard, NULL, sizeof(uint64_t));
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &every_signal, NULL, sizeof every_signal);
}

static const char *let_go(void)
{
	int null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		return "cannot open /dev/null";
	syscall(SYS_close_range, 3u, ~0u, 0u);
	umask(0);
	setsid();
	reset_signals();
	prctl(PR_SET_NAME, "berth-shim", 0, 0, 0);
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? "cannot become undumpable" : NULL;
}

static void raise_limits(void)
{
	struct rlimit all;
	getrlimit(RLIMIT_NOFILE, &caller_nofile);
	all = caller_nofile;
	all.rlim_cur = all.rlim_max;
	setrlimit(RLIMIT_NOFILE, &all);
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, "-999", 4) < 0) {
		/* without CAP_SYS_RESOURCE, as inside of a test, the kernel's choice has to do */
	}
	close_fd(&fd);
}

/* Replaces every mount of this mount namespace by one read-only tmpfs with nothing but two places, for containers in user
 * namespaces: one where their root is put together, and one for a procfs, without which in sight the kernel lets no user
 * namespace mount its own. */
static int empty_mounts(void)
{
	int fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "mode", "0555", 0) < 0 ||
	    syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
	unsigned attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	int root = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attributes);
	close(fs);
	if (root < 0 || mkdirat(root, "proc", 0555) < 0 || mkdirat(root, "root", 0555) < 0 ||
	    syscall(SYS_mount_setattr, root, "", AT_EMPTY_PATH, &read_only, sizeof read_only) < 0 || syscall(SYS_mount, NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    syscall(SYS_move_mount, root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0 || fchdir(root) < 0 ||
	    syscall(SYS_pivot_root, ".", ".") < 0 || syscall(SYS_umount2, ".", MNT_DETACH) < 0)
		return -1;
	close(root);
	return 0;
}

/* Makes the mount namespace that all shims share and returns to the node's. A clone of few mounts is cheap, and a
 * container that breaks out of its root finds nothing there. */
static const char *make_tiny_mounts(void)
{
	int home = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (home < 0 || syscall(SYS_unshare, CLONE_NEWNS) < 0)
		return "cannot make a mount namespace (it takes CAP_SYS_ADMIN)";
	tiny_mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (tiny_mounts < 0 || empty_mounts() < 0)
		return "cannot empty the mount namespace of the shims (is the root of the node an initramfs?)";
	if (syscall(SYS_setns, home, CLONE_NEWNS) < 0)
		return "cannot return to the mount namespace of the node";
	close(home);
	return NULL;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path)
		return -1;
	strcpy(address.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return -1;
	return fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ? -1 : fd;
}

const char *helper_start(int argc, char **argv)
{
	const char *wrong;
	if (!executes_sealed())
		return execute_sealed(argv);
	title = argv[0];
	title_size = (size_t)(argv[argc - 1] + strlen(argv[argc - 1]) - argv[0]);
	wrong = let_go();
	if (wrong)
		return wrong;
	raise_limits();
	int fd = connect_to(argv[2]);
	if (fd < 0)
		return "cannot connect to the socket of the daemon: it must be a SOCK_SEQPACKET socket that listens";
	wrong = make_tiny_mounts();
	if (wrong)
		return wrong;
	if (chdir("/") < 0 || (!KEEP_STDERR && dup2(0, 2) < 0))
		return "cannot let go of its working directory and error output";
	serve(true, fd);
}

/* ps shows the pod; where the socket's path was too short for it, its beginning. */
static void show_title(const char *id)
{
	static const char program[] = "berth-shim ";
	size_t room = title_size > sizeof program ? title_size - (sizeof program - 1) : 0;
	size_t length = strlen(id) < room ? strlen(id) : room;
	memset(title, 0, title_size);
	if (room == 0)
		return;
	memcpy(title, program, sizeof program - 1);
	memcpy(title + sizeof program - 1, id, length);
}

void shim_become(struct child *child, const char *id, int listener)
{
	setsid();
	long rc = sys(syscall(SYS_setns, tiny_mounts, CLONE_NEWNS));
	if (rc == 0)
		rc = sys(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
	if (rc == 0)
		rc = sys(fcntl(listener, F_SETFL, O_NONBLOCK));
	if (rc < 0) {
		child_report(child->handshake, (struct report){.what = REPORT_FAILED, .op = NO_OP, .error = (int)-rc}, -1);
		_exit(1);
	}
	show_title(id);
	child_report(child->handshake, (struct report){.what = REPORT_READY}, -1);
	plan_unmap(&child->plan);
	/* Registers, the handshake and the way here are behind us. */
	if (listener > 3)
		syscall(SYS_close_range, 3u, (unsigned)listener - 1, 0u);
	syscall(SYS_close_range, (unsigned)listener + 1, ~0u, 0u);
	process_forget_all();
	output_trim();
	serve(false, listener);
}

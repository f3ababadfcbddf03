#include "userns.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include "child.h"
#include "compat.h"

static void write_number(char *to, int number)
{
	char digits[12];
	int n = 0;
	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (n > 0)
		*to++ = digits[--n];
	*to = 0;
}

static long write_map(int proc, int pid, const char *file, const char *map)
{
	char path[32];
	write_number(path, pid);
	strcat(path, file);
	long fd = sys(openat(proc, path, O_WRONLY | O_CLOEXEC));
	if (fd < 0)
		return fd;
	long n = sys(write((int)fd, map, strlen(map)));
	close((int)fd);
	return n < 0 ? n : 0;
}

/* What is made by the root of the user namespace belongs to it, down to the directory of its message queues. */
static long make_as_root(uint64_t kinds)
{
	long rc = sys(syscall(SYS_setgroups, 0, NULL));
	if (rc == 0)
		rc = sys(syscall(SYS_setresgid, 0, 0, 0));
	if (rc == 0)
		rc = sys(syscall(SYS_setresuid, 0, 0, 0));
	return rc ? rc : sys(syscall(SYS_unshare, kinds));
}

/* The process in the new user namespace: waits for the maps, makes the namespaces, and holds them until it is let go. */
static _Noreturn void hold(int parent, uint64_t kinds)
{
	char word;
	if (read(parent, &word, 1) == 1) {
		long rc = make_as_root(kinds);
		if (write(parent, &rc, sizeof rc) == sizeof rc && read(parent, &word, 1) < 0)
			_exit(1);
	}
	_exit(0);
}

static long enter(int proc, int holder, int pidfd, int pid, const char *const maps[2], uint64_t kinds)
{
	long made = 0, rc = write_map(proc, pid, "/uid_map", maps[0]);
	if (rc == 0)
		rc = write_map(proc, pid, "/gid_map", maps[1]);
	if (rc == 0 && (write(holder, "", 1) != 1 || read(holder, &made, sizeof made) != sizeof made))
		rc = -EIO;
	if (rc == 0)
		rc = made;
	return rc == 0 && kinds ? sys(syscall(SYS_setns, pidfd, kinds)) : rc;
}

int userns_make(int proc, const char *uid_map, const char *gid_map, uint64_t kinds)
{
	const char *const maps[2] = {uid_map, gid_map};
	int pidfd = -1, ends[2];
	struct clone_args args = {
		.flags = CLONE_NEWUSER | CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)&pidfd, .exit_signal = SIGCHLD};
	long rc = sys(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	if (rc < 0)
		return (int)rc;
	long pid = sys(syscall(SYS_clone3, &args, sizeof args));
	if (pid == 0) {
		close(ends[0]);
		hold(ends[1], kinds);
	}
	close(ends[1]);
	rc = pid < 0 ? pid : enter(proc, ends[0], pidfd, (int)pid, maps, kinds);
	close(ends[0]);
	if (pid > 0)
		waitpid((int)pid, NULL, 0);
	close_fd(&pidfd);
	return (int)rc;
}

/* The clone waits until it is known: what ends unheard of could not be told from a stray orphan. */
static long await_leave(const int gate[2])
{
	char word;
	close(gate[1]);
	if (read(gate[0], &word, 1) != 1)
		_exit(127);
	close(gate[0]);
	return 0;
}

int userns_fork(int handshake, uint64_t kinds)
{
	struct clone_args args = {.flags = kinds | CLONE_PARENT}; /* the exit signal is this process's own */
	int gate[2];
	long rc = sys(pipe2(gate, O_CLOEXEC));
	if (rc < 0)
		return (int)rc;
	long pid = sys(syscall(SYS_clone3, &args, sizeof args));
	if (pid == 0)
		return (int)await_leave(gate);
	if (pid > 0 && child_report(handshake, (struct report){.what = REPORT_MOVED, .op = (uint32_t)pid}, -1) >= 0)
		_exit(write(gate[1], "", 1) == 1 ? 0 : 127);
	close(gate[0]);
	close(gate[1]);
	return pid < 0 ? (int)pid : -EIO;
}

/*
 * What the seccomp filters of this process answer to every system call: a line "NUMBER NAME VERDICT" each.
 *
 * No call is made. A filter on top of the others hands each of them to a listener, which answers it by an error of its own; the
 * kernel asks the listener only for what every other filter lets through, so any other error is one of those filters.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* 335 and 336 are for the kernel's own trampolines of uprobes: filters do not see them, and who makes them otherwise gets SIGILL. */
enum { LAST = 500, URETPROBE = 335, UPROBE, X32 = 0x40000000, MARK = 0x6d61726b, ALLOWED = 4000 };

/* Calls whose verdict may hang on an argument. */
static const struct variant {
	int number;
	const char *name;
	long arguments[3];
} variants[] = {
	{SYS_personality, "personality(PER_LINUX32)", {0x8}},
	{SYS_personality, "personality(UNAME26)", {0x20000}},
	{SYS_personality, "personality(query)", {0xffffffff}},
	{SYS_personality, "personality(ADDR_NO_RANDOMIZE)", {0x40000}},
	{SYS_clone, "clone(NEWUSER)", {CLONE_NEWUSER | SIGCHLD}},
	{SYS_clone, "clone(NEWNS)", {CLONE_NEWNS | SIGCHLD}},
	{SYS_clone, "clone(NEWTIME)", {0x80}},
	{SYS_socket, "socket(AF_INET)", {AF_INET, SOCK_STREAM}},
	{SYS_socket, "socket(AF_VSOCK)", {AF_VSOCK, SOCK_STREAM}},
	{SYS_socket, "socket(AF_ALG)", {AF_ALG, SOCK_SEQPACKET}},
	{SYS_unshare, "unshare(NEWUSER)", {CLONE_NEWUSER}},
};

static const char *const names[LAST + 1] = {
#include "names.inc"
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Only calls that carry the mark as their sixth argument go to the listener. */
static int listen_for_marked(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MARK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fail("no_new_privs");
	long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	if (fd < 0)
		fail("seccomp");
	return (int)fd;
}

static void tell(int number, const char *name, long result)
{
	const char *verdict = result == -ALLOWED ? "allowed" : result < 0 ? strerrorname_np((int)-result) : "made";
	printf("%d%s%s %s\n", number, *name ? " " : "", name, verdict);
	fflush(stdout);
}

static void ask(int number, const char *name, const long *arguments)
{
	long rc;
	register long mark __asm__("r9") = MARK;
	/* The mark must not stay in its register, or the next call of somebody else would carry it. */
	__asm__ volatile("syscall\n\txor %%r9d, %%r9d"
			 : "=a"(rc), "+r"(mark)
			 : "a"((long)number), "D"(arguments[0]), "S"(arguments[1]), "d"(arguments[2])
			 : "rcx", "r11", "memory");
	tell(number, name, rc);
}

/* A call of the 32-bit table cannot carry the mark, so this one, which does nothing, is made. */
static void ask_i386(void)
{
	const int getpid_i386 = 20;
	long rc;
	__asm__ volatile("int $0x80" : "=a"(rc) : "a"((long)getpid_i386) : "memory");
	tell(getpid_i386, "getpid of i386", rc > 0 ? -ALLOWED : rc);
}

/* The last one is what may kill. */
static void ask_all(void)
{
	static const long none[3];
	for (int i = 0; i <= LAST; i++)
		if (i != URETPROBE && i != UPROBE)
			ask(i, names[i] ? names[i] : "", none);
	for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
		ask(variants[i].number, variants[i].name, variants[i].arguments);
	ask_i386();
	ask(X32 | SYS_getpid, "getpid of x32", none);
}

/* Answers until the asking process has ended. */
static void answer(int listener)
{
	struct seccomp_notif call;
	for (;;) {
		memset(&call, 0, sizeof call);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0) {
			if (errno == EINTR)
				continue;
			return;
		}
		struct seccomp_notif_resp response = {.id = call.id, .error = -ALLOWED};
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) < 0)
			return;
	}
}

int main(void)
{
	int ends[2], listener, status;
	if (pipe(ends) < 0)
		fail("pipe");
	/* The process that asks shares its descriptors, so that the listener it gets is also one of this process. */
	long child = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (child < 0)
		fail("clone");
	if (child == 0) {
		listener = listen_for_marked();
		if (write(ends[1], &listener, sizeof listener) != sizeof listener)
			fail("write");
		ask_all();
		_exit(0);
	}
	if (read(ends[0], &listener, sizeof listener) != sizeof listener)
		fail("read");
	answer(listener);
	if (waitpid((pid_t)child, &status, 0) < 0)
		fail("waitpid");
	if (WIFSIGNALED(status))
		printf("the next one SIG%s\n", sigabbrev_np(WTERMSIG(status)));
	return status ? 1 : 0;
}
